"""Records that were fetched and not yet handed out, and the cutting of batches from them.

A group is the set of topics one agent reads; partition p of all of them is one task. A batch takes the task's
earliest records of all its topics by event time: after a pause, or on history, a topic with few records would else
be read to its end at once and take the task's clock with it. For the same reason a task waits while another one that
has records is far behind, and for a topic that has records on the broker of which none have arrived yet.

A record that cannot be read now (its schema's registry is away) waits with all that is behind it in its partition; the
other topics of the task go on.

A topic's clock is the highest event time up to and including its next record, so a late record holds nobody up.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import chain
from operator import itemgetter
from typing import Any

from faust.types import TP

from streams.kafka.weights import RECORD_BYTES, size_of, weight_of
from streams.transport.decoded import DecodedBatch, DecodedRecord, DecodeRecord
from streams.transport.in_flight import Batch, RecordRun

TaskId = tuple[str, int]
"""The group of a processor's topics, and the partition: what names one task."""
END_OF_TIME = 1 << 62
READY_SHARE = 8
"""A batch is made ready beside the one in hand only if at least one part in so many of a full one waits: it could not
begin earlier anyway, and until then more comes, for which it costs the same."""
_CLOCK = itemgetter(0)
MOST_BYTES = 16 << 20
"""Of a partition whose waiting records take so many bytes no more are fetched, however few they are."""


class _Buffer:
    """One partition's records in order; the next one is read ahead, for its time."""

    __slots__ = ("_read", "_sizes", "_topic", "clock", "fault", "head", "waiting", "waiting_bytes")

    def __init__(self, topic: str, read: DecodeRecord) -> None:
        self._topic = topic
        self._read = read
        self.waiting: deque[Any] = deque()
        self._sizes: deque[int] = deque()
        self.waiting_bytes = 0
        self.head: tuple[Any, DecodedRecord] | None = None
        self.clock = 0
        self.fault: Exception | None = None
        """Why the next record cannot be read now; it and what is behind it wait."""

    def __len__(self) -> int:
        return len(self.waiting) + (self.head is not None)

    def add(self, records: Sequence[Any]) -> None:
        sizes = list(map(size_of, records))
        self.waiting.extend(records)
        self._sizes.extend(sizes)
        self.waiting_bytes += sum(sizes)
        if self.head is None and self.fault is None:
            self._advance()

    def retry(self) -> None:
        """Try again to read what could not be read."""
        if self.fault is not None:
            self._advance()

    def take_until(self, clock: int, most: int, into: DecodedBatch) -> tuple[int, int]:
        """Move records on as long as the clock allows it; how many, and the offset of the last."""
        if self.head is None or most < 1 or self.clock > clock:
            return 0, -1
        count, (record, decoded) = 0, self.head
        # Every record passes by here: nothing is looked up or called that need not be.
        waiting, add_fact, add_source = self.waiting, into.facts.append, into.sources.append
        while True:
            if (fact := decoded.fact) is not None:
                add_fact(fact)
                add_source(record)
            else:
                into.add(record, decoded)
            count, last_offset = count + 1, record.offset
            if not waiting or count >= most:
                self._advance()
                return count, last_offset
            record = waiting[0]
            try:
                decoded = self._read(self._topic, record)
            except Exception as error:
                self.head, self.fault = None, error
                return count, last_offset
            waiting.popleft()
            self.waiting_bytes -= self._sizes.popleft()
            if (at_ms := decoded.at_ms) is not None and at_ms > self.clock:
                self.clock = at_ms
            if self.clock > clock:
                self.head = record, decoded
                return count, last_offset

    def _advance(self) -> None:
        if not self.waiting:
            self.head = self.fault = None
            return
        record = self.waiting[0]
        try:
            decoded = self._read(self._topic, record)
        except Exception as error:
            self.head, self.fault = None, error
            return
        self.waiting.popleft()
        self.waiting_bytes -= self._sizes.popleft()
        self.head, self.fault = (record, decoded), None
        if decoded.at_ms is not None and decoded.at_ms > self.clock:
            self.clock = decoded.at_ms


class PartitionBuffers:
    """Buffers of one consumer. ``group_of`` names the group of every topic; ``batch_records`` bounds a batch,
    ``most_bytes`` what all of them together take."""

    def __init__(
        self,
        group_of: Mapping[str, str],
        read_of: Mapping[str, DecodeRecord],
        batch_records: int,
        most_bytes: int = 256 << 20,
    ) -> None:
        self._group_of = group_of
        self._read_of = read_of
        self._batch_records = batch_records
        self._most_bytes = most_bytes
        self._buffers: dict[TP, _Buffer] = {}
        self._tasks: dict[TaskId, dict[TP, _Buffer]] = {}
        """Those of the buffers that have records. Of hundreds few have any at a time: what is asked at every arrival is
        asked of them alone."""

    def add(self, tp: TP, records: Sequence[Any]) -> None:
        """Records of one partition, the next in order."""
        if not records:
            return
        task = self.task_of(tp)
        if (buffer := self._buffers.get(tp)) is None:
            buffer = self._buffers[tp] = _Buffer(tp.topic, self._read_of[task[0]])
        self._tasks.setdefault(task, {})[tp] = buffer
        buffer.add(records)

    def clear(self) -> None:
        """Forget everything: it will be fetched again."""
        self._buffers.clear()
        self._tasks.clear()

    def buffered(self, tp: TP) -> int:
        """How many records of a partition wait here."""
        buffer = self._buffers.get(tp)
        return len(buffer) if buffer is not None else 0

    def counts(self) -> Iterator[tuple[TP, int]]:
        """How many records wait here of each partition that has any."""
        return ((tp, len(buffer)) for tp, buffer in self._waiting())

    def has_ready(self, task: TaskId) -> bool:
        """Whether enough of a task waits here for a batch to be made ready while another one is judged."""
        return sum(map(len, self._tasks.get(task, {}).values())) * READY_SHARE >= self._batch_records

    def faults(self) -> dict[TP, Exception]:
        """The partitions whose next record cannot be read now, and why."""
        return {tp: buffer.fault for tp, buffer in self._waiting() if buffer.fault is not None}

    def retry(self) -> None:
        """Try again to read what could not be read."""
        for _, buffer in self._waiting():
            buffer.retry()

    def task_of(self, tp: TP) -> TaskId:
        """The task a partition belongs to."""
        return self._group_of[tp.topic], tp.partition

    @property
    def held_bytes(self) -> int:
        """About how much memory all waiting records take."""
        return sum(buffer.waiting_bytes for _, buffer in self._waiting())

    def below_low_water(self, tps: Set[TP]) -> Set[TP]:
        """Those of the partitions that have less than a batch left, and not as much in a few huge records.

        While there is no room for more, those that have nothing: a task may wait for them, and the rest moves on when
        it has been given what it waits for.
        """
        is_full = self.held_bytes >= self._most_bytes
        enough = {tp for tp, buffer in self._waiting() if is_full or self._has_enough(buffer)}
        return tps - enough if enough else tps

    def _has_enough(self, buffer: _Buffer) -> bool:
        return len(buffer) >= self._batch_records or buffer.waiting_bytes >= MOST_BYTES

    def _waiting(self) -> Iterator[tuple[TP, _Buffer]]:
        return chain.from_iterable(buffers.items() for buffers in self._tasks.values())

    def clocks(self) -> dict[TaskId, int]:
        """The event time reached by every task that has records, earliest first."""
        found = [(clock, task) for task, buffers in self._tasks.items() if (clock := _clock(buffers)) != END_OF_TIME]
        found.sort(key=_CLOCK)
        return {task: clock for clock, task in found}

    def next_batch(self, task: TaskId, is_dry: Callable[[TP], bool] = lambda _: False) -> Batch:
        """The next batch of a task: the earliest records of its topics, merged by their clocks.

        `is_dry`: whether a partition has no records on the broker either. What comes next in it is not known, and not
        waited for.
        """
        buffers = {tp: buffer for tp, buffer in self._tasks[task].items() if buffer.head is not None}
        content, taken, before = DecodedBatch(), 0, self._waiting_bytes(task)
        ends: dict[TP, tuple[int, int]] = {}
        while buffers and taken < self._batch_records:
            tp = min(buffers, key=lambda tp: buffers[tp].clock)
            others = [buffer.clock for other, buffer in buffers.items() if other is not tp]
            room = self._batch_records - taken
            count, last_offset = buffers[tp].take_until(min(others, default=END_OF_TIME), room, content)
            ends[tp] = ends.get(tp, (0, 0))[0] + count, last_offset
            taken += count
            if buffers[tp].head is None:
                del buffers[tp]
                if others and not is_dry(tp):
                    # What comes next in this topic is not here yet: the batch must not run past it.
                    break
        self._leave_out_empty(task)
        runs = [RecordRun(tp, count, last) for tp, (count, last) in ends.items()]
        size_bytes = before - self._waiting_bytes(task) - taken * RECORD_BYTES
        return Batch(*task, runs, content, weight_of(taken, max(0, size_bytes)))

    def _leave_out_empty(self, task: TaskId) -> None:
        left = self._tasks[task] = {tp: buffer for tp, buffer in self._tasks[task].items() if len(buffer)}
        if not left:
            del self._tasks[task]

    def _waiting_bytes(self, task: TaskId) -> int:
        return sum(buffer.waiting_bytes for buffer in self._tasks.get(task, {}).values())


def _clock(buffers: Mapping[TP, _Buffer]) -> int:
    return min([buffer.clock for buffer in buffers.values() if buffer.head is not None], default=END_OF_TIME)
