"""Money back for damage of the buyer's own making.

What it finds: a refund for damaged goods, of which the shop's inspection says that the buyer damaged them (B7).

Why it is abuse: the buyer breaks or cuts the goods to be paid for them.

How it decides: the refund, of whatever type, gave damage as its reason when the goods were looked at, and what the shop
last said of that refund's goods lists `damaged_by_buyer`. Another reason given afterwards changes nothing (F12). Only
the refund's own inspections count: another return of the order may be about other pieces. High. A refund given up
before the inspection, as far as two clocks can tell, asks for nothing any more.

Known false positives: damage by the courier that the shop books to the buyer.

What would clear it: a corrected inspection without damage by the buyer.

What to do: ask for pictures of parcel, label and damage taken at delivery; refuse money without return.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.refund_view import RefundView, reason_at, was_given_up
from cloudtag.detection.returned import standing_inspections
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted, form
from cloudtag.detection.wrong_goods import reasons_given

RULE = Rule(
    title="Money back for damage of the buyer's own making",
    family="refund",
    scenario="deliberate_damage",
    scenario_zh="人为损坏",
    scope="order",
    needs=("refunds", "inspections"),
    rules=("B7", "F4", "F12"),
    clears="A corrected inspection that finds no damage by the buyer.",
    clears_zh="更正后的验货记录未发现买家人为损坏。",
    recommendation="refuse_without_return",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


_DAMAGED = {"type": "refund_only", "reason": "damaged"}
_CLAIM = (ordered("placed", 0), refunded("opened", day(5), **_DAMAGED))
_FOUND = inspected(day(8), {"dress": 2}, condition=["damaged_by_buyer"])

EXAMPLES = (
    Example(
        name="cut with scissors, says the shop",
        events=(*_CLAIM, _FOUND),
        fires=({"severity": "high", "refund_ids": ["r1"], "facts": {"damaged_by_buyer": "1/1"}},),
    ),
    Example(
        name="worn first, called damaged by an amendment",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="refund_only", reason="quality"),
            refunded("modified", day(6), reason="damaged"),
            _FOUND,
        ),
        fires=({"severity": "high"},),
    ),
    Example(name="near miss: damaged, but not by the buyer", events=(*_CLAIM, inspected(day(8), {"dress": 2}))),
    Example(
        name="sent back as damaged, and the buyer had damaged it",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="return_refund", reason="damaged"),
            _FOUND,
        ),
        fires=({"severity": "high", "facts": {"claimed": "return_refund for damaged"}},),
    ),
    Example(
        name="another reason once the shop has looked",
        events=(*_CLAIM, _FOUND, refunded("modified", day(9), reason="no_reason")),
        fires=({"facts": {"reasons": "damaged, no_reason"}},),
    ),
    Example(
        name="near miss: another reason before the shop looked",
        events=(*_CLAIM, refunded("modified", day(7), reason="no_reason"), _FOUND),
    ),
    Example(
        name="near miss: sent back without a reason, and damaged",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="return_refund", reason="no_reason"),
            _FOUND,
        ),
    ),
    Example(
        name="near miss: one piece was returned damaged, the other arrived damaged",
        events=(
            *_CLAIM,
            refunded("opened", day(4), refund_id="r2", order_id="o1", type="return_refund", reason="quality"),
            inspected(day(8), {"dress": 1}, refund_id="r2", order_id="o1", condition=["damaged_by_buyer"]),
        ),
    ),
    Example(name="near miss: given up before anybody looked", events=(*_CLAIM, refunded("withdrawn", day(7)), _FOUND)),
    Example(
        name="near miss: given up within ten minutes of the look, as two clocks tell it",
        events=(*_CLAIM, _FOUND, refunded("withdrawn", day(8, 0, 10))),
    ),
    Example(
        name="given up once the shop had looked",
        events=(*_CLAIM, _FOUND, refunded("withdrawn", day(8, 0, 11))),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: booked to the buyer, put right",
        events=(*_CLAIM, _FOUND, inspected(day(8, 3), {"dress": 2}, condition=["stained"], waybill_no="RET1")),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund whose damage the shop lays at the buyer's door."""
    del parameters
    for refund in case.order.refunds.values():
        damaged = [
            inspection
            for inspection in standing_inspections(case.order, refund)
            if "damaged_by_buyer" in inspection.condition
            and reason_at(refund, inspection.occurred_at) == "damaged"
            and not was_given_up(refund, inspection.occurred_at)
        ]
        if damaged:
            yield _finding(refund, damaged)


def _finding(refund: RefundView, damaged: list[ReturnInspected]) -> Finding:
    claim = next(change for change in refund.changes if change.reason == "damaged")
    first = min(damaged, key=lambda i: (i.occurred_at, i.event_id))
    pieces = sum(goods.quantity for i in damaged for goods in i.received)
    return Finding(
        anchor=refund.refund_id,
        severity="high",
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=(refund.order_id,),
        refund_ids=(refund.refund_id,),
        waybill_nos=unique(i.waybill_no for i in damaged if i.waybill_no),
        decided_at=max(claim.occurred_at, first.occurred_at),
        evidence=cite(claim, *damaged),
        facts={
            "damaged_by_buyer": f"{len(damaged)}/1",
            "claimed": f"{refund.type} for damaged",
            "pieces": str(pieces),
            "amount_minor": "unknown" if refund.amount_minor is None else str(refund.amount_minor),
            **reasons_given(refund),
        },
        explanation=(
            f"Refund {refund.refund_id} asks for money back for damage, and "
            f"{counted(len(damaged), 'inspection')} of {counted(pieces, 'piece')} {form(len(damaged), 'says', 'say')} "
            f"that the buyer damaged {form(pieces, 'it', 'them')}."
        ),
        explanation_zh=(
            f"退款 {refund.refund_id} 以商品损坏为由申请退款，而商家 {len(damaged)} 次验货（共 {pieces} 件）"
            f"认定系买家人为损坏。"
        ),
    )
