"""Ratios of runs that were made one after the other, and how sure they are."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import median

from msgspec import Struct

from benchmarks.meter import Result

RESAMPLES = 2000
LEVEL = 0.95


class Ratio(Struct, frozen=True):
    """A median ratio and its 95 % bootstrap interval."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """As a table shows it; of one pass there is no interval."""
        if self.low == self.high:
            return f"{self.median:.2f}"
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


class Summary(Struct, frozen=True, kw_only=True):
    """All runs of one rung."""

    rung: str
    rate: float
    """Median input events per second."""
    cpu_us: float
    """Median CPU microseconds per input event."""
    peak_rss_mb: float
    rate_ratio: Ratio
    """Events per second as a share of the base's in the same pass."""
    cpu_ratio: Ratio
    """Events per CPU second as a share of the base's in the same pass."""


def order_of_pass(rungs: Sequence[str], number: int) -> list[str]:
    """Up the ladder, down, up, …: what drifts meanwhile drifts for all."""
    return list(rungs if number % 2 == 0 else reversed(rungs))


def bootstrap(values: Sequence[float], seed: int = 0) -> Ratio:
    """The median of some ratios, and where medians of as many drawn from them lie."""
    rng = random.Random(seed)
    medians = sorted(median(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    tail = int(RESAMPLES * (1 - LEVEL) / 2)
    return Ratio(median(values), medians[tail], medians[-tail - 1])


def summarize(passes: Sequence[dict[str, Result]], rungs: Sequence[str], base: str) -> list[Summary]:
    """One line per rung from all passes, each of which holds one result of every rung."""

    def ratio(rung: str, speed: Callable[[Result], float]) -> Ratio:
        return bootstrap([speed(one[rung]) / speed(one[base]) for one in passes])

    return [
        Summary(
            rung=rung,
            rate=median(one[rung].rate for one in passes),
            cpu_us=median(one[rung].cpu_us for one in passes),
            peak_rss_mb=max(one[rung].peak_rss_mb for one in passes),
            rate_ratio=ratio(rung, lambda result: result.rate),
            cpu_ratio=ratio(rung, lambda result: 1 / result.cpu_us),
        )
        for rung in rungs
    ]
