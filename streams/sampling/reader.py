"""Reads the latest records of a topic with plain fetches, so that the head of every batch is seen as well."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiokafka import AIOKafkaClient, TopicPartition
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import (
    BrokerResponseError,
    LeaderNotAvailableError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    RequestTimedOutError,
    for_code,
)
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy

from cloudtag.doctor.sample import SampledBatch, SampledRecord
from streams.sampling.batches import FetchedBatch, batches
from streams.sampling.shares import shares

T = TypeVar("T")

FETCH_BYTES = 1 << 20
"""Asked for at a time; a batch that is larger comes whole all the same."""
TOPIC_BYTES = 64 << 20
"""The most that is read of one topic: a sample of huge records is cut short instead of filling the memory."""
STEP_BACK = 4
"""How many times the missing records the next look further back covers: compacted topics have gaps."""
WAIT_MS = 200
"""Only waited for where there turns out to be nothing; a broker may answer nothing at all to who waits for nothing."""
PAUSES_SECONDS = (0.05, 0.2, 0.5, 1.0)
"""How long a partition is given to find its leader: one that was just made, or whose broker went, may have none. Once
one had none in all that time, those after it are looked for once more, and not waited for."""
NO_LEADER = (LeaderNotAvailableError, NotLeaderForPartitionError)
_READ_UNCOMMITTED = 0
_NO_REPLICA = -1


@dataclass(frozen=True, slots=True)
class Held:
    """The offsets of a partition that are on the broker: from `start` up to but without `end`."""

    start: int
    end: int

    def __len__(self) -> int:
        return max(self.end - self.start, 0)


@dataclass(slots=True)
class Taken:
    """What was read of one topic."""

    spans: dict[int, Held] = field(default_factory=dict)
    batches: list[SampledBatch] = field(default_factory=list)
    records: list[SampledRecord] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class TopicReader:
    """Reads topics over one connected client. `cluster`: every topic there is, with its leaders."""

    def __init__(self, client: AIOKafkaClient, cluster: ClusterMetadata) -> None:
        self._client = client
        self._cluster = cluster
        self._is_patient = True

    async def latest(self, topic: str, limit: int) -> Taken:
        """`limit` of the newest records of a topic, or all there are, spread evenly over its partitions.

        A partition that the broker does not let us read becomes a fault; errors of the connection are raised.
        """
        taken = Taken()
        places = [TopicPartition(topic, number) for number in sorted(self._cluster.partitions_for_topic(topic) or ())]
        found = await asyncio.gather(*(_or_fault(taken, place, self._span(place)) for place in places))
        taken.spans = {place.partition: span for place, span in zip(places, found, strict=True) if span is not None}
        wanted = shares({number: len(span) for number, span in taken.spans.items()}, limit)
        most_bytes = TOPIC_BYTES // max(len(wanted), 1)
        for place in places:
            count = wanted.get(place.partition, 0)
            if not count:
                continue
            read = self._read(place, taken.spans[place.partition], count, most_bytes)
            got = await _or_fault(taken, place, read) or []
            taken.batches += [batch.head for batch in got if batch.head.records]
            taken.records += [record for batch in got for record in batch.records][-count:]
        return taken

    async def _span(self, place: TopicPartition) -> Held:
        start = await self._offset(place, OffsetResetStrategy.EARLIEST)
        end = await self._offset(place, OffsetResetStrategy.LATEST)
        if end <= start:
            return Held(start, start)
        # Not every broker says its end truly when asked for it; the answer to a fetch does.
        _, highwater = await self._fetch(place, end - 1)
        return Held(start, max(end, highwater))

    async def _read(self, place: TopicPartition, span: Held, wanted: int, most_bytes: int) -> list[FetchedBatch]:
        """The batches that hold the last `wanted` records: forward from near the end, then further back for gaps."""
        found: list[FetchedBatch] = []
        start, until = max(span.start, span.end - wanted), span.end
        while True:
            newer, size = await self._between(place, start, until, most_bytes)
            found = newer + found
            most_bytes -= size
            missing = wanted - sum(batch.head.records for batch in found)
            if missing <= 0 or start <= span.start or most_bytes <= 0:
                return found
            until = min(start, found[0].first_offset) if found else start
            start = max(span.start, until - missing * STEP_BACK)

    async def _between(
        self, place: TopicPartition, start: int, until: int, most_bytes: int
    ) -> tuple[list[FetchedBatch], int]:
        """The batches with offsets from `start` to `until`, as far as the bytes allow, and how many bytes came."""
        found: list[FetchedBatch] = []
        size = 0
        while start < until and size < most_bytes:
            data, _ = await self._fetch(place, start)
            got = _up_to(most_bytes - size, (b for b in batches(data, place.partition) if b.next_offset > start))
            if data and not got:
                raise MessageSizeTooLargeError
            if not got:
                break
            found += [batch for batch in got if batch.first_offset < until]
            size += max(len(data), sum(batch.size_bytes for batch in got))
            start = got[-1].next_offset
        return found, size

    async def _offset(self, place: TopicPartition, which: int) -> int:
        request = OffsetRequest(_NO_REPLICA, _READ_UNCOMMITTED, [(place.topic, [(place.partition, which)])])
        answer = await self._ask(place, request)
        if not answer:
            raise LeaderNotAvailableError
        return int(answer[-1])

    async def _fetch(self, place: TopicPartition, offset: int) -> tuple[bytes, int]:
        """The bytes from an offset on, and the partition's end (0 where the broker has nothing to say)."""
        wanted = [(place.topic, [(place.partition, offset, FETCH_BYTES)])]
        answer = await self._ask(place, FetchRequest(WAIT_MS, 1, FETCH_BYTES, _READ_UNCOMMITTED, wanted))
        return (bytes(answer[-1] or b""), int(answer[0])) if answer else (b"", 0)

    async def _ask(self, place: TopicPartition, request: Any) -> tuple[Any, ...]:
        """What the leader of a partition answers about it, after the error code, which is raised; it may be nothing."""
        for pause in PAUSES_SECONDS if self._is_patient else (0.0,):
            try:
                return await self._asked(place, request)
            except NO_LEADER:
                await asyncio.sleep(pause)
                self._cluster = await self._client.fetch_all_metadata()
        try:
            return await self._asked(place, request)
        except NO_LEADER:
            self._is_patient = False
            raise

    async def _asked(self, place: TopicPartition, request: Any) -> tuple[Any, ...]:
        leader = self._cluster.leader_for_partition(place)
        if leader in (None, -1):
            raise LeaderNotAvailableError
        response = await self._client.send(leader, request)
        for _, partitions in response.topics:
            for _, code, *rest in partitions:
                if code:
                    raise for_code(code)
                return tuple(rest)
        return ()


def _up_to(most_bytes: int, unpacked: Iterator[FetchedBatch]) -> list[FetchedBatch]:
    """The first of the batches, and those after it for as long as that many bytes are not reached: few may be many."""
    found: list[FetchedBatch] = []
    for batch in unpacked:
        found.append(batch)
        most_bytes -= batch.size_bytes
        if most_bytes <= 0:
            break
    return found


async def _or_fault(taken: Taken, place: TopicPartition, work: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await work
    except RequestTimedOutError:
        raise
    except BrokerResponseError as error:
        taken.faults.append(f"partition {place.partition}: {type(error).__name__}")
        return None
