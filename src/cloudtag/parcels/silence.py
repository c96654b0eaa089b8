"""A courier's silence is not a buyer's (F10): which hours of a wait for a scan count.

Hours are clock hours in UTC, named by their number since the epoch. Only what event time has seen is asked, never a
clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Literal

from msgspec import Struct

from cloudtag.parcels.clock import DAY_MS, HOUR_MS
from cloudtag.parcels.courier import is_known

FEED_MS = 7 * DAY_MS
"""A known courier that showed no scan anywhere for so long has no feed."""
Span = tuple[int, int]
"""From a moment to a moment, milliseconds; the second is outside."""
WaitStatus = Literal["waiting", "over", "no_feed"]
"""A wait for a scan goes on, has run out, or says nothing because the courier's scans do not come in."""


class Wait(Struct, frozen=True):
    """How a wait for a scan stands.

    `counted_ms` of it count. `is_over_at`: when it ran out, once it has. `earliest_end`: before then it cannot run out;
    it is later with every silent hour to come. `is_courier_unknown`: what follows from it is low.
    """

    status: WaitStatus
    counted_ms: int
    earliest_end: int
    is_over_at: int | None
    is_courier_unknown: bool


def hour_of(at_ms: int) -> int:
    """The clock hour a moment lies in."""
    return at_ms // HOUR_MS


def busy_hours(scan_times: Iterable[int]) -> frozenset[int]:
    """The hours in which a courier showed any scan."""
    return frozenset(hour_of(at_ms) for at_ms in scan_times)


def wait_for_scan(
    from_ms: int, now_ms: int, wait_ms: int, courier: str | None, busy: Container[int], rest: Sequence[Span] = ()
) -> Wait:
    """How a wait that began at a moment stands at another one.

    `busy` are the hours in which the courier of that code showed any scan anywhere, of the 7 days before `now_ms` at
    least and of the whole wait; `rest` are spans that never count, holidays for instance. Of an hour that the wait
    begins or ends in, the part counts. For a courier that is unknown or unnamed every hour counts but those of rest.
    """
    is_unknown = not is_known(courier)
    counted, is_over_at = 0, None
    for start, end in _counting(from_ms, now_ms, None if is_unknown else busy, rest):
        counted += end - start
        if counted >= wait_ms:
            is_over_at = end - (counted - wait_ms)
            break
    left = max(wait_ms - counted, 0)
    earliest = is_over_at if is_over_at is not None else _add(max(now_ms, from_ms), left, rest)
    status: WaitStatus = "waiting" if is_over_at is None else "over"
    if status == "waiting" and not is_unknown and not has_feed(now_ms, busy):
        # Were it not for the silence, would the wait be over?
        passed = sum(end - start for start, end in _without(from_ms, now_ms, rest))
        status = "no_feed" if passed >= wait_ms else "waiting"
    return Wait(status, min(counted, wait_ms), earliest, is_over_at, is_unknown)


def has_feed(now_ms: int, busy: Container[int], within_ms: int = FEED_MS) -> bool:
    """Whether a courier showed any scan in the 7 days, or so long, before a moment; the hour they begin in counts as a
    whole."""
    return any(hour in busy for hour in range(hour_of(now_ms - within_ms), hour_of(now_ms - 1) + 1))


def _counting(from_ms: int, until_ms: int, busy: Container[int] | None, rest: Sequence[Span]) -> Iterable[Span]:
    """The parts of a span that count, in order; no hours given: all of them."""
    for start, end in _without(from_ms, until_ms, rest):
        if busy is None:
            yield start, end
            continue
        for hour in range(hour_of(start), hour_of(end - 1) + 1):
            if hour in busy:
                yield max(start, hour * HOUR_MS), min(end, (hour + 1) * HOUR_MS)


def _without(from_ms: int, until_ms: int, rest: Sequence[Span]) -> Iterable[Span]:
    start = from_ms
    for rest_from, rest_until in sorted(rest):
        if rest_until <= start:
            continue
        if rest_from >= until_ms:
            break
        if rest_from > start:
            yield start, rest_from
        start = rest_until
    if start < until_ms:
        yield start, until_ms


def _add(at_ms: int, left_ms: int, rest: Sequence[Span]) -> int:
    """When so much time that is no rest has passed since a moment."""
    for rest_from, rest_until in sorted(rest):
        if rest_until <= at_ms:
            continue
        if rest_from - at_ms >= left_ms:
            break
        left_ms -= max(rest_from - at_ms, 0)
        at_ms = rest_until
    return at_ms + left_ms
