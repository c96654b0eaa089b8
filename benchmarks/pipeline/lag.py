"""Whether a worker keeps up, by the slope of its lag; and the highest rate at which it does, by bisection."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

FLAT_SHARE = 0.02
"""A lag that grows by less than this share of what comes in is flat: over a run of half a minute that is noise."""
COMMIT_SECONDS = 1.0
"""How often a worker commits: by so many seconds' events the lag goes up and down."""
WARM_SHARE = 0.25
"""Of the first looks nothing is concluded: caches fill, fetches find their size."""
Look = tuple[float, int]
"""Seconds since the first event was sent, and how many events are not acknowledged yet."""


class Tried(Struct, frozen=True):
    """One rate that was tried."""

    rate: float
    slope: float
    """By how many events a second the lag grew."""
    is_sustained: bool
    cpu_us: float = 0.0
    """CPU time of all workers for an event; 0 in figures that are older than this measurement."""


def slope(looks: Sequence[Look]) -> float:
    """By how many events a second the lag grows after the warm-up: the line of least squares. Raises ValueError for
    fewer than two looks at different moments."""
    begun = looks[0][0] + (looks[-1][0] - looks[0][0]) * WARM_SHARE if looks else 0.0
    warm = [look for look in looks if look[0] >= begun]
    middle_s = sum(at for at, _ in warm) / len(warm) if warm else 0.0
    spread = sum((at - middle_s) ** 2 for at, _ in warm)
    if not spread:
        raise ValueError("a slope needs looks at different moments")
    return sum((at - middle_s) * lag for at, lag in warm) / spread


def is_flat(looks: Sequence[Look], rate: float) -> bool:
    """Whether the lag does not grow, given how many events a second came in.

    It is known by committed offsets: where in that rhythm a run begins and ends, is no growth.
    """
    lasted = looks[-1][0] - looks[0][0]
    return slope(looks) <= rate * max(FLAT_SHARE, COMMIT_SECONDS / lasted)


def bisect(
    low: float, high: float, steps: int, attempt: Callable[[float], Tried], has_time: Callable[[], bool] = lambda: True
) -> list[Tried]:
    """Every rate that was tried between one that should be sustained and one that should not, in order.

    The ends are tried too, and moved while they are on the wrong side, so a guess that is far off costs runs and
    not the answer. It ends early when there is no time left. Raises ValueError unless 0 < low < high.
    """
    if not 0 < low < high:
        raise ValueError(f"from {low} to {high} is no range of rates")
    tried: list[Tried] = []
    fastest, ceiling, rate = 0.0, float("inf"), low
    while len(tried) < steps and (not tried or has_time()):
        tried.append(attempt(rate))
        if tried[-1].is_sustained:
            fastest = rate
        else:
            ceiling = rate
        rate = _next(low, high, fastest, ceiling)
    return tried


def _next(low: float, high: float, fastest: float, ceiling: float) -> float:
    """The rate to try, given the fastest that was sustained (0: none) and the slowest that was not."""
    if not fastest:
        return min(low, ceiling) / 2
    if ceiling < float("inf"):
        return (fastest + ceiling) / 2
    return high if fastest < high else fastest * 1.5


def sustained(tried: Sequence[Tried]) -> float:
    """The highest rate below every one that was not sustained; 0 if there is none."""
    best = at_best(tried)
    return best.rate if best else 0.0


def at_best(tried: Sequence[Tried]) -> Tried | None:
    """The run at that rate."""
    ceiling = min((one.rate for one in tried if not one.is_sustained), default=float("inf"))
    held = [one for one in tried if one.is_sustained and one.rate < ceiling]
    return max(held, key=lambda one: one.rate, default=None)
