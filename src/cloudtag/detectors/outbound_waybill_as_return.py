"""Outbound number given as the return number.

What it finds: the number the order was sent under comes back as the number of the return (T4a).

Why it is abuse: its scans look like a parcel that travels and is signed for, though nothing was sent back.

How it decides: the number that a refund now names as its return number is one under which any of the buyer's orders
was ever sent, in whatever writing, shipped within `window_days` before (as far as two clocks can tell) and by the
same journey of the number. A shop that named it late had sent it before all the same, if the scans say that the
parcel is that order's and it was delivered before the refund was opened. Critical. Nothing is said of a parcel that
comes home, or that went elsewhere: then the shop's number is the mistake. Nor of one whose destination is a return
address of the shop: that is a return label which lay in the box, booked as a parcel of the order. Nor once the shop
found all the goods, or where the refund was withdrawn before money moved.

Known false positives: a buyer who has the courier bring the parcel back under its old number without a scan that says
so.

What would clear it: a corrected return number, a scan that shows the parcel on its way home, or an inspection that
finds the goods.

What to do: refuse the refund until a real return number is given; where the freight is insured, hold the insurance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.scope import scoped
from cloudtag.detection.all_back import has_come_back
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.outbound_waybill_as_return import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outbound import Outbound, moment, outbound_of
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returning import is_awaited, journey_for
from cloudtag.detection.rule import Rule
from cloudtag.detection.sent import Sent
from cloudtag.detection.wrong_goods import is_missent
from cloudtag.parcels.clock import StampedTime, precedence

RULE = Rule(
    title="Outbound number given as the return number",
    family="refund",
    scenario="freight_insurance",
    scenario_zh="运费险骗保",
    scope="parcel",
    needs=("refunds",),
    rules=("T4a",),
    clears="A corrected return number, a scan showing the parcel on its way home, or the goods found by the shop.",
    clears_zh="更正退货单号，有扫描记录表明包裹正在退回，或验货记录显示商品已退回。",
    recommendation="ask_for_real_return_number",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000
_RETURNED = frozenset(("coming_home", "elsewhere"))


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How long after shipping the number is still that parcel's; how far the clocks of two sources may differ."""

    window_days: Annotated[int, Meta(ge=1)] = 180
    clock_tolerance_minutes: Annotated[int, Meta(ge=0)] = 10


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund and order of the buyer's that was sent under the refund's number."""
    for order in case.outbound:
        assert case.waybill_no is not None  # The order was sent under it.
        (parcel,) = outbound_of(order, case.outbound, lambda _: case.report, (case.waybill_no,))
        if parcel.place in _RETURNED or _is_return_label(case, parcel):
            continue
        for own, refund in case.refunds:
            if not is_awaited(refund) or has_come_back(own, refund, [beside for beside, _ in case.refunds]):
                continue
            if is_missent(case, own, refund):
                continue
            if _is_one(case, parcel, refund, parameters):
                yield _finding(own, refund, order, parcel.sent)


def _is_return_label(case: ParcelCase, parcel: Outbound) -> bool:
    """Whether the parcel goes where the shop has its returns sent."""
    shop = case.shop(parcel.sent.named.shop_id)
    destination = None if parcel.journey is None or parcel.is_older else parcel.journey.destination_hash
    return shop is not None and any(destination in listing.hashes for listing in shop.listings)


def _is_one(case: ParcelCase, parcel: Outbound, refund: RefundView, parameters: Parameters) -> bool:
    """Whether the refund names that very parcel, and not one that the courier gave its number to later."""
    assert refund.filled is not None
    sent, filled = StampedTime(_sent_ms(parcel, refund)), StampedTime(refund.filled.occurred_at)
    if precedence(sent, filled, parameters.clock_tolerance_minutes * _MINUTE_MS) == "after":
        return False
    if filled.at_ms - sent.at_ms > parameters.window_days * _DAY_MS:
        return False
    journey = journey_for(case, refund)
    return journey is None or parcel.journey is None or parcel.is_older or journey == parcel.journey


def _sent_ms(parcel: Outbound, refund: RefundView) -> int:
    """When a parcel was sent: as the shop says, or by its scans where those show that the shop booked it late."""
    named, journey = parcel.sent.named, parcel.journey
    if journey is None or journey.order_id != named.order_id or journey.delivered is None:
        return named.occurred_at
    was_there = precedence(moment(journey.delivered, journey), StampedTime(refund.opened.occurred_at)) == "before"
    return min(named.occurred_at, journey.start_ms) if was_there else named.occurred_at


def _finding(order: OrderView, refund: RefundView, of: OrderView, parcel: Sent) -> Finding:
    assert refund.filled is not None
    waybill_no, sent = parcel.waybill_no, parcel.named
    return Finding(
        anchor=scoped(refund.shop_id, refund.refund_id if order is of else f"{refund.refund_id}/{of.order_id}"),
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
