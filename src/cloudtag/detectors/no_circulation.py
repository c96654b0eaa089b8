"""Return number without a parcel.

What it finds: a return number for which no courier scan exists long after the buyer filled it in (T3.4).

Why it is abuse: a made-up number starts the clock of an automatic refund although nothing was sent.

How it decides: `without_scan_hours` that count have passed since the number was first filled in, and no scan but that
of a label is known of the journey that the return means. Hours in which the courier showed no scan at all anywhere do
not count, nor (`counts_holidays`) do the holidays of the policy's calendar (F10). Medium. Of a courier that is not
known or not named every hour counts, and the alert is low until the shop says that nothing arrived. So is it where
another courier has a parcel of that number, handed in since the refund was opened, that nobody else names and that is
not bound for an address that is none of the shop's: the courier may have been mistyped (F1). If it is bound for one of
the shop's nothing is said, until the shop says that nothing arrived. A number that was
replaced by one that travels is a slip, once per refund; one that the platform took back, or whose refund was refused,
before the wait was over is not awaited, nor one whose refund was withdrawn before money moved, however late: who names
the number after that begins a wait of their own. Time passing opens the alert; a scan withdraws it, however late it
comes.

Known false positives: a parcel handed in at a station that scans only at pick-up; a small courier whose feed is down
without being known here.

What would clear it: any scan of the number, an inspection that finds the goods or as many that the shop had sent
by mistake (F8), or the refund withdrawn unpaid.

What to do: ask the buyer for the courier's receipt; do not refund on the clock alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.detection.awaiting import Awaited, awaited, courier_of, is_silent, wait_of
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.no_circulation import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.other_courier import goes_to_shop, mistyped
from cloudtag.detection.returning import is_given_up
from cloudtag.detection.rule import Rule
from cloudtag.detection.wording import counted
from cloudtag.detection.wrong_goods import is_answered
from cloudtag.parcels.uses import WAIT_HOURS

RULE = Rule(
    title="Return number without a parcel",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.4", "F1", "F7", "F8", "F10"),
    clears="Any courier scan of the return number, or the refund withdrawn before it was paid.",
    clears_zh="该退货单号的任意一次物流扫描，或买家在退款前撤销申请。",
    recommendation="ask_for_receipt",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_HOUR_MS = 3_600_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a number may stay without a scan, and whether public holidays count."""

    without_scan_hours: Annotated[int, Meta(ge=1)] = WAIT_HOURS
    counts_holidays: bool = False


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """A timer until the wait is over, then a finding unless something was scanned."""
    number = case.waybill_no
    if number is None:
        return
    waiting = [one for one in awaited(case) if not is_given_up(one.refund)]
    if is_answered(case, [(one.order, one.refund) for one in waiting]):
        return
    wait_ms = parameters.without_scan_hours * _HOUR_MS
    while waiting:
        courier, from_ms = courier_of(waiting, number), waiting[0].named.occurred_at
        wait = wait_of(case, from_ms, wait_ms, courier, rests=not parameters.counts_holidays)
        if wait is None:
            return
        if wait.is_over_at is None:
            # A courier that is silent now is heard of again; until then no hour counts.
            if not is_silent(case, courier):
                yield Timer(wait.earliest_end)
            return
        if not _was_over(waiting[0], number, wait.is_over_at):
            accused = [one for one in waiting if not _was_over(one, number, wait.is_over_at)]
            doubts = {"courier_unknown": "true"} if wait.is_courier_unknown else _other_courier(case, number, accused)
            if doubts is not None:
                yield _finding(number, accused, wait.is_over_at, parameters, doubts)
            return
        waiting = waiting[1:]


def _other_courier(case: ParcelCase, number: str, accused: list[Awaited]) -> dict[str, str] | None:
    """As a fact: the courier whose parcel all of them may have meant; none where it is the return and may have come."""
    meant = [(one, journey) for one in accused if (journey := mistyped(case, one)) is not None]
    if len(meant) < len(accused):
        return {}
    is_return = all(goes_to_shop(case, *each) for each in meant)
    if is_return and not _nothing_arrived(accused, number):
        return None
    return {"other_courier": str(meant[0][1].courier)}


def _finding(
    number: str, waiting: list[Awaited], over_ms: int, parameters: Parameters, doubts: dict[str, str]
) -> Finding:
    """`doubts`: what speaks for the buyer until the shop says that nothing arrived."""
    first = waiting[0].named
    hours = parameters.without_scan_hours
    missed = _nothing_arrived(waiting, number)
    other = doubts.get("other_courier")
    but, but_zh = (
        (f", though courier {other} has a parcel of that number", f"，但承运商 {other} 有同号包裹")
        if other
        else ("", "")
    )
    return Finding(
        anchor="",
        severity="low" if doubts and not missed else "medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(one.order.order_id for one in waiting),
        refund_ids=unique(one.refund.refund_id for one in waiting),
        waybill_nos=(number,),
        decided_at=over_ms,
        rises={"medium": max(over_ms, missed[0].occurred_at)} if doubts and missed else {},
        evidence=cite(*(one.named for one in waiting), *(missed[:1] if doubts else ())),
        facts={"scans": "0/1", "hours_without_scan": f"{hours}/{hours}", **doubts},
        explanation=f"Return number {number} has no courier scan {counted(hours, 'hour')} after it was filled in{but}.",
        explanation_zh=f"退货单号 {number} 填写 {hours} 小时后仍无任何物流扫描{but_zh}。",
    )


def _nothing_arrived(waiting: list[Awaited], number: str) -> list[ReturnInspected]:
    """The shop's words that nothing came of the parcel, if they are its last; oldest first."""
    words = [
        word
        for one in waiting
        for word in one.order.inspections
        if word.refund_id == one.refund.refund_id and word.waybill_no in (None, number)
    ]
    words.sort(key=lambda word: (word.occurred_at, word.event_id))
    return [word for word in words if not word.arrived] if words and not words[-1].arrived else []


def _was_over(one: Awaited, number: str, over_ms: int) -> bool:
    """Whether the number was not awaited any more by then: taken back, or its refund refused."""
    cleared_at = one.refund.cleared_at.get(number)
    if cleared_at is not None and cleared_at <= over_ms:
        return True
    statuses = [c.status for c in one.refund.changes if c.occurred_at <= over_ms and c.status != "unknown"]
    return bool(statuses) and statuses[-1] == "refused"
