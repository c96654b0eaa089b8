"""Return number that had already been delivered.

What it finds: a return number that the courier had delivered before the buyer filled it in (T3.1).

Why it is abuse: the number belongs to someone else's finished parcel; its scans end in a signature, and the refund's
clock runs.

How it decides: the parcel of the journey that the return means was delivered, by a signature or collection that no
later scan refutes, at least `clock_tolerance_minutes` before the first moment at which any of the buyer's refunds in
that shop named the number, and not more than `window_days` before it: the clocks of courier and platform differ by
minutes, and couriers use numbers again. High if it was signed for before the refund was even opened, else medium, and
never more than medium by scans that are stamped with a local time. A number the shop recorded (`offline`) was told
earlier than it was written down and says nothing; nor does one that was sent as the order's own parcel, one that came
home to its sender, one in which the shop found all the goods, or a return withdrawn before money moved.

Known false positives: a buyer who sends the goods first and fills the number in when asked for it, until the shop opens
the parcel.

What would clear it: an inspection that finds the goods, or an earlier event that named the number.

What to do: compare destination and weight with the shop's own parcels of that day before any refund.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.journeys import ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.signed_before_filled import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.outbound import moment
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import Refunds
from cloudtag.detection.returning import Returning, at_most_medium, returning
from cloudtag.detection.rule import Rule
from cloudtag.detection.wording import span, span_zh
from cloudtag.detection.wrong_goods import is_answered
from cloudtag.parcels.clock import StampedTime, precedence

RULE = Rule(
    title="Return number that had already been delivered",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.1",),
    clears="An inspection that finds the goods in the parcel, or an earlier event that named the number.",
    clears_zh="验货记录显示包裹内确有商品，或有更早的记录填写过该单号。",
    recommendation="compare_parcel_with_each_refund",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How far back a signature still belongs to the same parcel, and how far the clocks of two sources may differ."""

    window_days: Annotated[int, Meta(ge=1)] = 180
    clock_tolerance_minutes: Annotated[int, Meta(ge=0)] = 10


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop for which the number was first named after its delivery."""
    parcel = returning(case)
    if parcel is None or parcel.journey.delivered is None:
        return
    signed = parcel.journey.delivered
    tolerance_ms = parameters.clock_tolerance_minutes * _MINUTE_MS
    for shop_id in sorted({refund.shop_id for _, refund in parcel.refunds}):
        named = [change for r in _of_shop(case.refunds, shop_id) if (change := r.numbers.get(parcel.waybill_no))]
        first = min(named, key=lambda change: (change.occurred_at, change.event_id))
        signature = moment(signed, parcel.journey)
        if precedence(signature, StampedTime(first.occurred_at), tolerance_ms) != "before":
            continue
        if first.occurred_at - signed.occurred_at > parameters.window_days * _DAY_MS:
            continue
        share = [(order, refund) for order, refund in parcel.refunds if refund.shop_id == shop_id]
        judged = [refund for _, refund in share if not refund.is_offline]
        if judged and not is_answered(case, share):
            yield _finding(parcel, shop_id, judged, signed, tolerance_ms)


def _of_shop(refunds: Refunds, shop_id: str) -> list[RefundView]:
    return [refund for _, refund in refunds if refund.shop_id == shop_id]


def _finding(
    parcel: Returning, shop_id: str, refunds: list[RefundView], signed: ScanSeen, tolerance_ms: int
) -> Finding:
    waybill_no = parcel.waybill_no
    named = [refund.numbers[waybill_no] for refund in refunds]
    first = min(named, key=lambda change: (change.occurred_at, change.event_id))
    opened = min((r.opened for r in refunds), key=lambda change: (change.occurred_at, change.event_id))
    after_ms = first.occurred_at - signed.occurred_at
    hours = after_ms / _HOUR_MS
    is_early = precedence(moment(signed, parcel.journey), StampedTime(opened.occurred_at), tolerance_ms) == "before"
    early, late = ("before the refund was opened", "退款申请之前"), ("after the refund was opened", "退款申请之后")
    when, when_zh = early if is_early else late
    return Finding(
        anchor=shop_id,
        severity=at_most_medium("high" if is_early else "medium", parcel.journey),
        platform=first.platform,
        shop_id=shop_id,
        order_ids=unique(refund.order_id for refund in refunds),
        refund_ids=unique(refund.refund_id for refund in refunds),
        waybill_nos=(waybill_no,),
        decided_at=first.occurred_at,
        evidence=(
            Reference("logistics", signed.event_id, signed.occurred_at),
            *cite(opened, *named),
        ),
        facts={"hours_since_signature": f"{hours:.1f}/{tolerance_ms / _HOUR_MS:.1f}", "signed": when},
        explanation=(
            f"Return number {waybill_no} was filled in {span(after_ms)} after its parcel had been signed "
            f"for, and the signature came {when}."
        ),
        explanation_zh=f"退货单号 {waybill_no} 在其包裹签收 {span_zh(after_ms)}后才填写，签收在{when_zh}。",
    )
