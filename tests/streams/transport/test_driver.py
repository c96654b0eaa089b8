"""The producer goes on where the broker takes nothing more from the client it had."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, OutOfOrderSequenceNumber

from cloudtag.config import Config
from cloudtag.local.probe import free_port
from streams.kafka.producer import BatchClient, OutRecord, ProducerHandle, publish
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create
from streams.transport.driver import BatchProducer
from streams.worker.app import make_faust_app

pytestmark = pytest.mark.kafka
PARTITIONS = 3


@pytest.fixture
async def place(kafka_bootstrap: str) -> tuple[Config, str]:
    config = Config(brokers=kafka_bootstrap)
    topic = f"driver-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, PARTITIONS, 1, {})])
    return config, topic


@pytest.fixture
async def producer(place: tuple[Config, str]) -> AsyncIterator[BatchProducer]:
    producer = cast(BatchProducer, make_faust_app(place[0]).producer)
    await producer.start()
    yield producer
    await producer.stop()


def lose_count(client: AIOKafkaProducer, topic: str) -> None:
    """What happens when batches that have their numbers are given up: the next ones leave a gap."""
    for partition in range(PARTITIONS):
        client._txn_manager.increment_sequence_number(TopicPartition(topic, partition), 5)


class Away:
    """A producer whose broker does not answer the first time that a new client connects."""

    def __init__(self, real: BatchProducer) -> None:
        self.real, self.asked = real, 0

    @property
    def client(self) -> AIOKafkaProducer:
        return self.real.client

    async def renew(self, failed: BatchClient) -> None:
        self.asked += 1
        if self.asked == 1:
            raise KafkaConnectionError("nobody answers")
        await self.real.renew(failed)


async def write(producer: ProducerHandle, topic: str, partition: int, name: str) -> None:
    await publish(producer, {(topic, partition): [OutRecord(None, name.encode())]})


async def read(config: Config, topic: str) -> list[list[str]]:
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    async with AIOKafkaConsumer(**client_settings(config), auto_offset_reset="earliest") as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: dict[TopicPartition, list[str]] = {place: [] for place in places}
        while any(len(found[place]) < ends[place] for place in places):
            for where, records in (await consumer.getmany(timeout_ms=500)).items():
                found[where] += [record.value.decode() for record in records]
    return list(found.values())


async def test_a_gap_in_the_numbers_is_refused_for_good_by_the_same_client(
    place: tuple[Config, str], producer: BatchProducer
) -> None:
    _, topic = place
    await write(producer, topic, 0, "first")
    lose_count(producer.client, topic)
    for _ in range(2):
        batch = producer.client.create_batch()
        batch.append(timestamp=None, key=None, value=b"refused")
        with pytest.raises(OutOfOrderSequenceNumber):
            await (await producer.client.send_batch(batch, topic, partition=0))


async def test_a_new_client_goes_on_once_for_all_partitions(place: tuple[Config, str], producer: BatchProducer) -> None:
    config, topic = place
    old = producer.client
    await asyncio.gather(*(write(producer, topic, partition, "first") for partition in range(PARTITIONS)))
    lose_count(old, topic)
    await asyncio.gather(*(write(producer, topic, partition, "second") for partition in range(PARTITIONS)))
    new = producer.client
    assert new is not old
    await producer.renew(old)
    assert producer.client is new
    await asyncio.gather(*(write(producer, topic, partition, "third") for partition in range(PARTITIONS)))
    assert await read(config, topic) == [["first", "second", "third"]] * PARTITIONS


async def test_a_broker_that_is_away_when_a_new_client_connects_is_waited_for(
    place: tuple[Config, str], producer: BatchProducer
) -> None:
    config, topic = place
    away = Away(producer)
    await write(away, topic, 0, "first")
    lose_count(producer.client, topic)
    await write(away, topic, 0, "second")
    assert away.asked == 2
    assert await read(config, topic) == [["first", "second"], [], []]


async def test_a_client_that_cannot_connect_leaves_the_old_one_in_place() -> None:
    old = object()
    producer = cast(BatchProducer, make_faust_app(Config(brokers=f"127.0.0.1:{free_port()}")).producer)
    producer._producer = old
    with pytest.raises(KafkaConnectionError):
        await producer.renew(old)
    assert producer._producer is old


async def test_a_client_that_was_closed_is_replaced(place: tuple[Config, str], producer: BatchProducer) -> None:
    config, topic = place
    await write(producer, topic, 1, "before")
    await producer.client.stop()
    await write(producer, topic, 1, "after")
    assert await read(config, topic) == [[], ["before", "after"], []]
