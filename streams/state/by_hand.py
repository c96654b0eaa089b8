"""What an operator does with a changelog: looks into it, and lets go a key that is set aside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.changelog.reading import LogReader
from cloudtag.changelog.records import BY_HAND, Record, tombstone
from streams.kafka.producer import ProducerHandle, Target, publish
from streams.state.changelog import as_read, refuse_oversized

QUIET_MS = 1_000
"""The end of a log is where nothing came for so long: what a broker says of it may be the start of the last batch."""


async def read_log(settings: dict[str, Any], target: Target) -> LogReader:
    """What a changelog partition says, by the reader's rule, as a worker that takes it over would read it."""
    reader = LogReader()
    async for record in records_of(settings, target):
        reader.take(as_read(record))
    reader.drop_loose_parts()
    return reader


async def records_of(settings: dict[str, Any], target: Target) -> AsyncIterator[Any]:
    """All records of a partition that are there now, from the beginning.

    Raises ``RecoveryStalledError`` for what cannot be unpacked.
    """
    async with _consumer(settings) as consumer:
        tp = TopicPartition(*target)
        consumer.assign([tp])
        await consumer.seek_to_beginning(tp)
        await asyncio.sleep(0)
        end = (await consumer.end_offsets([tp]))[tp]
        while True:
            found = (await consumer.getmany(tp, timeout_ms=QUIET_MS)).get(tp, [])
            refuse_oversized(found, tp)
            for record in found:
                yield record
            if not found and await consumer.position(tp) >= end:
                return


async def release(producer: ProducerHandle, target: Target, state_key: bytes) -> None:
    """Let a key go that is set aside: its owner reads its rows again within a second or two."""
    record: Record = tombstone(BY_HAND.to_bytes(8), b"\x02Q" + state_key)
    await publish(producer, {target: [record]})


@asynccontextmanager
async def _consumer(settings: dict[str, Any]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**settings, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
