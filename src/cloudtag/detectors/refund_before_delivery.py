"""Refund filed before delivery.

What it finds: a return-and-refund in which the buyer claims to hold the goods, or names a return number, while the
outbound parcel is still on its way (T4, B27).

Why it is abuse: nobody can send back what has not arrived; with freight insurance the return "postage" is paid out.

How it decides: the order was shipped; the refund was opened after that; at the moment of the claim (or of filling in
the number) no scan says the outbound parcel was signed for, and the order was not completed. High when the freight is
insured or insurance is claimed, else medium. Without an outbound number it stays silent.

Known false positives: a courier that scans late. The scan's own time counts, so the alert is withdrawn when it comes.

What would clear it: a `signed` scan of the outbound parcel from before the claim.

What to do: where the freight is insured, hold the insurance; in any case ask the courier where the parcel was at the
time of the claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.example import day, event, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import span, span_zh

RULE = Rule(
    title="Refund filed before delivery",
    family="refund",
    scenario="freight_insurance",
    scenario_zh="运费险骗保",
    scope="order",
    needs=("refunds",),
    rules=("T4", "B27"),
    clears="A signed scan of the outbound parcel from before the claim.",
    clears_zh="发货包裹在申请之前的签收扫描。",
    recommendation="hold_insurance",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), scanned("OUT1", "accepted", day(1, 2)))
_IDS = {"order_id": "o1", "buyer_id": "b1", "shop_id": "s1"}
_CLAIM = refunded("opened", day(2), type="return_refund", reason="quality", claims_received=True)

EXAMPLES = (
    Example(
        name="claims to hold goods that are still travelling",
        events=(*_SENT, _CLAIM),
        fires=({"severity": "medium", "refund_ids": ["r1"], "recommendation": None},),
    ),
    Example(
        name="the freight is insured",
        events=(ordered("placed", 0, freight_insured=True), *_SENT[1:], _CLAIM),
        fires=({"severity": "high", "recommendation": "hold_insurance"},),
    ),
    Example(
        name="the insurance was bound only: nothing is claimed",
        events=(*_SENT, _CLAIM, event("insurance", day(2, 1), claim_id="c1", status="bound", **_IDS)),
        fires=({"severity": "medium", "recommendation": None},),
    ),
    Example(
        name="near miss: signed for before the claim", events=(*_SENT, scanned("OUT1", "signed", day(1, 20)), _CLAIM)
    ),
    Example(
        name="near miss: money back agreed before shipping",
        events=(ordered("placed", 0), refunded("opened", day(0, 5), type="refund_only", reason="no_reason")),
    ),
    Example(
        name="near miss: asked early, sent back after delivery",
        events=(
            *_SENT,
            refunded("opened", day(2), type="return_refund", reason="no_reason"),
            scanned("OUT1", "signed", day(3)),
            refunded("waybill_filled", day(4), type="return_refund", waybill_no="RET1"),
            scanned("RET1", "accepted", day(4, 1)),
        ),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund claimed while the outbound parcel was under way."""
    del parameters
    order, parcel = case.order, case.outbound
    shipped = order.first_at.get("shipped")
    if not order.refunds or shipped is None or order.waybill is None:
        return
    arrived = [e.occurred_at for e in (order.first_at.get("completed"), parcel and parcel.signed) if e]
    for refund in order.refunds.values():
        if refund.type != "return_refund" or refund.opened.occurred_at < shipped.occurred_at:
            continue
        claim = next((c for c in _claims(refund) if all(c.occurred_at < at for at in arrived)), None)
        if claim is not None:
            yield _finding(order, refund, claim)


def _claims(refund: RefundView) -> list[RefundChanged]:
    return [c for c in refund.changes if c.claims_received or c.waybill_no is not None]


def _finding(order: OrderView, refund: RefundView, claim: RefundChanged) -> Finding:
    shipped = order.first_at["shipped"]
    insured_at = order.insured_at
    is_insured = insured_at is not None
    after_ms = claim.occurred_at - shipped.occurred_at
    hours = after_ms / 3_600_000
    waybill_no = order.waybill.waybill_no if order.waybill else None
    return Finding(
        anchor=refund.refund_id,
        severity="high" if is_insured else "medium",
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=(order.order_id,),
        refund_ids=(refund.refund_id,),
        waybill_nos=(waybill_no,) if waybill_no else (),
        decided_at=max(claim.occurred_at, shipped.occurred_at),
        rises={} if insured_at is None else {"high": insured_at},
        recommendation=RULE.recommendation if is_insured else None,
        evidence=cite(shipped, claim, *order.insurance),
        facts={
            "claimed": "received" if claim.claims_received else "return_number",
            "outbound_signed": "no/yes",
            "hours_after_shipping": f"{hours:.1f}",
            "freight_insured": str(is_insured).lower(),
        },
        explanation=(
            f"Refund {refund.refund_id} claims the goods of order {order.order_id} are in hand {span(after_ms)} after "
            f"shipping, but parcel {waybill_no} had not been signed for by then."
        ),
        explanation_zh=(
            f"退款 {refund.refund_id} 在订单 {order.order_id} 发货 {span_zh(after_ms)}后声称已收到货物，"
            f"但包裹 {waybill_no} 当时尚未签收。"
        ),
    )
