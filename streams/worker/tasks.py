"""The tasks of one processor on this worker: opened on assignment, dropped on revoke."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator

from cloudtag.engine.task_result import RowReader, TaskProtocol
from streams.state.state_store import StateStore
from streams.transport.in_flight import Batch

MakeTask = Callable[[str, RowReader], TaskProtocol]
"""Builds the core of a task from a processor's name and the partition's rows."""

ALLOWED = 5
"""So many records of a partition that cannot be judged are never too many, however few it has."""
SHARE = 0.05
"""More than this of a partition's records is no bad record but a bad release, and pauses the partition."""
MOST_ALLOWED = 100


class RunningTask:
    """A partition's core, and the lock that keeps its batches one after the other."""

    def __init__(self, partition: int, core: TaskProtocol) -> None:
        self.partition = partition
        self.core = core
        self.turn = asyncio.Lock()
        self.is_dropped = False
        self.is_paused = False
        """A step has failed, so the core may hold what is neither durable nor sent: nobody may advance it. Only a
        core that is opened over the stored rows knows what is still to be sent."""
        self.parked: deque[Batch] = deque()
        """Batches that wait for the end of a pause, in order."""
        self.refused: set[tuple[str, int]] = set()
        """Topic and offset of the records that could not be judged, so that a second try does not count them again."""
        self.allowance: float = ALLOWED
        self.active_at = time.monotonic()

    def done(self, records: int, *, is_judged: bool) -> None:
        """A batch of so many records is durable and sent; whether any of it moved this task's watermark."""
        if is_judged:
            self.active_at = time.monotonic()
        self.refused.clear()  # those of this batch: they do not come again
        self.allowance = min(MOST_ALLOWED, self.allowance + SHARE * records)


class Tasks:
    """One processor's tasks by partition."""

    def __init__(self, processor: str, table: StateStore, make: MakeTask) -> None:
        self.processor = processor
        self.table = table
        self._make = make
        self._tasks: dict[int, RunningTask] = {}

    def __getitem__(self, partition: int) -> RunningTask:
        """The task of a partition; raises ``KeyError`` when the partition is not ours."""
        return self._tasks[partition]

    def is_live(self, partition: int) -> bool:
        """Whether the partition's task is open here, and no step of it has failed since."""
        return partition in self._tasks and not self._tasks[partition].is_paused

    def is_paused(self, partition: int) -> bool:
        """Whether a step of the partition's task has failed, and it has not been opened again."""
        return partition in self._tasks and self._tasks[partition].is_paused

    def __iter__(self) -> Iterator[RunningTask]:
        return iter(list(self._tasks.values()))

    def __len__(self) -> int:
        return len(self._tasks)

    def idle_for(self, seconds: float) -> list[RunningTask]:
        """The tasks that have judged nothing for so long, and could."""
        before = time.monotonic() - seconds
        return [task for task in self if task.active_at < before and not task.is_paused]

    def trim(self) -> None:
        """Have the tasks put away what is over the limit: one that judges nothing has nobody else who asks it to."""
        for task in self:
            # Whoever has the turn, or failed in it, has rows that are not stored.
            if not (task.turn.locked() or task.is_paused):
                task.core.cache.trim()

    def keep_only(self, partitions: set[int]) -> None:
        """Drop the tasks whose partitions have gone to another worker."""
        for partition in self._tasks.keys() - partitions:
            self.drop(partition)
            self.table.release(partition)

    def drop(self, partition: int) -> None:
        """Forget a task; a batch still in its hands is not made durable any more."""
        task = self._tasks.pop(partition, None)
        if task is not None:
            task.is_dropped = True

    def open(self, partition: int) -> RunningTask:
        """A task over the rows now on the partition's store partition; the caller stores and publishes the step of
        ``core.open()``."""
        self.drop(partition)
        task = self._tasks[partition] = RunningTask(partition, self._fresh(partition))
        return task

    def renew(self, task: RunningTask) -> None:
        """Give a task a new core over the rows now on its store partition; the caller stores and publishes the step of
        ``core.open()``."""
        task.core = self._fresh(task.partition)

    def _fresh(self, partition: int) -> TaskProtocol:
        return self._make(self.processor, self.table.rows(partition))
