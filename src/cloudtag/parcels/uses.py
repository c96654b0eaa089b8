"""Which journey a use of a number means: an order sent under it, a refund that names it as its return number (F1)."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.parcels.clock import DAY_MS, HOUR_MS
from cloudtag.parcels.courier import reuse_days_of
from cloudtag.parcels.journey import Journey, begin

WAIT_MS = 72 * HOUR_MS
"""How long a number that was named may stay without a scan (T3.4), where a policy says nothing else."""


def journey_of_use(
    journeys: Sequence[Journey], at_ms: int, courier: str | None = None, wait_ms: int = WAIT_MS
) -> Journey | None:
    """The journey that a use at a moment means; none where nothing was scanned that can be meant.

    A use during a journey means that one. One between two means the next if that begins within `wait_ms`, else the
    last; one after all means the last. One before all means the first, however late it was handed in, unless the
    courier may have given the number to somebody else by then. `courier` is the code the use names: it means no
    other courier's parcel, but may mean one whose courier nobody ever named.
    """
    meant = sorted((j for j in journeys if courier is None or j.courier in (courier, None)), key=begin)
    during = [journey for journey in meant if journey.start_ms <= at_ms <= journey.end_ms]
    if during:
        return during[-1]
    before = [journey for journey in meant if journey.end_ms < at_ms]
    after = [journey for journey in meant if journey.start_ms > at_ms]
    if after and after[0].start_ms - at_ms <= (wait_ms if before else _reuse_ms(after[0])):
        return after[0]
    return max(before, key=lambda journey: (journey.end_ms, begin(journey))) if before else None


def _reuse_ms(journey: Journey) -> int:
    return reuse_days_of(journey.courier) * DAY_MS - 1
