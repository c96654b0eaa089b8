"""Fewer goods came back than claimed.

What it finds: a shop opens a returned parcel and finds fewer pieces than the refunds sharing that parcel claim, or
nothing at all (T1). Five refunds under one number with one item inside are one alert naming all five (T1a).

Why it is abuse: the buyer keeps goods and is paid for them.

How it decides: refunds of one buyer in one shop that name the same return number share a parcel; parcels are judged
apart (T1b). Expected are the pieces the refunds list (all of the order where they list none); received are the pieces
the shop's inspections list, the last inspection of each refund counting. Until every refund of a parcel is inspected,
an inspection that does not name the parcel speaks for its own refund only. High; critical if nothing came back.

Known false positives: one consignment split over two parcels; a shop that books goods to the wrong refund.

What would clear it: a corrected inspection, or the inspections of the other refunds in the parcel.

What to do: keep the opening video and the parcel's weight; refund only what came back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.detection.cases import ParcelCase, last_inspections
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Fewer goods came back than claimed",
    family="refund",
    scenario="short_return",
    scenario_zh="少退商品",
    scope="parcel",
    needs=("refunds", "inspections"),
    rules=("T1", "T1a", "T1b"),
    clears="A corrected inspection that finds all the goods.",
    clears_zh="更正后的验货记录显示商品齐全。",
    recommendation="refund_received_only",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


class _Part(NamedTuple):
    order: OrderView
    refund: RefundView
    inspections: list[ReturnInspected]
    expected: int


def _return(n: int, waybill_no: str = "RET1") -> tuple[dict[str, object], ...]:
    lines = [{"sku_id": "dress", "quantity": 1, "unit_price_minor": 19900}]
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}", lines=lines),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(6, n), refund_id=f"r{n}", type="return_refund", waybill_no=waybill_no),
    )


_FIVE = tuple(event for n in range(1, 6) for event in _return(n))

EXAMPLES = (
    Example(
        name="one of two pieces missing",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="return_refund"),
            refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "high", "facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="five refunds, one parcel, one item",
        events=(*_FIVE, inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4", "r5"], "facts": {"expected": "5", "received": "1"}},),
    ),
    Example(name="an empty parcel", events=(*_return(1), inspected(day(8), {})), fires=({"severity": "critical"},)),
    Example(
        name="near miss: five refunds, one parcel, five items",
        events=(*_FIVE, inspected(day(8), {"dress": 5}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: each refund of the parcel inspected by itself",
        events=(*_FIVE, *(inspected(day(8, n), {"dress": 1}, refund_id=f"r{n}") for n in range(1, 6))),
    ),
    Example(
        name="near miss: separate parcels, one not opened yet",
        events=(*_return(1, "RET1"), *_return(2, "RET2"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: a miscount, corrected",
        events=(*_return(1), inspected(day(8), {}), inspected(day(8, 2), {"dress": 1})),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop whose share of the parcel is short."""
    del parameters
    for shop_id, refunds in sorted(case.by_shop().items()):
        parts = [_Part(o, r, last_inspections(o, r), _expected(o, r)) for o, r in refunds]
        judged = _comparable(parts)
        if not judged or any(part.expected == 0 for part in judged):
            continue
        expected = sum(part.expected for part in judged)
        received = sum(goods.quantity for part in judged for i in part.inspections for goods in i.received)
        if received < expected:
            yield _finding(case, shop_id, judged, expected, received)


def _comparable(parts: list[_Part]) -> list[_Part]:
    """The parts whose claims the inspections so far speak about."""
    inspected = [part for part in parts if part.inspections]
    if any(i.waybill_no is not None for part in inspected for i in part.inspections):
        return parts
    return inspected


def _expected(order: OrderView, refund: RefundView) -> int:
    return sum(goods.quantity for goods in refund.lines) if refund.lines else order.quantity


def _finding(case: ParcelCase, shop_id: str, parts: list[_Part], expected: int, received: int) -> Finding:
    inspections = [i for part in parts for i in part.inspections]
    refund_id = parts[0].refund.refund_id
    parcel = f"Parcel {case.waybill_no}" if case.waybill_no else f"The parcel of refund {refund_id}"
    parcel_zh = f"包裹 {case.waybill_no}" if case.waybill_no else f"退款 {refund_id} 的包裹"
    claims = [part.refund.filled or part.refund.opened for part in parts]
    return Finding(
        anchor=shop_id,
        severity="high" if received else "critical",
        platform=parts[0].refund.platform,
        shop_id=shop_id,
        order_ids=unique(part.order.order_id for part in parts),
        refund_ids=unique(part.refund.refund_id for part in parts),
        waybill_nos=(case.waybill_no,) if case.waybill_no else (),
        decided_at=max(e.occurred_at for e in (*inspections, *claims)),
        evidence=cite(*claims, *inspections),
        facts={"expected": str(expected), "received": str(received), "refunds": str(len(parts))},
        explanation=(
            f"{parcel} was to bring back {counted(expected, 'piece')} for {counted(len(parts), 'refund')}; "
            f"the shop found {received or 'none'}."
        ),
        explanation_zh=f"{parcel_zh} 应退回 {len(parts)} 笔退款的 {expected} 件商品，商家实收 {received} 件。",
    )
