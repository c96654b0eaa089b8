"""A log to sink: fresh topics on a broker, records put into chosen partitions, and a sink that runs meanwhile."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from msgspec import Struct

from cloudtag.local.broker import GROUP_TIMEOUT_MS
from cloudtag.warehouse.blocks import TABLES
from cloudtag.wire import Codec
from streams.sink import BatchBoundaries, Sink, SinkConfig
from streams.sink.reader import Reader
from tests.warehouse.places import Warehouse

SECRET = b"a secret only for tests"
PARTITIONS = 2
ANY_SIZE = Codec(max_bytes=1 << 26)
PATIENCE_SECONDS = 240.0
Entry = tuple[str, Struct | bytes]
"""A stream and a record, or bytes as they are."""


@dataclass(frozen=True, slots=True)
class Log:
    """Topics of one's own on a broker."""

    bootstrap: str
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}-")

    ends: dict[TopicPartition, int] = field(default_factory=dict)
    """Where the log ends, by what was appended here."""

    async def create(self) -> None:
        """Create a topic for every stream that has a table."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(self.prefix + stream, PARTITIONS, 1) for stream in TABLES])
        finally:
            await admin.close()

    async def append(self, entries: Iterable[Entry]) -> None:
        """Append records, in turn to one partition and the other."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        await producer.start()
        try:
            sent, codec = [], Codec()
            for number, (stream, record) in enumerate(entries):
                # As it is: a log also holds what was published by other means than cloudtag's.
                value = record if isinstance(record, bytes) else codec.write(stream, record)
                where = TopicPartition(self.prefix + stream, number % PARTITIONS)
                sent.append(await producer.send(where.topic, value, partition=where.partition))
                self.ends[where] = self.ends.get(where, 0) + 1
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read_up_to(self, stream: str) -> None:
        """Count what others appended to a stream as appended here."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            where = [TopicPartition(self.prefix + stream, number) for number in range(PARTITIONS)]
            consumer.assign(where)
            await consumer.getmany(timeout_ms=1000)
            self.ends.update({one: consumer.highwater(one) or 0 for one in where})
        finally:
            await consumer.stop()

    async def read(self, stream: str, count: int) -> list[Any]:
        """The first `count` records of a stream; waits until there are so many."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.prefix + stream, number) for number in range(PARTITIONS)])
            found = [ANY_SIZE.decode(stream, (await consumer.getone()).value) for _ in range(count)]
        finally:
            await consumer.stop()
        return found

    async def is_sunk(self) -> bool:
        """Whether the sink's group has committed everything that was appended."""
        # A consumer that names its partitions asks for the group's offsets without joining it.
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=f"{self.prefix}sink", enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(list(self.ends))
            return all([(await consumer.committed(where) or 0) >= end for where, end in self.ends.items()])
        finally:
            await consumer.stop()

    async def sunk(self) -> None:
        """Wait until everything that was appended is committed."""
        await until(self.is_sunk)

    def sink_config(self, warehouse: Warehouse, **fields: Any) -> SinkConfig:
        """A sink from this log into a warehouse, with small batches and little patience."""
        values: dict[str, Any] = {
            "bootstrap": self.bootstrap,
            "connect": warehouse.connect,
            "secret": SECRET,
            "database": warehouse.database,
            "connections": warehouse.connections,
            "group": f"{self.prefix}sink",
            "prefix": self.prefix,
            "rule": BatchBoundaries(size=50, bucket_ms=500),
            "retry_first_seconds": 0.05,
            "retry_longest_seconds": 0.5,
            "session_timeout_ms": GROUP_TIMEOUT_MS,
            "poll_ms": 50,
        }
        return SinkConfig(**{**values, **fields})


@asynccontextmanager
async def sinking(config: SinkConfig, reader: Reader | None = None) -> AsyncIterator[Sink]:
    """A running sink; an error of its own ends the test."""
    sink, stop = Sink(config, reader), asyncio.Event()
    running = asyncio.create_task(sink.run(stop))
    try:
        yield sink
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)


async def until(is_met: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until a condition is met."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_met():  # noqa: ASYNC110 - what is asked lies in other processes
            await asyncio.sleep(0.05)
