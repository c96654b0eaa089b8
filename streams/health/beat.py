"""What a process says of itself on `/healthz` and `/readyz`: its event loop writes it, another thread reads it.

Alive means that the event loop turns. Ready means that it takes part in the work; what keeps it from that is said in
a few fixed words, which hold no data.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streams.health.watchdog import BEAT_SECONDS, LOOP_STALL_SECONDS

logger = logging.getLogger(__name__)

Obstacle = Callable[[], str | None]
"""Why a process is not ready, or none; called on its event loop."""


class Health:
    """Written by one event loop, read by any thread."""

    def __init__(self, loop_seconds: float = LOOP_STALL_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """`loop_seconds`: how long the loop may take to come round before the process counts as dead."""
        self._loop_seconds = loop_seconds
        self._clock = clock
        # One tuple, so that a reader never sees half of a change.
        self._last: tuple[float, str | None] = clock(), "starting"

    def beat(self, obstacle: str | None) -> None:
        """The loop has come round; `obstacle` says why the process is not ready, if so."""
        self._last = self._clock(), obstacle

    @property
    def death(self) -> str | None:
        """Why the process is not alive, or none."""
        return "the event loop does not turn" if self._clock() - self._last[0] > self._loop_seconds else None

    @property
    def obstacle(self) -> str | None:
        """Why the process is not ready, or none."""
        return self.death or self._last[1]


@contextmanager
def beating(loop: asyncio.AbstractEventLoop, health: Health, obstacle: Obstacle) -> Iterator[None]:
    """Let the loop beat while it runs, from its first turn on: before brokers answer and while it shuts down."""
    handle: asyncio.Handle | None = None

    def turn() -> None:
        nonlocal handle
        handle = loop.call_later(BEAT_SECONDS, turn)
        health.beat(_asked(obstacle))

    handle = loop.call_soon(turn)
    try:
        yield
    finally:
        handle.cancel()


def _asked(obstacle: Obstacle) -> str | None:
    try:
        return obstacle()
    except Exception:
        # The loop turns all the same: a fault in here must not have a working process killed.
        logger.exception("Readiness is not known")
        return "unknown"
