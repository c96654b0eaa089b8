"""What the commands need of Kafka: sending keyed records in batches, and reading a topic to its end or for ever."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec import Struct

from cloudtag.cli.framing import codec_of
from cloudtag.config import Config
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INPUTS, STREAM_OF, SURFACES
from cloudtag.parcels.spelling import canonical_key
from cloudtag.wire import Codec
from streams.kafka import bounded_batches, codecs, session_fetcher, topics
from streams.kafka.admission import explained
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import LARGEST_RECORD_BYTES, BatchClient, OutRecord, ProducerHandle, Target, publish
from streams.kafka.security import client_settings

FLUSH_RECORDS = 5_000
BATCH_BYTES = 900_000
POLL_MS = 300
LETTER_BYTES = 64 * 1024 * 1024
"""A dead letter holds the whole of a record that may have been too large."""


def quiet() -> None:
    """The clients log each attempt to connect; the one line that counts is the error they end with."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class CommandProducer:
    """A command's connected client; a new one takes its place where the broker takes nothing from it any more."""

    def __init__(self, config: Config) -> None:
        """Nothing connects before `start`."""
        self._config = config
        self._renewing = asyncio.Lock()
        self.client: BatchClient = self._made()

    def _made(self) -> Any:
        return AIOKafkaProducer(
            **client_settings(self._config), max_batch_size=BATCH_BYTES, max_request_size=LARGEST_RECORD_BYTES
        )

    async def start(self) -> None:
        """Connect. Raises aiokafka's errors when no broker answers."""
        await cast(AIOKafkaProducer, self.client).start()

    async def stop(self) -> None:
        """End the connection."""
        await cast(AIOKafkaProducer, self.client).stop()

    async def renew(self, failed: BatchClient) -> None:
        """Put a new client in the place of one; nothing happens where that is done already."""
        async with self._renewing:
            if self.client is failed:
                fresh = self._made()
                try:
                    await fresh.start()
                except BaseException:
                    await fresh.stop()
                    raise
                self.client = fresh
                await cast(AIOKafkaProducer, failed).stop()


class Sender:
    """Sends events to the topics of their streams, keyed; `flush` waits for the broker."""

    def __init__(self, config: Config, producer: ProducerHandle, codec: Codec) -> None:
        """Use `sender` to get one."""
        self._config = config
        self._producer = producer
        self._codec = codec
        self._held: dict[Target, list[OutRecord]] = {}
        self._count = 0
        self.sent = 0

    @property
    def producer(self) -> ProducerHandle:
        """What it sends with."""
        return self._producer

    async def send(self, event: Struct) -> None:
        """Hand over an event; it is on the broker after the next `flush`."""
        stream = INPUTS[STREAM_OF[type(event)]]
        key = canonical_key(stream.key, getattr(event, stream.key))
        await self.put(self.target(stream.name, key), OutRecord(key.encode(), self._codec.encode(stream.name, event)))

    async def tell(self, record: Struct) -> None:
        """Hand over a record of a surface; it is on the broker after the next `flush`."""
        stream = SURFACES[STREAM_OF[type(record)]]
        key = stream.key_of(record)
        await self.put(self.target(stream.name, key), OutRecord(key.encode(), self._codec.encode(stream.name, record)))

    def target(self, stream: str, key: str) -> Target:
        """Where a stream's records with a key belong."""
        return self._config.topic(stream), partition_of(key, self._config.partitions)

    async def put(self, target: Target, record: OutRecord) -> None:
        """Hand over bytes for a topic and partition."""
        self._held.setdefault(target, []).append(record)
        self._count += 1
        if self._count >= FLUSH_RECORDS:
            await self.flush()

    async def put_at_once(self, target: Target, record: OutRecord) -> int:
        """Send bytes for a topic and partition alone; returns the offset the broker gave them."""
        written = await publish(self._producer, {target: [record]})
        return written[target][0].start

    async def pass_time(self, time_ms: int) -> None:
        """Send every partition of every processor a watermark record for `time_ms`."""
        await self.flush()
        for processor in self._config.processors:
            stream = topics.watermarks(processor)
            value = self._codec.encode(stream, WatermarkRecord(time_ms))
            for partition in range(self._config.partitions):
                await self.put((self._config.topic(stream), partition), OutRecord(None, value))
        await self.flush()

    async def flush(self) -> None:
        """Return when the broker has everything handed over so far."""
        held, self._held = self._held, {}
        self.sent += self._count
        self._count = 0
        await publish(self._producer, held)


@asynccontextmanager
async def sender(config: Config, codec: Codec | None = None) -> AsyncIterator[Sender]:
    """A connected sender, flushed at the end. Raises aiokafka's errors when no broker answers."""
    quiet()
    producer = CommandProducer(config)
    try:
        async with explained(config):
            await producer.start()
        made = Sender(config, producer, codec or codec_of(config))
        yield made
        await made.flush()
    finally:
        await producer.stop()


@asynccontextmanager
async def consumer(config: Config, names: list[str], *, is_from_start: bool) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of all partitions of topics that belongs to no group and commits nothing.

    Raises ``MissingCodecError``, ``TopicError``, aiokafka's errors.
    """
    quiet()
    codecs.check()
    bounded_batches.bound(config.unpacked_batch_bytes)
    session_fetcher.use()
    client = AIOKafkaConsumer(
        **client_settings(config),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=POLL_MS,
    )
    try:
        # As many as there are, whatever is configured: who only looks on need not know.
        counts = await topics.partitions(config, names)
        await client.start()
        assigned = [TopicPartition(name, number) for name, count in counts.items() for number in range(count)]
        client.assign(assigned)
        await (client.seek_to_beginning() if is_from_start else client.seek_to_end())
        yield client
    finally:
        await stopped(client)


async def stopped(client: AIOKafkaConsumer) -> None:
    """End a consumer's connection; while no broker answers, its own tasks end as cancelled, and nobody else's."""
    ending = asyncio.ensure_future(client.stop())
    await asyncio.wait((ending,))
    if not ending.cancelled():
        ending.result()


async def until_ends(client: AIOKafkaConsumer) -> AsyncIterator[Any]:
    """Every record up to the ends that the consumer's partitions had when they were first looked at.

    An end is the last stable offset in the answers to fetches: not every broker says it truly when asked, and
    behind it are transactions that may be taken back.
    """
    ends: dict[TopicPartition, int] = {}
    waiting = set(client.assignment())
    while waiting:
        fetched = await client.getmany(timeout_ms=POLL_MS)
        for where in waiting:
            end = client.last_stable_offset(where)
            if end is not None:
                ends.setdefault(where, end)
        for where, records in fetched.items():
            for record in records:
                if where in ends and record.offset < ends[where]:
                    yield record
        waiting = {where for where in waiting if where not in ends or await client.position(where) < ends[where]}


async def read_to_end(config: Config, names: list[str]) -> AsyncIterator[Any]:
    """Every record that topics hold now."""
    async with consumer(config, names, is_from_start=True) as client:
        async for record in until_ends(client):
            yield record
