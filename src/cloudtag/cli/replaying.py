"""Sending dead letters again, each once: whatever ends a replay in its middle, and however many are begun.

Before anything is sent it is written down that it will be (an intent), with where the log of its topic ended then;
afterwards that it was, with its offset. A record that is sent again says in a header which dead letter it is of. So a
replay that finds an intent of an earlier one looks into the log whether the record is there. And one replay goes on at
a time: whoever has the first partition of the marks' topic, in a consumer group of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import UnknownError

from cloudtag.cli.dead_letter_log import DeadLetterLog, RecordPlace, ReplayMark, place_of
from cloudtag.cli.failure import FailureError
from cloudtag.cli.kafka import consumer, quiet
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from streams.kafka import group_leader, topics
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import LARGEST_RECORD_BYTES
from streams.kafka.security import client_settings

HEADER = "cloudtag-replay-of"
"""Of a record that was sent again: the place of the record it repeats."""
TURN_MS = 10_000
"""For so long nobody takes over from a replay that was killed."""
WAIT_SECONDS = 60.0
POLL_MS = 250
UNDER_WAY = "another replay of this installation is under way: what it sends is sent once"


class ReplayTurn(ConsumerRebalanceListener):  # type: ignore[misc]
    """Use as ``async with``: one process at a time gets in. Raises ``FailureError`` where another one has it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._first = TopicPartition(config.topic(topics.REPLAYED), 0)
        self._working = asyncio.Lock()
        self._is_ours = False
        self._known = asyncio.Event()

    async def __aenter__(self) -> Self:
        quiet()
        group_leader.use()
        await topics.partitions(self._config, [self._first.topic])
        self._client = AIOKafkaConsumer(
            **client_settings(self._config),
            group_id=f"{self._config.topic_prefix}{self._config.app_id}-replay",
            enable_auto_commit=False,
            session_timeout_ms=TURN_MS,
            rebalance_timeout_ms=TURN_MS,
            heartbeat_interval_ms=TURN_MS // 10,
            # Whoever has it keeps it when others come.
            partition_assignment_strategy=[StickyPartitionAssignor],
        )
        self._client.subscribe([self._first.topic], listener=self)
        try:
            await self._client.start()
            async with asyncio.timeout(WAIT_SECONDS):
                await self._known.wait()
            if not self._is_ours:
                raise FailureError(UNDER_WAY)
        except BaseException:
            await self._client.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - aiokafka's
        """Nobody else begins before what is being sent is sent and written down."""
        async with self._working:
            self._known.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """One has the first partition."""
        self._is_ours = self._first in assigned
        self._known.set()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """While the block runs nobody else gets in. Raises ``FailureError`` when somebody has."""
        while True:
            # While others come and go it is not known for a moment whose turn it is.
            async with asyncio.timeout(WAIT_SECONDS):
                await self._known.wait()
            async with self._working:
                if not self._known.is_set():
                    continue
                if not self._is_ours:
                    raise FailureError(UNDER_WAY)
                yield
                return


class Replayer:
    """Sends dead letters and keeps the marks. Use `replayer` to get one."""

    def __init__(self, config: Config, producer: AIOKafkaProducer, mark_partitions: int) -> None:
        self._config = config
        self._producer = producer
        self._marks, self._mark_partitions = config.topic(topics.REPLAYED), mark_partitions

    async def settle(self, letters: DeadLetterLog) -> None:
        """Find out what became of what earlier replays began, and write it down."""
        begun = {place: mark for place, mark in letters.marks.items() if mark.sent_offset is None}
        for place, offset in (await _sent_already(self._config, begun)).items():
            letters.marks[place] = mark = msgspec.structs.replace(begun[place], sent_offset=offset)
            await self._note([mark])

    async def send(self, letters: Sequence[DeadLetter]) -> list[tuple[DeadLetter, int]]:
        """Send dead letters again; each with the offset it got. Raises aiokafka's errors: the next replay goes on."""
        ends = await _ends(self._config, {TopicPartition(one.topic, one.partition) for one in letters})
        now_ms = time.time_ns() // 1_000_000
        intents = [
            ReplayMark(*place_of(one), None, now_ms, ends[TopicPartition(one.topic, one.partition)]) for one in letters
        ]
        await self._note(intents)
        writes = [
            await self._producer.send(
                letter.topic, letter.value, letter.key, letter.partition, headers=[(HEADER, intent.key)]
            )
            for letter, intent in zip(letters, intents, strict=True)
        ]
        offsets = [told.offset for told in await asyncio.gather(*writes)]
        await self._note(map(_sent_at, intents, offsets))
        return list(zip(letters, offsets, strict=True))

    async def _note(self, marks: Iterable[ReplayMark]) -> None:
        writes = []
        for mark in marks:
            partition = partition_of(mark.key.decode(), self._mark_partitions)
            writes.append(await self._producer.send(self._marks, msgspec.json.encode(mark), mark.key, partition))
        await asyncio.gather(*writes)


@asynccontextmanager
async def replayer(config: Config) -> AsyncIterator[Replayer]:
    """A connected replayer. Raises aiokafka's errors."""
    marks = config.topic(topics.REPLAYED)
    counts = await topics.partitions(config, [marks])
    producer = await _connected(config)
    try:
        yield Replayer(config, producer, counts[marks])
    finally:
        await producer.stop()


async def _connected(config: Config) -> AIOKafkaProducer:
    """A producer whose own repetitions are not written twice, where the broker knows how (the embedded does not)."""
    settings: dict[str, Any] = {**client_settings(config), "acks": "all", "max_request_size": LARGEST_RECORD_BYTES}
    for is_idempotent in (True, False):
        producer = AIOKafkaProducer(**settings, enable_idempotence=is_idempotent)
        try:
            await producer.start()
        except UnknownError:
            await producer.stop()
            continue
        except BaseException:
            await producer.stop()
            raise
        return producer
    raise FailureError("the broker takes no records")


async def _sent_already(config: Config, begun: dict[RecordPlace, ReplayMark]) -> dict[RecordPlace, int]:
    """The offsets of those records, among the ones whose sending was begun, that are on the broker."""
    keys = {mark.key: place for place, mark in begun.items()}
    starts: dict[TopicPartition, int] = {}
    for mark in begun.values():
        where = TopicPartition(mark.topic, mark.partition)
        starts[where] = min(mark.from_offset, starts.get(where, mark.from_offset))
    if not starts:
        return {}
    found: dict[RecordPlace, int] = {}
    async for record in _read_from(config, starts):
        place = keys.get(dict(record.headers).get(HEADER, b""))
        if place is not None:
            found.setdefault(place, record.offset)
    return found


async def _read_from(config: Config, starts: dict[TopicPartition, int]) -> AsyncIterator[Any]:
    from cloudtag.cli.kafka import until_ends

    async with consumer(config, sorted({where.topic for where in starts}), is_from_start=False) as client:
        client.assign(list(starts))
        for where, offset in starts.items():
            client.seek(where, offset)
        async for record in until_ends(client):
            yield record


async def _ends(config: Config, wanted: set[TopicPartition]) -> dict[TopicPartition, int]:
    """Where each log ends, or a little before: some brokers name the beginning of the last batch."""
    client = AIOKafkaConsumer(**client_settings(config))
    await client.start()
    try:
        found: dict[TopicPartition, int] = await client.end_offsets(list(wanted))
        return found
    finally:
        await client.stop()


def _sent_at(intent: ReplayMark, offset: int) -> ReplayMark:
    return msgspec.structs.replace(intent, sent_offset=offset)
