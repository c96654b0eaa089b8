"""Money back for goods that were received.

What it finds: a refund-only for "not received" though the outbound parcel was signed for by the recipient (T6, B28).

Why it is abuse: the buyer keeps the goods and the money.

How it decides: each parcel of the order that may hold the claimed goods is with the buyer, as its journey says, by
the recipient's own signature or collected from a locker or station (a set is in every parcel that holds a part of
it), and as the shop says nothing of them is still to be sent: an order that is partly shipped lacks what no parcel is
said to hold; what is said of the refund once it was paid changes nothing (F12); and some opening, amendment or
escalation of the refund with the reason `not_received` happened at least `clock_tolerance_minutes` after the last of
those. Medium; high once the buyer amends the refund after that; critical from `modifications` such amendments on;
never more than medium by scans stamped with a local time. Low, amended or not, where the courier's feed, steady
otherwise, broke off between shipping and the `refuting_hours` after a signature, and went on later: it was silent in
`outage_hours` of `outage_within_hours` in which it scans on most days, and that the parcel was refused, or carried
on, may have been lost with them (F10); nothing at all then of a parcel that was signed for where it had set out from:
it went home. A signature that a later scan refutes, a parcel that comes home, one that went elsewhere, and a return
withdrawn before money moved, say nothing.

Known false positives: a courier that signs in the recipient's name. Parcels signed for by a household, a locker, a
station, somebody else or nobody named are left alone.

What would clear it: a scan that shows someone else signed, that the parcel went elsewhere or still travels, or that the
claim came before the signature.

What to do: refuse with the proof of delivery before the refund's deadline passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.all_back import has_come_back
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.examples.received_refund_only import EXAMPLES
from cloudtag.detection.feeds import begun_ms, broke_off, denials, feed_questions
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first
from cloudtag.detection.outbound import Outbound, holding_claimed, moment
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returning import is_given_up
from cloudtag.detection.rule import Rule
from cloudtag.detection.unsent import may_be_unsent
from cloudtag.detection.wording import counted, form, listed, span, span_zh
from cloudtag.parcels.clock import StampedTime, precedence

RULE = Rule(
    title="Money back for goods that were received",
    family="refund",
    scenario="received_refund_only",
    scenario_zh="收货后仅退款",
    scope="order",
    needs=("refunds",),
    rules=("T6", "B28", "F4", "F6", "F7", "F9", "F10", "F12"),
    clears="A scan that shows the recipient did not have the parcel before the claim.",
    clears_zh="有扫描记录表明收件人在申请之前并未收到包裹。",
    recommendation="refuse_with_proof_of_delivery",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """From how many amendments on the alert is critical, how far the clocks of two sources may differ, how many silent
    hours within how many are an outage of a courier's feed, and until how long after a signature it matters.

    A feed that hardly ever misses an hour misses three of six by no chance; scans stamped with another zone's time fall
    into any silence, so they need not be on end. Parcels that were signed for by mistake are carried on within three
    days.
    """

    modifications: Annotated[int, Meta(ge=1)] = 2
    clock_tolerance_minutes: Annotated[int, Meta(ge=0)] = 10
    outage_hours: Annotated[int, Meta(ge=1)] = 3
    outage_within_hours: Annotated[int, Meta(ge=1)] = 6
    refuting_hours: Annotated[int, Meta(ge=0)] = 72


class _Receipt(NamedTuple):
    """A parcel that is in the recipient's hands: the scan that says so, its journey."""

    parcel: Outbound
    scan: ScanSeen
    journey: JourneySeen

    @property
    def waybill_no(self) -> str:
        """Its number."""
        return self.parcel.sent.waybill_no


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund that denies a delivery of which the recipient has the goods."""
    tolerance_ms = parameters.clock_tolerance_minutes * _MINUTE_MS
    for refund in denials(case.order):
        receipts = _receipts(holding_claimed(case.order, case.outbound, refund.lines))
        if not receipts or is_given_up(refund) or has_come_back(case.order, refund):
            continue
        told = [c for c in refund.changes if not may_be_unsent(case.order, refund.lines, c.occurred_at)]
        after = [c for c in told if all(_is_after(receipt, c, tolerance_ms) for receipt in receipts)]
        denial = next((c for c in after if _denies(c)), None)
        if denial is None:
            continue
        is_silent = _broke_off(case, receipts, parameters)
        if is_silent and any(receipt.journey.stayed_inside for receipt in receipts):
            continue
        if is_silent is not None:
            yield _finding(receipts, refund, denial, after, parameters, is_silent=is_silent)


def _broke_off(case: OrderCase, receipts: list[_Receipt], parameters: Parameters) -> bool | None:
    """Whether the feed of any of the couriers broke off, and went on; none while an answer is awaited."""
    asked = {question.waybill_no for question in feed_questions(case) if case.is_asked(question.waybill_no)}
    found = False
    for receipt in receipts:
        if receipt.waybill_no not in asked:
            continue
        assert receipt.parcel.courier is not None  # It was asked.
        told = case.silence(receipt.waybill_no, receipt.parcel.courier)
        if told is None:
            return None
        # A silence that goes on may be the end of all that is known.
        span = begun_ms(case.order, receipt.parcel), receipt.scan.occurred_at + parameters.refuting_hours * _HOUR_MS
        hours, within = parameters.outage_hours, parameters.outage_within_hours
        found = found or broke_off(told, *span, hours, within, is_over=True)
    return found


def _receipts(parcels: list[Outbound]) -> list[_Receipt]:
    """How each of some parcels came into the buyer's hands; none where one of them is not known to have."""
    found: list[_Receipt] = []
    for parcel in parcels:
        journey = parcel.journey
        if journey is None or journey.received is None or parcel.place != "with_receiver":
            return []
        found.append(_Receipt(parcel, journey.received, journey))
    return found


def _is_after(receipt: _Receipt, change: RefundChanged, tolerance_ms: int) -> bool:
    return precedence(moment(receipt.scan, receipt.journey), StampedTime(change.occurred_at), tolerance_ms) == "before"


def _denies(change: RefundChanged) -> bool:
    return change.status in ("opened", "modified", "escalated") and change.reason in ("not_received", "unknown")


def _rises(after: list[RefundChanged], denial: RefundChanged, parameters: Parameters) -> dict[Severity, int]:
    """With the first amendment it became high, with enough of them critical."""
    amended = [max(c.occurred_at, denial.occurred_at) for c in after if c.status == "modified"]
    steps: tuple[tuple[Severity, int], ...] = (("high", 1), ("critical", parameters.modifications))
    return {severity: amended[count - 1] for severity, count in steps if len(amended) >= count}


def _finding(
    receipts: list[_Receipt],
    refund: RefundView,
    denial: RefundChanged,
    after: list[RefundChanged],
    parameters: Parameters,
    *,
    is_silent: bool,
) -> Finding:
    last = max(receipts, key=lambda receipt: (receipt.scan.occurred_at, receipt.waybill_no))
    is_uncertain = any(receipt.journey.is_time_uncertain for receipt in receipts)
    amended = sum(change.status == "modified" for change in after)
    rises = {} if is_uncertain or is_silent else _rises(after, denial, parameters)
    severity: Severity = "critical" if "critical" in rises else "high" if "high" in rises else "medium"
    if is_silent:
        severity = "low"
    numbers = sorted(receipt.waybill_no for receipt in receipts)
    is_collected = last.scan.scan == "collected"
    after_ms = denial.occurred_at - last.scan.occurred_at
    told = f"amended {counted(amended, 'time')}" if amended else "never amended"
    return Finding(
        anchor=refund.refund_id,
        severity=severity,
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=(refund.order_id,),
        refund_ids=(refund.refund_id,),
        waybill_nos=tuple(numbers),
        decided_at=denial.occurred_at,
        rises=rises,
        evidence=oldest_first(
            (
                *(Reference("logistics", r.scan.event_id, r.scan.occurred_at) for r in receipts),
                *cite(*refund.changes),
            )
        ),
        facts={
            "signer": "collected" if is_collected else "recipient",
            "hours_after_signature": f"{after_ms / 3_600_000:.1f}",
            "modified": f"{amended}/{parameters.modifications}",
            **({"courier_silent": "true"} if is_silent else {}),
        },
        explanation=(
            f"Refund {refund.refund_id} says the goods were not received, {span(after_ms)} after the recipient "
            f"{'collected' if is_collected else 'signed for'} {form(len(numbers), 'parcel', 'parcels')} "
            f"{listed(numbers)}, and was {told}."
        ),
        explanation_zh=(
            f"收件人{'取走' if is_collected else '签收'}包裹 {'、'.join(numbers)} {span_zh(after_ms)}后，"
            f"退款 {refund.refund_id} 称未收到货，{f'已修改 {amended} 次' if amended else '未曾修改'}。"
        ),
    )
