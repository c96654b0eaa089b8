"""What holds since when, and whether any window of time among the held facts met a condition.

A window ends at the moment of a thing that counts and reaches back over its span, both ends included: what came later
never changes it. A share of all orders is changed by what came later, as far as the same span reaches on from the first
thing that counts. Neither the order of arrival nor the passing of time decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
DAY_MS = 86_400_000
CLOCK_TOLERANCE_MS = 10 * 60_000
"""So far the clocks of two sources may differ: less than that says nothing of before and after (F4)."""


class Moment(NamedTuple):
    """Something that counts, since an event time. `began_at` is when the order it is about began."""

    at_ms: int
    id: str
    thing: Any
    began_at: int = 0


class Met(NamedTuple):
    """A condition was met: first at `decided_at`; `moments` are those of the fullest window that met it.

    `total` counts what a share was taken of; `since_at` is the earliest event time the answer looked at.
    """

    decided_at: int
    moments: Sequence[Moment]
    since_at: int
    total: int = 0

    @property
    def things(self) -> list[Any]:
        """What counted in the fullest window, oldest first."""
        return [moment.thing for moment in self.moments]


class Run(NamedTuple, Generic[T]):
    """The events since which something holds: the first and all of them."""

    first: T
    events: list[T]


def holding(events: Iterable[T], holds: Callable[[T], bool | None]) -> Run[T] | None:
    """The last unbroken run of events that say so, if nothing after it says otherwise; None says nothing about it."""
    run: list[T] = []
    for event in events:
        answer = holds(event)
        if answer is not None:
            if not answer:
                run = []
            else:
                run.append(event)
    return Run(run[0], run) if run else None


def any_window(
    moments: Iterable[Moment], span_ms: int, at_least: int, is_enough: Callable[[Sequence[Moment]], bool]
) -> Met | None:
    """Whether any window of that span holds `at_least` moments that are enough."""
    ordered = sorted(moments, key=_key)
    first, decided_at, best = 0, 0, ordered[:0]
    for last, moment in enumerate(ordered):
        while moment.at_ms - ordered[first].at_ms > span_ms:
            first += 1
        if last + 1 - first < max(at_least, len(best) + 1):
            continue
        window = ordered[first : last + 1]
        if is_enough(window):
            decided_at, best = decided_at or moment.at_ms, window
    return Met(decided_at, best, best[0].at_ms) if best else None


def any_count(
    moments: Iterable[Moment],
    span_ms: int,
    at_least: int,
    kind: Callable[[Moment], Hashable] | None = None,
    at_least_kinds: int = 1,
    is_needed: Callable[[Moment], bool] | None = None,
) -> Met | None:
    """Whether any window of that span holds `at_least` moments, of so many kinds, one of the needed among them.

    More moments never make it fail, so the fullest window says most.
    """
    ordered = sorted(moments, key=_key)
    kinds: Counter[Hashable] = Counter()
    first, decided_at, best, needed_last = 0, 0, range(0), -1 if is_needed else len(ordered)
    for last, moment in enumerate(ordered):
        if is_needed is not None and is_needed(moment):
            needed_last = last
        while moment.at_ms - ordered[first].at_ms > span_ms:
            if kind is not None:
                _drop(kinds, kind(ordered[first]))
            first += 1
        if kind is not None:
            kinds[kind(moment)] += 1
        if needed_last < first or (kind is not None and len(kinds) < at_least_kinds):
            continue
        if last + 1 - first >= max(at_least, len(best) + 1):
            decided_at, best = decided_at or moment.at_ms, range(first, last + 1)
    window = ordered[best.start : best.stop]
    return Met(decided_at, window, window[0].at_ms) if window else None


def any_share(
    moments: Iterable[Moment],
    began: Iterable[int],
    span_ms: int,
    is_share: Callable[[int, int], bool],
    horizon_ms: int,
    is_enough: Callable[[Sequence[Moment]], bool] = bool,
    *,
    looks_on: bool = True,
    at_least: int = 1,
) -> Met | None:
    """Whether in any window at least so many moments (one per order) are a share of all orders, and enough besides.

    The share is taken of the orders that began (`began`) inside the window, which reaches back to the beginning of the
    oldest order that counts: a big purchase of long ago is never left out of the sum. With `looks_on` they must be a
    share of the orders of the span that begins with the first of them as well: whoever sends back the first five orders
    and keeps the next twenty sends few back. A window that begins before `horizon_ms` is left alone: orders of that
    time may have been forgotten.
    """
    ordered = sorted(moments, key=_key)
    if len(ordered) < at_least:
        return None
    starts = sorted(began)
    counted = sorted(moment.began_at for moment in ordered) if looks_on else []
    decided_at, found = 0, list[tuple[int, int, int, int]]()
    most = at_least - 1
    for first, last, oldest_ms in _windows(ordered, span_ms):
        at_ms = ordered[last].at_ms
        since_at = min(at_ms - span_ms, oldest_ms)
        if last + 1 - first <= most or since_at < horizon_ms:
            continue
        total = _within(starts, since_at, at_ms)
        if not is_share(last + 1 - first, total):
            continue
        until_ms = ordered[first].at_ms + span_ms
        if looks_on and not is_share(_within(counted, oldest_ms, until_ms), _within(starts, oldest_ms, until_ms)):
            continue
        # Only the first that is enough says when it was decided; of the fuller ones the fullest is asked first, below.
        if found or is_enough(ordered[first : last + 1]):
            decided_at, most = decided_at or at_ms, last + 1 - first
            found.append((first, last + 1, since_at, total))
    for first, end, since_at, total in reversed(found):
        if is_enough(ordered[first:end]):
            return Met(decided_at, ordered[first:end], since_at, total)
    return None


def _within(times: Sequence[int], since_ms: int, until_ms: int) -> int:
    """How many of the times, which are in order, lie between two, both included."""
    return bisect_right(times, until_ms) - bisect_left(times, since_ms)


def _windows(ordered: Sequence[Moment], span_ms: int) -> Iterator[tuple[int, int, int]]:
    """The first and last index of the window that ends with each moment, and when its oldest order began."""
    oldest: deque[int] = deque()
    first = 0
    for last, moment in enumerate(ordered):
        while oldest and ordered[oldest[-1]].began_at >= moment.began_at:
            oldest.pop()
        oldest.append(last)
        while moment.at_ms - ordered[first].at_ms > span_ms:
            first += 1
        while oldest[0] < first:
            oldest.popleft()
        yield first, last, ordered[oldest[0]].began_at


def _drop(kinds: Counter[Hashable], kind: Hashable) -> None:
    kinds[kind] -= 1
    if not kinds[kind]:
        del kinds[kind]


def _key(moment: Moment) -> tuple[int, str]:
    return moment.at_ms, moment.id
