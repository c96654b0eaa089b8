"""When a consumer may ask for records again: at once while its process has time, later the busier it is.

A round of fetches costs about the same whatever it brings. An idle process asks as soon as anything has come. A busy
one would spend itself on rounds that bring a record each: it waits, and more comes with each. As in a queue, what is
waited grows with load / (1 - load), in units of what a round costs. Pure but for the clocks it is given.
"""

from collections.abc import Callable
from time import monotonic, process_time, thread_time

LONGEST_SECONDS = 0.02
"""What a record waits at most for the next round."""
LOOK_SECONDS = 0.05
"""How far apart two looks at the load are at least: clocks of CPU time are coarse."""
HALF = 0.5
"""The weight of the newest look, and of the newest round's cost."""
FULL = 0.99
"""More load than this is told of no further."""

_Clock = Callable[[], float]


class FetchPace:
    """Of one consumer: `begin` at each round, `wait` before the next."""

    def __init__(self, clock: _Clock = monotonic, used: _Clock = process_time, own: _Clock = thread_time) -> None:
        """`used`: CPU seconds of the process; `own`: of the thread that fetches."""
        self._clock, self._used, self._own = clock, used, own
        self._begun = self._looked = clock()
        self._used_then, self._own_then = used(), own()
        self.load = 0.0
        """How many processors the process keeps busy, one at most."""
        self.cost = 0.0
        """CPU seconds of a round, its answer read and handed over."""

    def begin(self) -> None:
        """A round begins. Called by the thread that fetches."""
        now, own = self._clock(), self._own()
        self.cost += HALF * (own - self._own_then - self.cost)
        self._begun, self._own_then = now, own
        if (passed := now - self._looked) >= LOOK_SECONDS:
            used = self._used()
            load = min(FULL, (used - self._used_then) / passed)
            self.load += HALF * (load - self.load)
            self._looked, self._used_then = now, used

    @property
    def wait(self) -> float:
        """Seconds until the next round may begin; 0 if it may."""
        pause = min(LONGEST_SECONDS, self.cost * self.load / (1 - self.load))
        return max(0.0, self._begun + pause - self._clock())
