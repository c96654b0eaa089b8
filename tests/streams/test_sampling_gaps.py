"""A sample of a log with gaps, on Apache Kafka: markers of transactions take offsets, and old records are deleted."""

import uuid

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from confluent_kafka import Producer

from cloudtag.config import Config
from streams.kafka.topics import Declared, create
from streams.sampling import take

TRANSACTIONS = 30


@pytest.fixture
async def config(kafka_bootstrap: str) -> Config:
    """An installation with one topic of one partition, where every other offset is a transaction's marker."""
    config = Config(brokers=kafka_bootstrap, partitions=1, topic_prefix=f"gap-{uuid.uuid4().hex[:6]}-")
    name = config.topic("orders")
    await create(config, [Declared(name, 1, 1)])
    producer = Producer({"bootstrap.servers": kafka_bootstrap, "transactional.id": name, "log_level": 2})
    producer.init_transactions(60)
    for number in range(TRANSACTIONS):
        producer.begin_transaction()
        producer.produce(name, value=b"v%d" % number, key=b"k")
        producer.commit_transaction(60)
    return config


async def values(config: Config, limit: int) -> tuple[int, list[bytes | None]]:
    found = (await take(config, limit)).found[config.topic("orders")]
    assert found.faults == []
    return found.held, [record.value for record in found.records]


def newest(count: int) -> list[bytes]:
    return [b"v%d" % number for number in range(TRANSACTIONS)][-count:]


@pytest.mark.kafka
async def test_the_newest_records_are_taken_whatever_lies_between(config: Config) -> None:
    for limit in (1, 20, TRANSACTIONS, 100):
        held, found = await values(config, limit)
        assert (held, found) == (2 * TRANSACTIONS, newest(limit))
    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    try:
        place = TopicPartition(config.topic("orders"), 0)
        await admin.delete_records({place: RecordsToDelete(before_offset=2 * TRANSACTIONS - 10)})
    finally:
        await admin.close()
    assert await values(config, 100) == (10, newest(5))
