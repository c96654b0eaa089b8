"""What two clocks can say of before and after (F4): within their tolerance, nothing."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
CLOCK_TOLERANCE_MS = 10 * MINUTE_MS
"""How far the clocks of two sources may differ, where a policy says nothing else."""
LOCAL_TIME_MS = 14 * HOUR_MS
"""How far a local time that was stamped as UTC may be from UTC, either way."""

Precedence = Literal["before", "after", "uncertain"]


class StampedTime(Struct, frozen=True, gc=False):
    """A time as a source stamped it, and how far it may be off beside the tolerance of all clocks."""

    at_ms: int
    uncertain_ms: int = 0


def moment_of(scan: ParcelScanned) -> StampedTime:
    """When a scan was made, as far as its stamp says."""
    return StampedTime(scan.occurred_at, LOCAL_TIME_MS if scan.time_is_local else 0)


def precedence(one: StampedTime, other: StampedTime, tolerance_ms: int = CLOCK_TOLERANCE_MS) -> Precedence:
    """Whether one source's moment lies before another source's.

    Decided from a difference of the tolerance on, to which what either stamp may be off is added.
    """
    needed = tolerance_ms + one.uncertain_ms + other.uncertain_ms
    later_by = other.at_ms - one.at_ms
    if later_by == 0 or abs(later_by) < needed:
        return "uncertain"
    return "before" if later_by > 0 else "after"
