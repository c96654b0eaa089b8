"""Which records have been judged: what may be committed, and what is still in somebody's hands.

A chunk is a run of records of one topic partition; a batch is the chunks handed to a task in one go. Per topic
partition the in-flight offsets keeps the chunks in delivery order. What may be committed is the end of the longest
fully
acknowledged prefix. A chunk is known by its identity, not by its offsets: an acknowledgement that arrives after the
partition was taken away, or sought back, finds its chunk gone and changes nothing, although a new chunk may hold
the same records.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from faust.types import TP

from streams.transport.decoded import DecodedBatch


class RecordRun:
    """Consecutive records of one topic partition: how many, and where they end."""

    __slots__ = ("count", "is_done", "last_offset", "tp")

    def __init__(self, tp: TP, count: int, last_offset: int) -> None:
        self.tp = tp
        self.count = count
        self.last_offset = last_offset
        self.is_done = False


class Batch:
    """What one event of the transport carries: records of one task, acknowledged together.

    ``content`` is what was read of them; ``chunks`` say which partitions they came from, and how many they are;
    ``weight_bytes`` is about how much memory it takes.
    """

    __slots__ = ("chunks", "content", "group", "is_current", "is_parked", "partition", "weight_bytes")

    def __init__(
        self, group: str, partition: int, chunks: Sequence[RecordRun], content: DecodedBatch, weight_bytes: int = 0
    ) -> None:
        self.group = group
        self.partition = partition
        self.chunks = tuple(chunks)
        self.content = content
        self.weight_bytes = weight_bytes
        self.is_current = True
        """False once its partition was revoked or sought: whoever holds it may finish, but it no longer counts."""
        self.is_parked = False
        """Kept for later by the agent that took it, and so not acknowledged when that agent comes back for more."""

    @property
    def count(self) -> int:
        """How many records it stands for."""
        return sum(chunk.count for chunk in self.chunks)


class InFlightOffsets:
    """The books of one consumer. Used from one event loop only."""

    def __init__(self) -> None:
        self._delivered: dict[TP, deque[RecordRun]] = {}
        self._prefix_end: dict[TP, int] = {}
        self._outstanding: set[Batch] = set()
        self._of_task: Counter[tuple[str, int]] = Counter()
        self._in_flight: set[Batch] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def deliver(self, batch: Batch) -> None:
        """A batch is on its way to an agent; its chunks are the next of their partitions."""
        self._outstanding.add(batch)
        self._of_task[batch.group, batch.partition] += 1
        for chunk in batch.chunks:
            self._delivered.setdefault(chunk.tp, deque()).append(chunk)

    def take(self, batch: Batch) -> bool:
        """An agent begins with a batch; false when it is stale and must be dropped unread."""
        if not batch.is_current:
            return False
        self._in_flight.add(batch)
        self._idle.clear()
        return True

    def ack(self, batch: Batch) -> None:
        """An agent has finished a batch: everything it stands for is durable."""
        self._let_go(batch)
        if not batch.is_current:
            return
        self._outstanding.discard(batch)
        self._of_task[batch.group, batch.partition] -= 1
        for chunk in batch.chunks:
            chunk.is_done = True
            self._advance(chunk.tp)

    def abandon(self, batch: Batch) -> None:
        """An agent failed or was cancelled in the middle of a batch: it stays unacknowledged for good."""
        self._let_go(batch)

    def clear(self) -> None:
        """All partitions were revoked or sought: what was delivered before no longer counts.

        What may be committed is forgotten too: after a seek the committed offset is the truth.
        """
        for batch in self._outstanding:
            batch.is_current = False
        self._outstanding.clear()
        self._of_task.clear()
        self._delivered.clear()
        self._prefix_end.clear()

    def committable(self) -> dict[TP, int]:
        """The offset to commit per partition: one past the last record of the acknowledged prefix."""
        return dict(self._prefix_end)

    def outstanding(self, group: str, partition: int) -> int:
        """How many batches of a task are delivered and not acknowledged."""
        return self._of_task[group, partition]

    def counts(self) -> Iterator[tuple[TP, int]]:
        """How many records are delivered and not part of the acknowledged prefix, of each partition that has any."""
        return ((tp, sum(chunk.count for chunk in chunks)) for tp, chunks in self._delivered.items() if chunks)

    @property
    def in_flight(self) -> Iterable[Batch]:
        """The batches agents are working on."""
        return frozenset(self._in_flight)

    @property
    def held_bytes(self) -> int:
        """About how much memory the batches take that are on their way. Those that are kept for the end of a pause do
        not count: nobody else may wait for them."""
        return sum(batch.weight_bytes for batch in self._outstanding if not batch.is_parked)

    async def wait_idle(self) -> None:
        """Return once no agent is working on a batch."""
        await self._idle.wait()

    def _let_go(self, batch: Batch) -> None:
        self._in_flight.discard(batch)
        if not self._in_flight:
            self._idle.set()

    def _advance(self, tp: TP) -> None:
        waiting = self._delivered.get(tp)
        while waiting and waiting[0].is_done:
            self._prefix_end[tp] = waiting.popleft().last_offset + 1
