"""The lanes of one processor on this worker: opened on assignment, dropped on revoke."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator

from cloudtag.engine.step import LaneProtocol, RowReader
from streams.tables.table import Table
from streams.transport.ledger import Batch

MakeLane = Callable[[str, RowReader], LaneProtocol]
"""Builds the core of a lane from a processor's name and the partition's rows."""

ALLOWED = 5
"""So many records of a partition that cannot be judged are never too many, however few it has."""
SHARE = 0.05
"""More than this of a partition's records is no bad record but a bad release, and pauses the partition."""
MOST_ALLOWED = 100


class Lane:
    """A partition's core, and the lock that keeps its batches one after the other."""

    def __init__(self, partition: int, core: LaneProtocol) -> None:
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
        """A batch of so many records is durable and sent; whether any of it told this lane the time."""
        if is_judged:
            self.active_at = time.monotonic()
        self.allowance = min(MOST_ALLOWED, self.allowance + SHARE * records)


class Lanes:
    """One processor's lanes by partition."""

    def __init__(self, processor: str, table: Table, make: MakeLane) -> None:
        self.processor = processor
        self.table = table
        self._make = make
        self._lanes: dict[int, Lane] = {}

    def __getitem__(self, partition: int) -> Lane:
        """The lane of a partition; raises ``KeyError`` when the partition is not ours."""
        return self._lanes[partition]

    def is_live(self, partition: int) -> bool:
        """Whether the partition's lane is open here, and no step of it has failed since."""
        return partition in self._lanes and not self._lanes[partition].is_paused

    def is_paused(self, partition: int) -> bool:
        """Whether a step of the partition's lane has failed, and it has not been opened again."""
        return partition in self._lanes and self._lanes[partition].is_paused

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self._lanes.values()))

    def __len__(self) -> int:
        return len(self._lanes)

    def idle_for(self, seconds: float) -> list[Lane]:
        """The lanes that have judged nothing for so long, and could."""
        before = time.monotonic() - seconds
        return [lane for lane in self if lane.active_at < before and not lane.is_paused]

    def keep_only(self, partitions: set[int]) -> None:
        """Drop the lanes whose partitions have gone to another worker."""
        for partition in self._lanes.keys() - partitions:
            self.drop(partition)
            self.table.release(partition)

    def drop(self, partition: int) -> None:
        """Forget a lane; a batch still in its hands is not made durable any more."""
        lane = self._lanes.pop(partition, None)
        if lane is not None:
            lane.is_dropped = True

    def open(self, partition: int) -> Lane:
        """A lane over the rows now on the partition's shelf; the caller settles the step of ``core.open()``."""
        self.drop(partition)
        lane = self._lanes[partition] = Lane(partition, self._fresh(partition))
        return lane

    def renew(self, lane: Lane) -> None:
        """Give a lane a new core over the rows now on its shelf; the caller settles the step of ``core.open()``."""
        lane.core = self._fresh(lane.partition)

    def _fresh(self, partition: int) -> LaneProtocol:
        return self._make(self.processor, self.table.shelf(partition))
