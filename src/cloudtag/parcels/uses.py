"""Which journey a use of a number means: an order sent under it, a refund that names it as its return number (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from cloudtag.contract.types import LATEST_MS
from cloudtag.parcels.clock import DAY_MS, HOUR_MS
from cloudtag.parcels.courier import reuse_days_of

WAIT_HOURS = 72
"""How long a number that was named may stay without a scan (T3.4): what policies say where they say nothing else."""
WAIT_MS = WAIT_HOURS * HOUR_MS
"""The same for whose parcel it is. No policy sets it: which parcel a number means must not differ between two readers,
and buyers of two platforms, each with a policy of its own, may name one number."""


class JourneySpan(Protocol):
    """A journey, as far as its courier and its time go; one whose end is not told is the number's only one."""

    @property
    def courier(self) -> str | None:
        """Its courier's code."""

    @property
    def start_ms(self) -> int:
        """When it began."""

    @property
    def end_ms(self) -> int | None:
        """When it was last scanned."""


AnyJourney = TypeVar("AnyJourney", bound=JourneySpan)
"""A journey in any form: the one that comes in goes out."""


def journey_of_use(
    journeys: Sequence[AnyJourney], at_ms: int, courier: str | None = None, wait_ms: int = WAIT_MS
) -> AnyJourney | None:
    """The journey that a use at a moment means; none where nothing was scanned that can be meant.

    A use during a journey means that one. One between two means the next if that begins within `wait_ms`, else the
    last; one after all means the last. One before all means the first, however late it was handed in, unless the
    courier may have given the number to somebody else by then. `courier` is the code the use names: it means no
    other courier's parcel, but may mean one whose courier nobody ever named.
    """
    if len(journeys) == 1:
        # Most numbers travelled once: one that had begun is meant, one that began later if nothing was before it.
        (only,) = journeys
        is_courier = courier is None or only.courier in (courier, None)
        return only if is_courier and (only.start_ms <= at_ms or only.start_ms - at_ms <= _reuse_ms(only)) else None
    meant = sorted((j for j in journeys if courier is None or j.courier in (courier, None)), key=_begin)
    begun = [journey for journey in meant if journey.start_ms <= at_ms]
    during = [journey for journey in begun if _end_ms(journey) >= at_ms]
    if during:
        return during[-1]
    after = next((journey for journey in meant if journey.start_ms > at_ms), None)
    if after is not None and after.start_ms - at_ms <= (wait_ms if begun else _reuse_ms(after)):
        return after
    return max(begun, key=lambda journey: (_end_ms(journey), _begin(journey)), default=None)


def _begin(journey: JourneySpan) -> tuple[int, int, str]:
    return journey.start_ms, _end_ms(journey), journey.courier or ""


def _end_ms(journey: JourneySpan) -> int:
    return LATEST_MS if journey.end_ms is None else journey.end_ms


def _reuse_ms(journey: JourneySpan) -> int:
    return reuse_days_of(journey.courier) * DAY_MS - 1
