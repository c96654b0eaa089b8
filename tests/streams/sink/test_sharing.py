"""Several sinks share a log, on each kind of broker."""

from collections.abc import Callable, Iterator

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from clickhouse_connect.driver.client import Client

from tests.servers.databases import migrated_database
from tests.streams.sink.log import Log, sinking
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import alert, one_of_each, order

STREAMS = ("alerts", "dead-letters")
LIMIT = 1 << 20


@pytest.fixture
async def log(broker: str) -> Log:
    log = Log(broker)
    await log.create()
    return log


@pytest.fixture
def shared(over_http: Callable[[], Client]) -> Iterator[Warehouse]:
    with migrated_database(over_http) as database:
        yield Warehouse(over_http, database)


async def test_a_record_of_every_stream_arrives(log: Log, shared: Warehouse) -> None:
    await log.append(one_of_each().items())
    async with sinking(log.sink_config(shared)):
        await log.sunk()
    assert shared.one("SELECT count() FROM {db}.alerts_current") == 1
    assert shared.one("SELECT count() FROM {db}.dead_letters") == 1


async def test_sinks_come_and_go_while_records_come_in(log: Log, shared: Warehouse) -> None:
    config = log.sink_config(shared, streams=STREAMS)
    async with sinking(config):
        await log.append([("alerts", alert(n)) for n in range(500)])
        async with sinking(config):
            await log.append([("alerts", alert(n)) for n in range(500, 1500)])
            async with sinking(config):
                await log.append([("alerts", alert(n)) for n in range(1500, 2000)])
        await log.append([("alerts", alert(n)) for n in range(2000, 2500)])
        await log.sunk()
    assert shared.one("SELECT count() FROM {db}.alerts_current") == 2500
    assert shared.one("SELECT sum(alerts) FROM {db}.buyer_profiles") == 2500


async def test_a_record_so_large_that_its_letter_is_too_large(log: Log, shared: Warehouse) -> None:
    """Apache Kafka takes 1 MiB and a little; the letter keeps the beginning. The embedded broker has no limit."""
    junk = b"x" * 1_048_400
    await log.append([("alerts", junk), ("alerts", alert(1)), ("alerts", alert(2))])
    async with sinking(log.sink_config(shared, streams=STREAMS)):
        await log.sunk()
        [letter] = await log.read("dead-letters", 1)
        await log.read_up_to("dead-letters")
        await log.sunk()
    assert letter.reason == "not_avro"
    assert junk.startswith(letter.value)
    assert letter.value == junk or "bytes)" in letter.error
    assert shared.rows("SELECT count(), max(length(value)) FROM {db}.dead_letters FINAL") == [(1, len(letter.value))]
    assert shared.one("SELECT count() FROM {db}.alerts_current") == 2


async def test_a_batch_that_unpacks_to_too_much_is_a_letter_and_holds_up_nobody(log: Log, shared: Warehouse) -> None:
    """Of an output, of an input (whose letter is the worker's) and of the letters themselves."""
    entries = [("alerts", alert(n)) for n in range(20)] + [("orders", order(n)) for n in range(20)]
    await log.append(entries[:20])
    for stream in ("alerts", "orders", "dead-letters"):
        await _append_packed(log, stream, bytes(LIMIT + 1))
    await log.append(entries[20:])
    async with sinking(log.sink_config(shared, streams=(*STREAMS, "orders"), unpacked_batch_bytes=LIMIT)):
        await log.sunk()
        await log.read_up_to("dead-letters")
        await log.sunk()
    assert shared.one("SELECT count() FROM {db}.alerts_current") == 20
    assert shared.one("SELECT count() FROM {db}.orders FINAL") == 20
    found = shared.rows("SELECT topic, reason, error LIKE '%unpacks to more than%' FROM {db}.dead_letters FINAL")
    assert sorted(found) == [(log.prefix + stream, "batch_too_large", 1) for stream in ("alerts", "dead-letters")]


async def _append_packed(log: Log, stream: str, value: bytes) -> None:
    where = TopicPartition(log.prefix + stream, 0)
    async with AIOKafkaProducer(
        bootstrap_servers=log.bootstrap, compression_type="zstd", max_request_size=LIMIT * 2
    ) as producer:
        await producer.send_and_wait(where.topic, value, partition=where.partition)
    log.ends[where] = log.ends.get(where, 0) + 1
