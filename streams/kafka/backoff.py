"""Waiting before something that failed is tried again."""

import random
from collections.abc import Callable

EVERYTHING = "*"
"""The backoff of a warehouse that does not answer at all."""


class Backoffs:
    """One backoff per stream and one for all. A failure stops tries for a random while, longer at each failure.

    Full jitter: uniform between 0 and the doubled limit, so that many sinks do not come back in step.
    """

    def __init__(self, first_seconds: float, longest_seconds: float, clock: Callable[[], float]) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._clock = clock
        self._failures: dict[str, int] = {}
        self._opens_at: dict[str, float] = {}

    def is_open(self, stream: str) -> bool:
        """Whether an insert of this stream may be tried now."""
        now = self._clock()
        return all(now >= self._opens_at.get(name, now) for name in (stream, EVERYTHING))

    def is_shut(self, name: str) -> bool:
        """Whether the last try failed, however long ago."""
        return name in self._failures

    def forgive(self, name: str, seconds: float) -> None:
        """Count as a success that nothing has failed for so long since the last try began."""
        if name in self._failures and self._clock() > self._opens_at[name] + seconds:
            self.open(name)

    @property
    def is_any_shut(self) -> bool:
        """Whether some failure has not been followed by a success."""
        return bool(self._failures)

    def shut(self, name: str) -> float:
        """After a failure; returns the seconds until the next try."""
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        limit = min(self._longest, self._first * 2 ** min(failures - 1, 30))
        seconds = random.uniform(0, limit)
        self._opens_at[name] = self._clock() + seconds
        return seconds

    def has_failed(self, stream: str) -> bool:
        """Whether the last insert of this stream failed, or the warehouse did not answer at all."""
        return stream in self._failures or EVERYTHING in self._failures

    def forget(self) -> None:
        """Begin anew: what failed is somebody else's by now, or is read and tried again."""
        self._failures.clear()
        self._opens_at.clear()

    def open(self, stream: str) -> None:
        """After a success."""
        for name in (stream, EVERYTHING):
            self._failures.pop(name, None)
            self._opens_at.pop(name, None)
