"""Ends a worker that no longer moves, from outside of the loop that may be the one that hangs.

Consumers that silently stop are the oldest complaint about Faust. A worker that ends is started again by whatever
runs it, and its partitions go to the others in the meantime; a worker that hangs holds them.
"""

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mode import Service

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
LOOP_STALL_SECONDS = 30.0
"""The loop must come round this often: below the session timeouts people choose."""
EXIT_STATUS = 70


UNASSIGNED = "no partitions have been assigned"
NO_MEMBER = "the client takes part in its group no more, and nothing came of it"
OTHER_PROTOCOL = (
    "the group has members of another owner protocol: workers of two such releases cannot run side by side. Stop all, "
    "then start those of one release"
)
STUCK = "records are pending and nothing was finished"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the loop says of one thing that it does."""

    progress: float
    """Anything that grows while work is done."""
    is_pending: bool
    """Whether there is work."""
    stall: str = STUCK
    """What is wrong when there is work and nothing grows."""
    is_over: bool = False
    """Whether nothing can come of it any more: then nobody waits."""


class StallJudge:
    """Decides from pulses whether a worker is dead. Pure, apart from the time it is given."""

    def __init__(self, loop_seconds: float, stall_seconds: float, now: float) -> None:
        self._loop_seconds = loop_seconds
        self._stall_seconds = stall_seconds
        self._beat_at = now
        self._moved: dict[str, tuple[float, float]] = {}
        """Of each thing that is done: how far it has come, and when it moved last."""
        self._over: str | None = None

    def beat(self, pulse: Pulse, now: float) -> None:
        """The loop has come round."""
        self._beat_at = now
        if pulse.is_over:
            self._over = pulse.stall
        before = self._moved.get(pulse.stall)
        if before is None or pulse.progress != before[0] or not pulse.is_pending:
            self._moved[pulse.stall] = pulse.progress, now

    def verdict(self, now: float) -> str | None:
        """Why the worker must end, or none."""
        if self._over is not None:
            return self._over
        if now - self._beat_at > self._loop_seconds:
            return f"the event loop has not come round for {now - self._beat_at:.0f} s"
        for stall, (_, moved_at) in self._moved.items():
            if now - moved_at > self._stall_seconds:
                return f"{stall} for {now - moved_at:.0f} s"
        return None


def end_process(reason: str) -> None:
    """Say why, show every thread's stack, and go at once: whatever hangs must not delay the end."""
    logger.critical("Ending the worker: %s", reason)
    faulthandler.dump_traceback(file=2, all_threads=True)
    os._exit(EXIT_STATUS)


class Watchdog(Service):
    """Feeds the judge from the loop and asks it from a thread."""

    def __init__(
        self,
        pulses: Callable[[], Iterable[Pulse]],
        stall_seconds: float,
        *,
        loop_seconds: float = LOOP_STALL_SECONDS,
        end: Callable[[str], None] = end_process,
    ) -> None:
        super().__init__()
        self._pulses = pulses
        self._end = end
        self._judge = StallJudge(min(loop_seconds, stall_seconds), stall_seconds, time.monotonic())
        self._is_over = threading.Event()

    async def on_start(self) -> None:
        """Begin to watch."""
        self._look()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        """A stopping worker has its own deadlines."""
        self._is_over.set()

    @Service.task
    async def _beat(self) -> None:
        while not self.should_stop:
            self._look()
            await self.sleep(BEAT_SECONDS)

    def _look(self) -> None:
        now = time.monotonic()
        for pulse in self._pulses():
            self._judge.beat(pulse, now)

    def _watch(self) -> None:
        while not self._is_over.wait(BEAT_SECONDS):
            reason = self._judge.verdict(time.monotonic())
            if reason is not None:
                self._end(reason)
                return
