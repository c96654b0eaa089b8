"""Outbound number given as the return number.

What it finds: the number the order was sent under comes back as the number of the return (T4a).

Why it is abuse: its scans look like a parcel that travels and is signed for, though nothing was sent back.

How it decides: a refund's return number equals the outbound number of one of the buyer's orders, shipped within
`window_days` before. Critical.

Known false positives: a delivery the buyer refused at the door travels back under its old number; a `refused` or
`returned` scan of that parcel keeps the detector silent.

What would clear it: a corrected return number, or a scan that shows the parcel was refused and sent back.

What to do: refuse the refund until a real return number is given; where the freight is insured, hold the insurance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import OrderChanged
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Example, Rule

RULE = Rule(
    title="Outbound number given as the return number",
    family="refund",
    scenario="freight_insurance",
    scenario_zh="运费险骗保",
    scope="parcel",
    needs=("refunds",),
    rules=("T4a",),
    clears="A corrected return number, or a scan showing the parcel was refused and sent back.",
    clears_zh="更正退货单号，或有扫描记录表明包裹被拒收退回。",
    recommendation="ask_for_real_return_number",
)
_DAY_MS = 86_400_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How long after shipping the number is still that parcel's; couriers use numbers again."""

    window_days: Annotated[int, Meta(ge=1)] = 180


_SENT = (
    ordered("placed", 0),
    ordered("shipped", day(1), waybill_no="OUT1"),
    scanned("OUT1", "accepted", day(1, 2)),
    scanned("OUT1", "signed", day(2), signer="recipient"),
)
_OPENED = refunded("opened", day(3), type="return_refund", reason="quality")


def _filled(waybill_no: str, at: str = day(4)) -> dict[str, object]:
    return refunded("waybill_filled", at, type="return_refund", waybill_no=waybill_no)


EXAMPLES = (
    Example(
        name="the shop's own number comes back",
        events=(*_SENT, _OPENED, _filled("OUT1")),
        fires=({"severity": "critical", "waybill_nos": ["OUT1"], "recommendation": "ask_for_real_return_number"},),
    ),
    Example(
        name="the freight is insured",
        events=(ordered("placed", 0, freight_insured=True), *_SENT[1:], _OPENED, _filled("OUT1")),
        fires=({"severity": "critical", "recommendation": "hold_insurance"},),
    ),
    Example(
        name="near miss: a number of its own",
        events=(*_SENT, _OPENED, _filled("RET1"), scanned("RET1", "accepted", day(4, 2))),
    ),
    Example(
        name="near miss: a typing error, put right",
        events=(*_SENT, _OPENED, _filled("OUT1"), _filled("RET1", day(4, 1)), scanned("RET1", "accepted", day(4, 2))),
    ),
    Example(
        name="near miss: refused at the door",
        events=(*_SENT[:3], scanned("OUT1", "refused", day(2)), _OPENED, _filled("OUT1")),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund that names an outbound number of the buyer's orders."""
    if case.report is not None and case.report.refused is not None:
        return
    reach_ms = parameters.window_days * _DAY_MS
    for sent in (o.waybill for o in case.outbound):
        for order, refund in case.refunds:
            filled = refund.filled
            if sent and filled and 0 <= filled.occurred_at - sent.occurred_at <= reach_ms:
                yield _finding(order, refund, sent)


def _finding(order: OrderView, refund: RefundView, sent: OrderChanged) -> Finding:
    assert refund.filled is not None
    waybill_no = refund.filled.waybill_no or ""
    return Finding(
        anchor=refund.refund_id,
        severity="critical",
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=tuple(sorted({refund.order_id, sent.order_id})),
        refund_ids=(refund.refund_id,),
        waybill_nos=(waybill_no,),
        decided_at=max(refund.filled.occurred_at, sent.occurred_at),
        evidence=cite(sent, refund.filled),
        recommendation=RULE.recommendation if order.insured_at is None else "hold_insurance",
        facts={"return_number": waybill_no, "outbound_order": sent.order_id},
        explanation=(
            f"Refund {refund.refund_id} names {waybill_no} as its return number, which is the number under which the "
            f"shop sent order {sent.order_id}."
        ),
        explanation_zh=f"退款 {refund.refund_id} 填写的退货单号 {waybill_no} 正是订单 {sent.order_id} 的发货单号。",
    )
