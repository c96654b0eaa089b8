"""One suite for both brokers: what the product needs of a broker, on each of them."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cloudtag.local.broker import GROUP_TIMEOUT_MS
from tests.servers.brokers import sockets_closed

PARTITIONS = 4
RECORDS = [b"record-%03d" % number for number in range(200)]


@pytest.fixture
def _fails_on_tansu(request: pytest.FixtureRequest) -> None:
    """A known fault of the embedded broker (docs/embedded.md); the test tells when it is gone."""
    if request.node.callspec.params["broker"] == "tansu":
        request.applymarker(pytest.mark.xfail(reason="a known fault of the embedded broker"))


@pytest.fixture
async def topic(broker: str) -> str:
    name = f"suite-{uuid.uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    finally:
        await admin.close()
    return name


async def _produce(broker: str, topic: str, *, idempotent: bool = False) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker, enable_idempotence=idempotent, acks="all")
    try:
        await producer.start()
        sent = [await producer.send(topic, value, key=value) for value in RECORDS]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
        if idempotent:
            await sockets_closed()


async def _read(consumer: AIOKafkaConsumer, count: int) -> list[bytes]:
    seen: list[bytes] = []
    while len(seen) < count:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            seen += [record.value for record in records]
    return seen


async def test_what_was_acknowledged_is_read_once_and_in_order(broker: str, topic: str) -> None:
    await _produce(broker, topic)
    await _expect_all_in_order(broker, topic)


@pytest.mark.usefixtures("_fails_on_tansu")
async def test_an_idempotent_producer_is_served(broker: str, topic: str) -> None:
    await _produce(broker, topic, idempotent=True)
    await _expect_all_in_order(broker, topic)


async def _expect_all_in_order(broker: str, topic: str) -> None:
    async with AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        seen: dict[int, list[bytes]] = {}
        while sum(map(len, seen.values())) < len(RECORDS):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                seen.setdefault(partition.partition, []).extend(record.value for record in records)
    assert sorted(value for part in seen.values() for value in part) == RECORDS
    assert all(part == sorted(part) for part in seen.values())


async def test_a_group_goes_on_where_it_committed(broker: str, topic: str) -> None:
    await _produce(broker, topic)
    first = await _read_as_group(broker, topic, 120)
    rest = await _read_as_group(broker, topic, len(RECORDS) - len(first))
    assert sorted(first + rest) == RECORDS


async def _read_as_group(broker: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker,
        group_id=f"group-of-{topic}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=GROUP_TIMEOUT_MS,
        rebalance_timeout_ms=GROUP_TIMEOUT_MS,
    )
    async with consumer:
        seen = await _read(consumer, count)
        await consumer.commit()
        return seen


# Keys and their murmur2 hashes, from the tests of Kafka's own clients.
@pytest.mark.parametrize(("key", "murmur2"), [(b"foobar", -790332482), (b"21", -973932308)])
async def test_a_key_goes_to_the_partition_every_client_agrees_on(
    broker: str, topic: str, key: bytes, murmur2: int
) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
        placed = await producer.send_and_wait(topic, b"", key=key)
    assert placed.partition == (murmur2 & 0x7FFFFFFF) % PARTITIONS


@pytest.mark.usefixtures("_fails_on_tansu")
async def test_end_offsets_count_what_was_produced(broker: str, topic: str) -> None:
    await _produce(broker, topic)
    async with AIOKafkaConsumer(bootstrap_servers=broker) as consumer:
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
    assert sum(ends.values()) == len(RECORDS)


async def test_a_fetch_names_the_true_end(broker: str, topic: str) -> None:
    await _produce(broker, topic)
    async with AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest") as consumer:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await _read(consumer, len(RECORDS))
        assert sum(consumer.highwater(partition) for partition in partitions) == len(RECORDS)


async def test_a_large_record_passes(broker: str, topic: str) -> None:
    value = bytes(5 * 1024 * 1024)
    async with AIOKafkaProducer(bootstrap_servers=broker, max_request_size=8 << 20) as producer:
        placed = await producer.send_and_wait(topic, value)
    async with AIOKafkaConsumer(bootstrap_servers=broker, max_partition_fetch_bytes=8 << 20) as consumer:
        partition = TopicPartition(topic, placed.partition)
        consumer.assign([partition])
        consumer.seek(partition, placed.offset)
        assert await _read(consumer, 1) == [value]
