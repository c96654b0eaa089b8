"""Pauses of single partitions: what went wrong with one task stops that task alone, loudly, and is tried again.

A task whose step failed is not advanced any more. Its batches are parked: the agent that brought them is free for
other partitions, and nothing of them is acknowledged. After a random while the task is opened anew from its changelog
and judges what was parked.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiokafka.errors import KafkaError

from streams.kafka.backoff import Backoffs
from streams.state.changelog import RecoveryGivenUpError, RecoveryStalledError
from streams.state.state_store import ForeignOwnerError, NoStateError
from streams.state.store import StoreError
from streams.transport.in_flight import Batch
from streams.worker.tasks import RunningTask
from streams.worker.worker_metrics import PauseReason, WorkerMetrics

logger = logging.getLogger(__name__)

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Future[None]"]
"""Starts a coroutine in the background."""


class CannotJudgeError(Exception):
    """Records could not be judged, or what follows from them could not be written; nothing of it is durable."""


class StuckError(Exception):
    """What a task holds cannot be judged, whatever record comes next: a mended release must be put in place."""


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
    """The paused tasks of one processor. ``revive`` opens a task anew and judges what is parked, or raises."""

    def __init__(
        self, processor: str, metrics: WorkerMetrics, spawn: Spawn, revive: Callable[[RunningTask], Awaitable[None]]
    ) -> None:
        self._processor = processor
        self._metrics = metrics
        self._spawn = spawn
        self._revive = revive
        self._gates = Backoffs(FIRST_SECONDS, LONGEST_SECONDS, time.monotonic)
        self._repairs: dict[RunningTask, asyncio.Future[None]] = {}

    def park(self, task: RunningTask, batch: Batch) -> None:
        """Keep a batch for the end of the pause: it stays unacknowledged."""
        batch.is_parked = True
        task.parked.append(batch)

    def begin(self, task: RunningTask, error: BaseException) -> None:
        """Pause a task because of an error, and see to its repair."""
        task.is_paused = True
        self._metrics.set("paused", 1, self._processor, str(task.partition))
        self._repairs[task] = self._spawn(self._repair(task, error))

    async def stop(self) -> None:
        """Give up all repairs, because partitions are about to be taken over anew; returns once nothing is written."""
        repairs = list(self._repairs.values())
        for repair in repairs:
            repair.cancel()
        if repairs:
            await asyncio.wait(repairs)
        for task in list(self._repairs):
            self._end(task)

    async def _repair(self, task: RunningTask, error: BaseException) -> None:
        while not task.is_dropped:
            await asyncio.sleep(self._alarm(task, error))
            try:
                await self._revive(task)
            except (ForeignOwnerError, NoStateError):
                raise
            except RecoveryGivenUpError:
                break
            except Exception as failure:
                error = failure
            else:
                logger.warning("%s/%d goes on", self._processor, task.partition)
                break
        self._gates.open(str(task.partition))
        self._end(task)

    def _alarm(self, task: RunningTask, error: BaseException) -> float:
        """Say what is wrong, with the stack the first time; how long to wait. Longer each time, so few lines."""
        partition, kind = str(task.partition), kind_of(error)
        is_first = not self._gates.is_shut(partition)
        seconds = self._gates.shut(partition)
        self._metrics.count("pauses", 1, self._processor, kind)
        logger.error(
            "%s/%d is paused (%s), next try in %.1f s: %s: %s",
            *(self._processor, task.partition, kind, seconds, type(error).__name__, error),
            exc_info=error if is_first else None,
        )
        return seconds

    def _end(self, task: RunningTask) -> None:
        if self._repairs.pop(task, None) is not None:
            self._metrics.set("paused", 0, self._processor, str(task.partition))
