"""What is settled has come to rest: nothing is under way, and nothing came in while it was looked at."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.cli.demo.watch import Groups, TopicWatch
from cloudtag.cli.kafka import CommandProducer
from cloudtag.config import Config
from streams.kafka import topics
from streams.kafka.producer import OutRecord, publish
from streams.kafka.security import client_settings

INPUT, INTERNAL = "orders", "misplaced-buyers"
PATIENCE_SECONDS = 60.0


class HeldWatch(TopicWatch):
    """A watch whose reading is behind, as it is on a busy machine, until it is let go."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.holds = asyncio.Event()

    async def hold(self) -> None:
        """Take nothing more in until `may_read` is set; returns once nothing is."""
        self.may_read.clear()
        self.holds.clear()
        await self.holds.wait()

    async def _read(self) -> None:
        get = self._consumer.getmany

        async def held(*args: Any, **kwargs: Any) -> Any:
            found = await get(*args, **kwargs)
            if not self.may_read.is_set():
                self.holds.set()
            await self.may_read.wait()
            return found

        self._consumer.getmany = held
        await super()._read()


class Place:
    """An installation in which the test itself is the worker."""

    def __init__(self, config: Config, producer: CommandProducer, group: AIOKafkaConsumer, watch: HeldWatch) -> None:
        self.config, self.producer, self.group, self.watch = config, producer, group, watch
        self.groups: Groups = {config.app_id: [INPUT, INTERNAL]}

    async def write(self, stream: str) -> None:
        await publish(self.producer, {(self.config.topic(stream), 0): [OutRecord(b"k", b"v")]})

    async def commit(self, stream: str, offset: int) -> None:
        await self.group.commit({TopicPartition(self.config.topic(stream), 0): offset})

    async def looks_settled_at_once(self) -> bool:
        """As it was asked once: are the ends that are known committed?"""
        offsets = await self.watch._offsets.committed(self.config.app_id, [INPUT, INTERNAL])
        return not self.watch._behind(self.groups, {self.config.app_id: offsets})

    async def settled(self) -> None:
        await self.watch.settled(self.groups, lambda: None, PATIENCE_SECONDS)

    async def until_read(self, stream: str, count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.watch.counts[stream] < count:  # noqa: ASYNC110 - it is read in the background
                await asyncio.sleep(0.01)


@pytest.fixture
async def place(broker: str) -> AsyncIterator[Place]:
    name = f"settled{uuid.uuid4().hex[:6]}"
    config = Config(brokers=broker, app_id=name, topic_prefix=f"{name}-", partitions=1)
    await topics.create(config)
    producer = CommandProducer(config)
    await producer.start()
    group = AIOKafkaConsumer(**client_settings(config), group_id=name, enable_auto_commit=False)
    group.assign([TopicPartition(config.topic(stream), 0) for stream in (INPUT, INTERNAL)])
    await group.start()
    try:
        async with HeldWatch(config) as watch:
            yield Place(config, producer, group, watch)
    finally:
        await group.stop()
        await producer.stop()


async def test_what_a_committed_record_brought_about_is_waited_for_also_when_it_is_not_seen_yet(place: Place) -> None:
    """A worker passes a record on and commits it; whoever looks on has seen the one and not the other."""
    await place.write(INPUT)
    await place.until_read(INPUT, 1)
    assert not await place.looks_settled_at_once()
    await place.watch.hold()
    await place.write(INTERNAL)
    await place.commit(INPUT, 1)
    # The trap: one look says that everything is committed, while a record waits to be judged.
    assert await place.looks_settled_at_once()
    settled = asyncio.ensure_future(place.settled())
    await asyncio.wait([settled], timeout=2.0)
    assert not settled.done()
    place.watch.may_read.set()
    await place.until_read(INTERNAL, 1)
    await asyncio.wait([settled], timeout=2.0)
    assert not settled.done()
    await place.commit(INTERNAL, 1)
    await asyncio.wait_for(settled, PATIENCE_SECONDS)


async def test_what_is_on_the_broker_and_was_not_taken_in_yet_is_waited_for(place: Place) -> None:
    await place.write(INPUT)
    await place.until_read(INPUT, 1)
    await place.commit(INPUT, 1)
    await place.watch.hold()
    await place.write(INPUT)
    settled = asyncio.ensure_future(place.settled())
    await asyncio.wait([settled], timeout=1.0)
    assert not settled.done()
    place.watch.may_read.set()
    await place.until_read(INPUT, 2)
    await asyncio.wait([settled], timeout=2.0)
    assert not settled.done()
    await place.commit(INPUT, 2)
    await asyncio.wait_for(settled, PATIENCE_SECONDS)
