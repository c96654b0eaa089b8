"""What is published is on the broker when the call returns, where the call says, wherever it goes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from types import CoroutineType
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cloudtag.config import Config
from streams.kafka.producer import OutRecord, Target, publish
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create

BATCH_BYTES = 1000


class Handle:
    """A connected client."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self.client = client

    async def renew(self, failed: Any) -> None:
        raise AssertionError(f"nothing has failed: {failed}")


@pytest.fixture
async def place(broker: str) -> AsyncIterator[tuple[Config, str, Handle]]:
    config, topic = Config(brokers=broker), f"published-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, 3, 1, {})])
    async with AIOKafkaProducer(**client_settings(config), max_batch_size=BATCH_BYTES) as client:
        yield config, topic, Handle(client)


async def stored(config: Config, target: Target, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(**client_settings(config), auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(*target)])
        async with asyncio.timeout(60):
            return [(await consumer.getone()).value for _ in range(count)]


@pytest.mark.parametrize("partitions", [[0], [0, 2], [0, 1, 2]])
@pytest.mark.parametrize("size", [1, 400], ids=["in one batch", "in several"])
async def test_it_is_where_it_is_said_to_be(
    place: tuple[Config, str, Handle], partitions: list[int], size: int
) -> None:
    config, topic, handle = place
    values = [b"%03d" % number * size for number in range(2)]
    records = {(topic, partition): [OutRecord(b"key", value) for value in values] for partition in partitions}
    for start in (0, 2):
        written = await publish(handle, {**records, (topic, 1 if partitions == [0] else 7): []})
        assert written.keys() == records.keys()
        for found in written.values():
            assert [offset for offsets in found for offset in offsets] == [start, start + 1]
            assert len(found) == (1 if size == 1 else 2)
    for target in records:
        assert await stored(config, target, 4) == [*values, *values]


async def test_nothing_is_written_of_nothing(place: tuple[Config, str, Handle]) -> None:
    _, topic, handle = place
    assert await publish(handle, {}) == {}
    assert await publish(handle, {(topic, 0): []}) == {}


async def test_one_target_takes_no_task_and_several_one_each(place: tuple[Config, str, Handle]) -> None:
    """A step writes to one partition of a changelog before it goes on: that is the way taken most often."""
    _, topic, handle = place
    record, loop = [OutRecord(b"key", b"value")], asyncio.get_running_loop()
    await publish(handle, {(topic, 0): record})
    made: list[str] = []

    def make(loop: asyncio.AbstractEventLoop, work: CoroutineType[Any, Any, Any], **more: Any) -> asyncio.Task[Any]:
        made.append(work.__qualname__)
        return asyncio.Task(work, loop=loop, **more)

    loop.set_task_factory(make)  # type: ignore[arg-type]
    try:
        await publish(handle, {(topic, 0): record})
        assert "_write" not in made
        await publish(handle, {(topic, number): record for number in range(3)})
        assert made.count("_write") == 3
    finally:
        loop.set_task_factory(None)
