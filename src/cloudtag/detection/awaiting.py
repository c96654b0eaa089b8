"""A return number that waits for its first scan (T3.4): who waits, since when, and how the wait stands (F7, F10)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import RefundChanged
from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.parcels import ParcelReported
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import sends_goods
from cloudtag.parcels.clock import DAY_MS
from cloudtag.parcels.courier import canonical_courier, is_known, reuse_days_of
from cloudtag.parcels.silence import Wait, hour_of, wait_for_scan
from cloudtag.parcels.told import scans_told
from cloudtag.parcels.uses import WAIT_MS, journey_of_use

_AHEAD_MS = 30 * DAY_MS
"""How far ahead of now days of rest are looked for: no holidays are longer."""
_NO_END = 1 << 62
"""Later than any hour."""


class Awaited(NamedTuple):
    """A refund whose number has not been scanned, and the event that first named the number."""

    order: OrderView
    refund: RefundView
    named: RefundChanged


class BusyHours:
    """The hours in which a courier showed a scan, as those who wait are told of them."""

    def __init__(self, told: CourierReported) -> None:
        """`told`: what was said of its silence last."""
        silences = [(hour_of(start), hour_of(end)) for start, end in told.silences]
        if told.silent_since:
            silences.append((hour_of(told.silent_since), _NO_END))
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(silences):
            if ends and start <= ends[-1]:
                ends[-1] = max(end, ends[-1])
            else:
                starts.append(start)
                ends.append(end)
        self._starts, self._ends = starts, ends

    def __contains__(self, hour: object) -> bool:
        """Whether a scan was shown in that hour, as far as is known."""
        assert isinstance(hour, int)
        place = bisect_right(self._starts, hour) - 1
        return place < 0 or hour >= self._ends[place]

    def of(self, since: int, end: int) -> bytearray:
        """Of each hour from one to another, in turn: 1 where a scan was shown, else 0."""
        found = bytearray(b"\x01") * max(0, end - since)
        for start, over in zip(self._starts, self._ends, strict=True):
            first, last = max(start, since) - since, min(over, end) - since
            if first < last:
                found[first:last] = bytes(last - first)
        return found


@once_of_case
def awaited(case: ParcelCase) -> list[Awaited]:
    """The refunds of a case whose number no courier scanned, but for slips: oldest naming first."""
    number = case.waybill_no
    if number is None:
        return []
    found = [
        Awaited(order, refund, named)
        for order, refund in case.named
        if sends_goods(refund)
        and (named := refund.named.get(number)) is not None
        and not _travels(case, refund, number)
        and not _is_slip(case, refund, number)
    ]
    return sorted(found, key=lambda one: (one.named.occurred_at, one.named.event_id))


def courier_of(waiting: Sequence[Awaited], number: str) -> str | None:
    """The code of the courier that those who wait name, the first that names one."""
    codes = (canonical_courier(one.refund.carrier_of(number)) for one in waiting)
    return next((code for code in codes if code is not None), None)


def wait_of(case: ParcelCase, from_ms: int, wait_ms: int, courier: str | None, *, rests: bool) -> Wait | None:
    """How a wait stands; none while the silence of a known courier has not been told.

    `rests`: the holidays of the policy's calendar do not count.
    """
    rest = case.rest(from_ms, max(case.now_ms, from_ms) + wait_ms + _AHEAD_MS) if rests else ()
    if not is_known(courier):
        return wait_for_scan(from_ms, case.now_ms, wait_ms, courier, (), rest)
    told = None if courier is None else case.silence(courier)
    return None if told is None else wait_for_scan(from_ms, case.now_ms, wait_ms, courier, BusyHours(told), rest)


def is_silent(case: ParcelCase, courier: str | None) -> bool:
    """Whether a courier shows no scan at present: it is published anew when it does."""
    told = case.silence(courier) if courier is not None else None
    return told is not None and bool(told.silent_since)


def journey_named(report: ParcelReported | None, refund: RefundView, number: str) -> JourneySeen | None:
    """The journey that a refund means by a number it named, as far as it is told."""
    named = refund.named.get(number)
    if report is None or named is None:
        return None
    return journey_of_use(report.journeys, named.occurred_at, canonical_courier(refund.carrier_of(number)))


def stands_until(case: ParcelCase, refund: RefundView, number: str) -> int:
    """Until when a number of a refund is awaited that no courier scanned (F10): event time, 0 for no end.

    Days of rest do not count, nor hours in which its courier was silent, as far as that was told.
    """
    courier, from_ms = canonical_courier(refund.carrier_of(number)), refund.named[number].occurred_at
    told = case.silence_of(number, courier) if courier is not None and is_known(courier) else None
    rest = case.rest(from_ms, max(case.now_ms, from_ms) + WAIT_MS + _AHEAD_MS)
    if told is None:
        return wait_for_scan(from_ms, case.now_ms, WAIT_MS, None, (), rest).earliest_end
    wait = wait_for_scan(from_ms, case.now_ms, WAIT_MS, courier, BusyHours(told), rest)
    # A courier that is silent now is heard of again; until then no hour counts.
    return 0 if wait.is_over_at is None and told.silent_since else wait.earliest_end


def _travels(case: ParcelCase, refund: RefundView, number: str) -> bool:
    report = case.report if number == case.waybill_no else case.parcel(number)
    named, journey = refund.named.get(number), journey_named(report, refund, number)
    if named is None or journey is None or journey.first is None:
        return False
    last_ms = max(scan.occurred_at for scan in scans_told(journey))
    # One whose courier may have given its number away since does not travel for this return.
    return named.occurred_at - max(last_ms, journey.end_ms or 0) < reuse_days_of(journey.courier) * DAY_MS


def _is_slip(case: ParcelCase, refund: RefundView, number: str) -> bool:
    """Whether the number is the first of the refund's that was replaced by one that travels: a slip, once per refund.

    Whether it travels is waited for as long as for any number, by the row of that number.
    """
    if len(refund.named) < 2:
        return False
    named = list(refund.named)
    later = named[named.index(number) + 1 :]
    if not any(_travels(case, refund, other) for other in later):
        return False
    return all(_travels(case, refund, other) for other in named[: named.index(number)])
