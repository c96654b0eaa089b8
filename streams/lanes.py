"""The lanes of one processor on this worker: opened on assignment, dropped on revoke."""

import asyncio
import time
from collections.abc import Callable, Iterator

from cloudtag.engine.step import LaneProtocol, RowReader
from streams.tables.table import Table

MakeLane = Callable[[str, RowReader], LaneProtocol]
"""Builds the core of a lane from a processor's name and the partition's rows."""


class Lane:
    """A partition's core, and the lock that keeps its batches one after the other."""

    def __init__(self, partition: int, core: LaneProtocol) -> None:
        self.partition = partition
        self.core = core
        self.turn = asyncio.Lock()
        self.is_dropped = False
        self.active_at = time.monotonic()


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

    def has(self, partition: int) -> bool:
        """Whether the partition's lane is open here."""
        return partition in self._lanes

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self._lanes.values()))

    def __len__(self) -> int:
        return len(self._lanes)

    def idle_for(self, seconds: float) -> list[Lane]:
        """The lanes that have judged nothing for so long."""
        before = time.monotonic() - seconds
        return [lane for lane in self if lane.active_at < before]

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
        lane = self._lanes[partition] = Lane(partition, self._make(self.processor, self.table.shelf(partition)))
        return lane
