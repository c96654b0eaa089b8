"""On how many occasions money was asked back: what comes back in one parcel, or was asked for on one day, is one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Sequence
from typing import Protocol

from cloudtag.detection.windows import Moment


class OnOccasion(Protocol):
    """Something that was asked for."""

    @property
    def parcel(self) -> Hashable:
        """The parcel it comes back in."""
        ...

    @property
    def day(self) -> Hashable:
        """The day on which it was asked for."""
        ...


def occasions(things: Sequence[OnOccasion]) -> int:
    """How many: each parcel in which several things come back, and each day of those that come back alone."""
    windows = Occasions()
    for thing in things:
        windows.add(thing)
    return windows.count


class Occasions:
    """Counts them in windows that follow each other: only what comes in and goes out is looked at."""

    def __init__(self) -> None:
        """Of nothing."""
        self._begin()

    def _begin(self) -> None:
        self._held: deque[OnOccasion] = deque()
        self._parcels: dict[Hashable, deque[Hashable]] = {}
        """The days of what comes back in each."""
        self._days: Counter[Hashable] = Counter()
        """Of what comes back alone."""
        self._shared = 0

    @property
    def count(self) -> int:
        """How many the things that were added are."""
        return self._shared + len(self._days)

    def of(self, window: Sequence[Moment]) -> int:
        """How many the things of these moments are."""
        held = self._held
        while held and held[0] is not window[0].thing:
            self._leave()
        if len(held) > len(window) or (held and held[-1] is not window[len(held) - 1].thing):
            # A window from before: counted from the beginning.
            self._begin()
        for moment in window[len(self._held) :]:
            self.add(moment.thing)
        return self.count

    def add(self, thing: OnOccasion) -> None:
        """One thing more, behind the others."""
        self._held.append(thing)
        days = self._parcels.setdefault(thing.parcel, deque())
        if len(days) == 1:
            self._drop(days[0])
            self._shared += 1
        elif not days:
            self._days[thing.day] += 1
        days.append(thing.day)

    def _leave(self) -> None:
        """Without the first."""
        parcel = self._held.popleft().parcel
        days = self._parcels[parcel]
        first = days.popleft()
        if len(days) == 1:
            self._shared -= 1
            self._days[days[0]] += 1
        elif not days:
            del self._parcels[parcel]
            self._drop(first)

    def _drop(self, day: Hashable) -> None:
        self._days[day] -= 1
        if not self._days[day]:
            del self._days[day]
