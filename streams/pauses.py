"""Pauses of single partitions: what went wrong with one lane stops that lane alone, loudly, and is tried again.

A lane whose step failed is not advanced any more. Its batches are parked: the agent that brought them is free for
other partitions, and nothing of them is acknowledged. After a random while the lane is opened anew from its changelog
and judges what was parked.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiokafka.errors import KafkaError

from streams.gates import Gates
from streams.lanes import Lane
from streams.metrics import Metrics, PauseReason
from streams.tables.changelog import RecoveryGivenUpError, RecoveryStalledError
from streams.tables.store import StoreError
from streams.tables.table import ForeignOwnerError
from streams.transport.ledger import Batch

logger = logging.getLogger(__name__)

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Future[None]"]


class CannotJudgeError(Exception):
    """Records could not be judged, or what follows from them could not be written; nothing of it is durable."""


class StuckError(Exception):
    """What a lane holds cannot be judged, whatever record comes next: a mended release must be put in place."""


class TooManyError(Exception):
    """So many records cannot be judged that the release is to blame, not they."""


def kind_of(error: BaseException) -> PauseReason:
    """The word that metrics and logs have for the cause of a pause."""
    match error:
        case StoreError():
            return "store"
        case RecoveryStalledError():
            return "changelog"
        case TooManyError():
            return "too_many_refused"
        case KafkaError() | OSError():
            return "not_written"
    return "cannot_judge"


class Pauses:
    """The paused lanes of one processor. ``revive`` opens a lane anew and judges what is parked, or raises."""

    def __init__(
        self, processor: str, metrics: Metrics, spawn: Spawn, revive: Callable[[Lane], Awaitable[None]]
    ) -> None:
        self._processor = processor
        self._metrics = metrics
        self._spawn = spawn
        self._revive = revive
        self._gates = Gates(FIRST_SECONDS, LONGEST_SECONDS, time.monotonic)
        self._repairs: dict[Lane, asyncio.Future[None]] = {}

    def park(self, lane: Lane, batch: Batch) -> None:
        """Keep a batch for the end of the pause: it stays unacknowledged."""
        batch.is_parked = True
        lane.parked.append(batch)

    def begin(self, lane: Lane, error: BaseException) -> None:
        """Pause a lane because of an error, and see to its repair."""
        lane.is_paused = True
        self._metrics.set("paused", 1, self._processor, str(lane.partition))
        self._repairs[lane] = self._spawn(self._repair(lane, error))

    async def stop(self) -> None:
        """Give up all repairs, because partitions are about to be taken over anew; returns once nothing is written."""
        repairs = list(self._repairs.values())
        for repair in repairs:
            repair.cancel()
        if repairs:
            await asyncio.wait(repairs)
        for lane in list(self._repairs):
            self._end(lane)

    async def _repair(self, lane: Lane, error: BaseException) -> None:
        while not lane.is_dropped:
            await asyncio.sleep(self._alarm(lane, error))
            try:
                await self._revive(lane)
            except ForeignOwnerError:
                raise
            except RecoveryGivenUpError:
                break
            except Exception as failure:
                error = failure
            else:
                logger.warning("%s/%d goes on", self._processor, lane.partition)
                break
        self._gates.open(str(lane.partition))
        self._end(lane)

    def _alarm(self, lane: Lane, error: BaseException) -> float:
        """Say what is wrong, with the stack the first time; how long to wait. Longer each time, so few lines."""
        partition, kind = str(lane.partition), kind_of(error)
        is_first = not self._gates.is_shut(partition)
        seconds = self._gates.shut(partition)
        self._metrics.count("pauses", 1, self._processor, kind)
        logger.error(
            "%s/%d is paused (%s), next try in %.1f s: %s: %s",
            *(self._processor, lane.partition, kind, seconds, type(error).__name__, error),
            exc_info=error if is_first else None,
        )
        return seconds

    def _end(self, lane: Lane) -> None:
        if self._repairs.pop(lane, None) is not None:
            self._metrics.set("paused", 0, self._processor, str(lane.partition))
