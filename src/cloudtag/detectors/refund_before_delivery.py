"""Refund filed before delivery.

What it finds: a return-and-refund in which the buyer claims to hold the goods, or names a return number, while the
outbound parcel is still on its way (T4, B27).

Why it is abuse: nobody can send back what has not arrived; with freight insurance the return "postage" is paid out.

How it decides: the refund was opened after the order was shipped, in part or whole, and the first claim (or filling-in
of a number) was made while each parcel that may hold the claimed goods was under way: it was delivered later, or it
still travels, as its journey says (F6, F7). Times of two sources are told apart from `clock_tolerance_minutes` on. A
claim more than `usual_days` after shipping is not it: by then most parcels have come, scanned or not. Where no delivery
was scanned at all, a claim more than `soonest_hours` after shipping is not it either if its courier, though known,
showed no scan anywhere in the `silent_hours` before: its feed was dead, and the goods may have come (F10); nor if its
feed, steady otherwise, was silent on the way for `outage_hours` on end in which it scans on most days: the delivery may
be lost with them. High when the freight is insured or insurance is claimed, else medium, and never more by scans
stamped with a local time; low where nobody scanned the parcel and its courier is not known, since then its scans may
not come in (F10). Nothing is said of a parcel that comes home or went elsewhere, of one named only after the claim (a
replacement), once the order is completed, once the shop found all the goods, or where the refund was withdrawn before
money moved.

Known false positives: a courier that scans late. The scan's own time counts, so the alert is withdrawn when it comes.

What would clear it: a scan that shows the outbound parcel delivered before the claim, or on its way home.

What to do: where the freight is insured, hold the insurance; in any case ask the courier where the parcel was at the
time of the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.contract.records import Reference
from cloudtag.detection.all_back import has_come_back
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.examples.refund_before_delivery import EXAMPLES
from cloudtag.detection.feeds import broke_off, claim_of, rests_on_silence, shipping, was_heard
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first
from cloudtag.detection.outbound import Outbound, holding_claimed, moment
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returning import is_given_up
from cloudtag.detection.rule import Rule
from cloudtag.detection.wording import form, listed, span, span_zh
from cloudtag.detection.wrong_goods import is_missent
from cloudtag.parcels.clock import StampedTime, precedence

RULE = Rule(
    title="Refund filed before delivery",
    family="refund",
    scenario="freight_insurance",
    scenario_zh="运费险骗保",
    scope="order",
    needs=("refunds",),
    rules=("T4", "B27", "F4", "F6", "F7", "F10"),
    clears="A scan that shows the outbound parcel delivered before the claim, or on its way home.",
    clears_zh="发货包裹在申请之前已送达的扫描，或包裹被退回的扫描。",
    recommendation="hold_insurance",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_RETURNED = frozenset(("coming_home", "elsewhere"))


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """After how many days from shipping goods have usually come, how far the clocks of two sources may differ, after
    how many hours without a scan anywhere nothing is concluded from a courier's silence, and how soon goods can come.

    A courier at work scans parcels every hour: three days are as long as a return number is waited for, and an hour
    without any scan, at a time at which it scans on most days, is an outage of a feed that hardly ever misses one
    (`outage_hours`): nothing but the absence of a scan says that the goods had not come, and where they come later,
    that scan does. Hardly anything is with its buyer a day after the shop booked it out.
    """

    usual_days: Annotated[int, Meta(ge=1)] = 20
    clock_tolerance_minutes: Annotated[int, Meta(ge=0)] = 10
    silent_hours: Annotated[int, Meta(ge=1, le=168)] = 72
    outage_hours: Annotated[int, Meta(ge=1)] = 1
    soonest_hours: Annotated[int, Meta(ge=0)] = 24


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund claimed while the outbound parcel was under way."""
    order = case.order
    shipped = shipping(order)
    if shipped is None:
        return
    tolerance_ms = parameters.clock_tolerance_minutes * _MINUTE_MS
    for refund in order.refunds.values():
        if refund.type != "return_refund" or is_given_up(refund) or not _is_after(shipped, refund.opened, tolerance_ms):
            continue
        claim = claim_of(refund)
        if claim is None or claim.occurred_at - shipped.occurred_at > parameters.usual_days * _DAY_MS:
            continue
        asked = _asked(case, case.outbound, refund, claim, tolerance_ms)
        if not asked or not all(_is_heard(case, parcel, shipped, claim, parameters) for parcel in asked):
            continue
        if not has_come_back(order, refund, case.orders()) and not is_missent(case, order, refund):
            yield _finding(case, shipped, refund, claim, asked)


def _is_after(event: OrderChanged, later: RefundChanged, tolerance_ms: int) -> bool:
    at, then = StampedTime(event.occurred_at), StampedTime(later.occurred_at)
    return precedence(at, then, tolerance_ms) == "before"


def _asked(
    case: OrderCase, parcels: Sequence[Outbound], refund: RefundView, claim: RefundChanged, tolerance_ms: int
) -> list[Outbound]:
    """The parcels that hold the claimed goods, if every one of them was under way when they were claimed."""
    completed = case.order.first_at.get("completed")
    if completed is not None and completed.occurred_at <= claim.occurred_at:
        return []
    at = StampedTime(claim.occurred_at)
    concerned = holding_claimed(case.order, parcels, refund.lines)
    # A number put right only after the claim may be that of the parcel that had come.
    if not all(_was_under_way(parcel, at, tolerance_ms) for parcel in concerned):
        return []
    asked = [parcel for parcel in concerned if parcel.sent.named.occurred_at <= claim.occurred_at]
    return [] if any(parcel.place in _RETURNED for parcel in asked) else asked


def _was_under_way(parcel: Outbound, at: StampedTime, tolerance_ms: int) -> bool:
    """Whether it was delivered, if at all, after that moment."""
    journey = parcel.journey
    if journey is None or journey.delivered is None:
        return parcel.is_on_its_way
    return precedence(at, moment(journey.delivered, journey), tolerance_ms) == "before"


def _is_heard(
    case: OrderCase, parcel: Outbound, shipped: OrderChanged, claim: RefundChanged, parameters: Parameters
) -> bool:
    """Whether the courier's silence about a parcel says anything; it does not while its answer is awaited."""
    shipped_ms = shipped.occurred_at
    after_ms = claim.occurred_at - shipped_ms
    if not rests_on_silence(parcel) or after_ms <= parameters.soonest_hours * _HOUR_MS:
        return True
    assert parcel.courier is not None  # It is known.
    told = case.silence(parcel.sent.waybill_no, parcel.courier)
    if told is None:
        return not case.is_asked(parcel.sent.waybill_no)
    if broke_off(told, shipped_ms, claim.occurred_at, parameters.outage_hours, parameters.outage_hours):
        return False
    return was_heard(told, claim.occurred_at, parameters.silent_hours * _HOUR_MS)


def _finding(
    case: OrderCase, shipped: OrderChanged, refund: RefundView, claim: RefundChanged, parcels: list[Outbound]
) -> Finding:
    order = case.order
    is_uncertain = any(parcel.journey is not None and parcel.journey.is_time_uncertain for parcel in parcels)
    is_unseen = any(parcel.is_unseen for parcel in parcels)
    insured_at = None if is_uncertain or is_unseen else order.insured_at
    after_ms = claim.occurred_at - shipped.occurred_at
    numbers = [parcel.sent.waybill_no for parcel in parcels]
    scans = [parcel.journey.delivered for parcel in parcels if parcel.journey is not None]
    named = {parcel.sent.named.event_id: parcel.sent.named for parcel in parcels}
    word = form(len(numbers), "parcel", "parcels")
    return Finding(
        anchor=refund.refund_id,
        severity="low" if is_unseen else "medium" if insured_at is None else "high",
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=(order.order_id,),
        refund_ids=(refund.refund_id,),
        waybill_nos=tuple(sorted(numbers)),
        decided_at=max(claim.occurred_at, shipped.occurred_at),
        rises={} if insured_at is None else {"high": insured_at},
        recommendation=None if order.insured_at is None or is_unseen else RULE.recommendation,
        evidence=oldest_first(
            (
                *cite(shipped, *named.values(), claim, *order.insurance),
                *(Reference("logistics", scan.event_id, scan.occurred_at) for scan in scans if scan is not None),
            )
        ),
        facts={
            "claimed": "received" if claim.claims_received else "return_number",
            "outbound_delivered": "no/yes",
            "hours_after_shipping": f"{after_ms / 3_600_000:.1f}",
            "freight_insured": str(order.insured_at is not None).lower(),
            **({"courier_unknown": "true"} if is_unseen else {}),
        },
        explanation=(
            f"Refund {refund.refund_id} claims the goods of order {order.order_id} are in hand {span(after_ms)} after "
            f"shipping, but {word} {listed(numbers)} had not been delivered by then."
        ),
        explanation_zh=(
            f"退款 {refund.refund_id} 在订单 {order.order_id} 发货 {span_zh(after_ms)}后声称已收到货物，"
            f"但包裹 {'、'.join(numbers)} 当时尚未送达。"
        ),
    )
