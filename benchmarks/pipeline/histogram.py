"""How long things took, as a histogram whose bounds grow by a quarter: small and large times equally exact."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

FACTOR = 1.25
FIRST_MS = 1.0
BOUNDS = tuple(FIRST_MS * FACTOR**n for n in range(52))
"""Upper bounds of the classes in milliseconds, to a day and more."""


class Histogram(Struct):
    """Counts by class; percentiles are never better than what was sent to be counted."""

    counts: dict[int, int] = {}
    largest_ms: float = 0.0

    def add(self, ms: float) -> None:
        """Count one time. Raises ValueError for a negative one."""
        if ms < 0:
            raise ValueError(f"{ms} ms is no duration")
        place = min(bisect_left(BOUNDS, ms), len(BOUNDS) - 1)
        self.counts[place] = self.counts.get(place, 0) + 1
        self.largest_ms = max(self.largest_ms, ms)

    @property
    def total(self) -> int:
        """How many were counted."""
        return sum(self.counts.values())

    def percentile(self, percent: float) -> float:
        """The upper bound of the class in which that share of the times is reached, or the largest time where that is
        less. Raises ValueError where nothing was counted."""
        if not self.counts:
            raise ValueError("nothing was counted")
        wanted, seen = self.total * percent / 100, 0
        for place in sorted(self.counts):
            seen += self.counts[place]
            if seen >= wanted:
                return min(BOUNDS[place], self.largest_ms)
        return self.largest_ms


def of(times_ms: Iterable[float]) -> Histogram:
    """The histogram of some times."""
    histogram = Histogram()
    for ms in times_ms:
        histogram.add(ms)
    return histogram
