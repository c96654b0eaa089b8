"""A sample of a log with gaps, on Apache Kafka: markers of transactions take offsets, and old records are deleted."""

import uuid
from typing import Any

import pytest
from aiokafka import AIOKafkaClient, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import NotLeaderForPartitionError
from confluent_kafka import Producer

from cloudtag.config import Config
from streams.kafka.topics import Declared, create
from streams.sampling import reader, take

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


class Leaderless:
    """A client whose partitions have no leader the first times they are asked."""

    def __init__(self, real: AIOKafkaClient, times: int) -> None:
        self._real, self.left = real, times

    async def fetch_all_metadata(self) -> ClusterMetadata:
        return await self._real.fetch_all_metadata()

    async def send(self, node: int, request: Any) -> Any:
        if self.left:
            self.left -= 1
            raise NotLeaderForPartitionError
        return await self._real.send(node, request)


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("times", "faults"), [(4, []), (5, ["partition 0: NotLeaderForPartitionError"])], ids=["in time", "too late"]
)
async def test_a_partition_is_given_a_moment_to_find_its_leader(
    config: Config, monkeypatch: pytest.MonkeyPatch, times: int, faults: list[str]
) -> None:
    monkeypatch.setattr(reader, "PAUSES_SECONDS", (0.0,) * 4)
    client = AIOKafkaClient(bootstrap_servers=config.brokers)
    await client.bootstrap()
    try:
        looking: Any = Leaderless(client, times)
        topics = reader.TopicReader(looking, await client.fetch_all_metadata())
        assert (await topics.latest(config.topic("orders"), 5)).faults == faults
    finally:
        await client.close()


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("times", "faults", "asked"),
    [(0, [], 0), (1, [], 1), (5, ["partition 0: NotLeaderForPartitionError"], 2)],
    ids=["has one", "has one now", "has none either"],
)
async def test_after_one_without_a_leader_others_are_not_waited_for(
    config: Config, monkeypatch: pytest.MonkeyPatch, times: int, faults: list[str], asked: int
) -> None:
    monkeypatch.setattr(reader, "PAUSES_SECONDS", (0.0,) * 4)
    client = AIOKafkaClient(bootstrap_servers=config.brokers)
    await client.bootstrap()
    try:
        looking: Any = Leaderless(client, 5)
        topics = reader.TopicReader(looking, await client.fetch_all_metadata())
        assert (await topics.latest(config.topic("orders"), 5)).faults == ["partition 0: NotLeaderForPartitionError"]
        looking.left = times
        assert (await topics.latest(config.topic("orders"), 5)).faults == faults
        assert times - looking.left == asked
    finally:
        await client.close()
