"""Several sinks share a log, on each kind of broker."""

from collections.abc import Callable

import pytest
from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.migrate import migrate
from tests.streams.sink.log import Log, sinking
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import alert, one_of_each

STREAMS = ("alerts", "dead-letters")


@pytest.fixture
async def log(broker: str) -> Log:
    log = Log(broker)
    await log.create()
    return log


@pytest.fixture
def shared(over_http: Callable[[], Client], request: pytest.FixtureRequest) -> Warehouse:
    database = "shared_" + "".join(c if c.isalnum() else "_" for c in request.node.name)
    migrate(over_http(), database)
    return Warehouse(over_http, database)


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
