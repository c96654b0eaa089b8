"""Records that were fetched and not yet handed out, and the cutting of batches from them.

A group is the set of topics one agent reads; partition p of all of them is one lane. A batch takes the lane's
records topic by topic, so that a processor which reads eleven topics is not woken eleven times for the same second.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faust.types import TP

from streams.transport.ledger import Batch, Chunk

Lane = tuple[str, int]


class Feed:
    """Buffers of one consumer. ``group_of`` names the group of every topic; ``batch_records`` bounds a batch."""

    def __init__(self, group_of: Mapping[str, str], batch_records: int) -> None:
        self._group_of = group_of
        self._batch_records = batch_records
        self._lanes: dict[Lane, dict[TP, deque[Any]]] = {}

    def add(self, tp: TP, records: Sequence[Any]) -> None:
        """Records of one partition, the next in order."""
        lane = (self._group_of[tp.topic], tp.partition)
        self._lanes.setdefault(lane, {}).setdefault(tp, deque()).extend(records)

    def clear(self) -> None:
        """Forget everything: it will be fetched again."""
        self._lanes.clear()

    def buffered(self, tp: TP) -> int:
        """How many records of a partition wait here."""
        return len(self._buffer(tp))

    def hungry(self, tps: Iterable[TP]) -> set[TP]:
        """Those of the partitions that have less than a batch left."""
        return {tp for tp in tps if len(self._buffer(tp)) < self._batch_records}

    def waiting(self) -> Iterator[Lane]:
        """The lanes that have records."""
        return iter([lane for lane, buffers in self._lanes.items() if any(buffers.values())])

    def cut(self, lane: Lane) -> Batch:
        """The next batch of a lane that has records: an even share of each of its topics."""
        buffers = {tp: buffer for tp, buffer in self._lanes[lane].items() if buffer}
        room, chunks = self._batch_records, []
        # The shortest first: what a topic leaves of its share goes to the longer ones.
        ordered = sorted(buffers.items(), key=lambda item: len(item[1]))
        for behind, (tp, buffer) in enumerate(ordered):
            share = max(1, room // (len(ordered) - behind))
            records = [buffer.popleft() for _ in range(min(share, len(buffer)))]
            room -= len(records)
            chunks.append(Chunk(tp, records))
        return Batch(*lane, chunks)

    def _buffer(self, tp: TP) -> deque[Any]:
        lane = self._lanes.get((self._group_of[tp.topic], tp.partition), {})
        return lane.get(tp, _EMPTY)


_EMPTY: deque[Any] = deque()
