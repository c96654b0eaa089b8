"""Other goods came back than were sent.

What it finds: the shop opens a returned parcel and finds goods it never sent in place of those it did (T2), or an
imitation of them (T2a).

Why it is abuse: the buyer keeps the real goods and is paid for them.

How it decides: refunds of one buyer in one shop that name the same return number share a parcel, and what is found in
it is compared with everything that was ordered in those orders. A piece is switched when its sku is in none of the
orders while a claimed piece is missing; an inspection that says `authentic: false` is an imitation. The last
inspection of a parcel counts. High; medium when the buyer had said the goods were counterfeit before they were
inspected. Whoever said beforehand that the wrong item came, or had the goods exchanged before, is not judged by sku:
there the order does not say what was sent. A piece too many, as a free gift, is no switch.

Known false positives: a set sold under one sku and inspected by its pieces; the goods of two parcels mixed up.

What would clear it: a corrected inspection that finds the goods that were sent.

What to do: keep the opening video and the goods; refuse the refund, offer to send the wrong goods back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.types import Goods, OrderLine
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import standing_inspections
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted, form, listed

RULE = Rule(
    title="Other goods came back than were sent",
    family="refund",
    scenario="switched_goods",
    scenario_zh="调包退货",
    scope="parcel",
    needs=("refunds", "inspections"),
    rules=("T2", "T2a"),
    clears="A corrected inspection that finds the goods that were sent.",
    clears_zh="更正后的验货记录显示退回的正是所发商品。",
    recommendation="refuse_and_keep_opening_video",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


class _Part(NamedTuple):
    """One refund's share of a parcel; `is_open` says that its order does not say what was sent."""

    order: OrderView
    refund: RefundView
    inspections: list[ReturnInspected]
    expected: Counter[str]
    is_open: bool


_WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]


def _return(n: int = 1, reason: str = "no_reason", **fields: object) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}", **{"lines": _WATCH, **fields}),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason=reason),
        refunded("waybill_filled", day(6, n), refund_id=f"r{n}", type="return_refund", waybill_no="RET1"),
    )


_SHOES = [{"sku_id": "shoes", "quantity": 1, "unit_price_minor": 29900}]

EXAMPLES = (
    Example(
        name="a key ring in place of a watch",
        events=(*_return(), inspected(day(8), {"key-ring": 1}, waybill_no="RET1")),
        fires=({"severity": "high", "facts": {"switched": "1/1", "sent": "watch", "found": "key-ring"}},),
    ),
    Example(
        name="an imitation of the watch",
        events=(*_return(), inspected(day(8), {"watch": 1}, authentic=False)),
        fires=({"severity": "high", "facts": {"imitations": "1/1"}},),
    ),
    Example(
        name="both call it an imitation; who made it so is in dispute",
        events=(*_return(reason="counterfeit"), inspected(day(8), {"watch": 1}, authentic=False)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="one of two refunds in one parcel holds a stone",
        events=(
            *_return(1),
            *_return(2),
            inspected(day(8), {"watch": 1, "stone": 1}),
            inspected(day(8, 1), {}, refund_id="r2"),
        ),
        fires=({"refund_ids": ["r1", "r2"], "facts": {"switched": "1/1"}},),
    ),
    Example(
        name="the refund now claims that the key ring was to come back",
        events=(
            *_return(),
            refunded("modified", day(7), type="return_refund", lines=[{"sku_id": "key-ring", "quantity": 1}]),
            inspected(day(8), {"key-ring": 1}),
        ),
        fires=({"severity": "high", "facts": {"switched": "1/1"}},),
    ),
    Example(
        name="near miss: two refunds in one parcel, all booked to the first",
        events=(*_return(1), *_return(2, lines=_SHOES), inspected(day(8), {"watch": 1, "shoes": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the shop had sent the wrong item, and that is what comes back",
        events=(*_return(reason="wrong_item"), inspected(day(8), {"clock": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the free gift comes back too",
        events=(*_return(), inspected(day(8), {"watch": 1, "gift": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: booked under the wrong sku, put right",
        events=(
            *_return(),
            inspected(day(8), {"wotch": 1}),
            inspected(day(8, 2), {"watch": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: exchanged for another model before, and that one comes back",
        events=(
            ordered("placed", 0, lines=_WATCH),
            refunded("opened", day(2), type="exchange", reason="other"),
            refunded("completed", day(4), type="exchange"),
            refunded("opened", day(5), refund_id="r2", order_id="o1", type="return_refund", reason="no_reason"),
            inspected(day(8), {"watch-xl": 1}, refund_id="r2", order_id="o1"),
        ),
    ),
    Example(
        name="near miss: fewer pieces, but the right ones",
        events=(*_return(lines=[{**_WATCH[0], "quantity": 2}]), inspected(day(8), {"watch": 1})),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop in whose share of the parcel something was switched."""
    del parameters
    for shop_id, refunds in sorted(case.by_shop().items()):
        parts = [_part(order, refund, case.waybill_no) for order, refund in refunds]
        judged, foreign, switched = _compare(parts)
        faked = [part for part in parts if any(i.authentic is False for i in part.inspections)]
        if switched:
            yield _finding(case, shop_id, judged, foreign, switched)
        elif faked:
            yield _finding(case, shop_id, faked, Counter(), 0)


def _part(order: OrderView, refund: RefundView, waybill_no: str | None) -> _Part:
    standing = standing_inspections(order, refund)
    inspections = [i for i in standing if i.waybill_no in (None, waybill_no)]
    elsewhere = _count(goods for i in standing if i not in inspections for goods in i.received)
    return _Part(order, refund, inspections, _claimed(order, refund) - elsewhere, _is_open(order, refund, inspections))


def _claimed(order: OrderView, refund: RefundView) -> Counter[str]:
    """The pieces to come back; lines that name what was never ordered do not say which those are."""
    ordered_skus = {line.sku_id for line in order.lines}
    if refund.lines and all(goods.sku_id in ordered_skus for goods in refund.lines):
        return _count(refund.lines)
    return _count(order.lines)


def _is_open(order: OrderView, refund: RefundView, inspections: list[ReturnInspected]) -> bool:
    opened = refund.opened.occurred_at
    return (
        not order.lines
        or _said(refund, "wrong_item", inspections)
        or any(
            other.type == "exchange" and other.status not in ("withdrawn", "refused")
            for other in order.refunds.values()
            if other is not refund and other.opened.occurred_at <= opened
        )
    )


def _said(refund: RefundView, reason: str, inspections: list[ReturnInspected]) -> bool:
    """Whether the buyer gave that reason before anybody looked into the parcel."""
    return any(c.reason == reason and all(c.occurred_at <= i.occurred_at for i in inspections) for c in refund.changes)


def _count(goods: Iterable[Goods | OrderLine]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in goods:
        counted[each.sku_id] += each.quantity
    return counted


def _compare(parts: list[_Part]) -> tuple[list[_Part], Counter[str], int]:
    """The parts judged, the pieces that were never sent, and how many of them stand in for missing ones."""
    looked_at = [part for part in parts if part.inspections]
    sent = {line.sku_id for part in parts for line in part.order.lines}
    received = _count(goods for part in looked_at for i in part.inspections for goods in i.received)
    foreign = Counter({sku: n for sku, n in received.items() if sku not in sent and n})
    # An inspection that lists more of the goods than its own refund claims was made for the whole parcel.
    is_whole = received.total() - foreign.total() > sum(part.expected.total() for part in looked_at)
    judged = parts if is_whole else looked_at
    expected = sum((part.expected for part in judged if not part.is_open), Counter())
    allowed = sum(part.expected.total() for part in judged if part.is_open)
    return judged, foreign, max(0, min((expected - received).total(), foreign.total() - allowed))


def _finding(case: ParcelCase, shop_id: str, parts: list[_Part], foreign: Counter[str], switched: int) -> Finding:
    inspections = [i for part in parts for i in part.inspections]
    imitations = sum(i.authentic is False for i in inspections)
    is_disputed = not switched and all(
        _said(part.refund, "counterfeit", part.inspections) for part in parts if part.inspections
    )
    orders = [next(iter(part.order.first_at.values())) for part in parts if part.order.first_at]
    claims = [part.refund.filled or part.refund.opened for part in parts]
    refund_id = parts[0].refund.refund_id
    parcel = f"Parcel {case.waybill_no}" if case.waybill_no else f"The parcel of refund {refund_id}"
    parcel_zh = f"包裹 {case.waybill_no}" if case.waybill_no else f"退款 {refund_id} 的包裹"
    sent = ", ".join(unique(sku for part in parts for sku in part.expected))
    found = ", ".join(sorted(foreign)) or "imitation"
    told = [f"the shop found {counted(switched, 'piece')} it never sent ({found})"] if switched else []
    told_zh = [f"商家验货发现 {switched} 件非所发商品（{found}）"] if switched else []
    if imitations:
        calls = form(imitations, "calls", "call")
        told.append(f"{counted(imitations, 'inspection')} {calls} the goods an imitation")
        told_zh.append(f"{imitations} 次验货认定为仿品")
    return Finding(
        anchor=shop_id,
        severity="medium" if is_disputed else "high",
        platform=parts[0].refund.platform,
        shop_id=shop_id,
        order_ids=unique(part.order.order_id for part in parts),
        refund_ids=unique(part.refund.refund_id for part in parts),
        waybill_nos=(case.waybill_no,) if case.waybill_no else (),
        decided_at=max(e.occurred_at for e in (*inspections, *claims)),
        evidence=cite(*orders, *claims, *inspections),
        facts={"switched": f"{switched}/1", "imitations": f"{imitations}/1", "sent": sent, "found": found},
        explanation=f"{parcel} was to bring back {sent or 'goods'}; {listed(told)}.",
        explanation_zh=f"{parcel_zh} 应退回 {sent or '商品'}，{'，'.join(told_zh)}。",
    )
