"""The sink between a real broker and a real warehouse: everything in the log is counted once."""

import asyncio

import pytest

from cloudtag.warehouse.blocks import TABLES
from tests.streams.sink.log import Log, sinking, until
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import alert, one_of_each, order


@pytest.fixture
async def log(tansu_bootstrap: str) -> Log:
    log = Log(tansu_bootstrap)
    await log.create()
    return log


async def test_a_record_of_every_stream_arrives(log: Log, warehouse: Warehouse) -> None:
    await log.append(one_of_each().items())
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
    counts = {stream: warehouse.one(f"SELECT count() FROM {{db}}.{TABLES[stream].name} FINAL") for stream in TABLES}
    assert counts == dict.fromkeys(TABLES, 1)


async def test_the_end_of_a_resting_log_arrives(log: Log, warehouse: Warehouse) -> None:
    await log.append([("alerts", alert(1))])
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
        await log.append([("alerts", alert(2))])
        await log.sunk()
    assert warehouse.rows("SELECT alert_id FROM {db}.alerts ORDER BY alert_id") == [("a1",), ("a2",)]


async def test_a_second_sink_goes_on_where_the_first_stopped(log: Log, warehouse: Warehouse) -> None:
    await log.append([("orders", order(number)) for number in range(120)])
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
    await log.append([("orders", order(number)) for number in range(120, 200)])
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
    assert warehouse.rows("SELECT count(), uniqExact(order_id) FROM {db}.orders") == [(200, 200)]


async def test_what_cannot_be_read_does_not_stop_the_partition(log: Log, warehouse: Warehouse) -> None:
    await log.append(
        [("orders", b"junk"), ("orders", b"junk"), ("orders", order(1)), ("alerts", b"junk"), ("alerts", alert(1))]
    )
    async with sinking(log.sink_config(warehouse)):
        letters = await asyncio.wait_for(log.read("dead-letters", 1), 30)
        await log.sunk()
    assert [(letter.topic, letter.value, letter.reason) for letter in letters] == [
        (f"{log.prefix}alerts", b"junk", "not_avro")
    ]
    assert warehouse.one("SELECT count() FROM {db}.orders") == 1
    assert warehouse.one("SELECT count() FROM {db}.alerts") == 1


async def test_rows_the_warehouse_refuses_become_dead_letters(log: Log, warehouse: Warehouse) -> None:
    year_9999 = 253_370_764_800_000
    bad = {7: alert(7, decided_at=year_9999), 8: alert(8, revision=-1)}
    await log.append([("alerts", bad.get(number) or alert(number)) for number in range(300)])
    async with sinking(log.sink_config(warehouse)):
        letters = await asyncio.wait_for(log.read("dead-letters", 2), 30)
        await log.sunk()
    assert {letter.reason for letter in letters} == {"unstorable"}
    assert warehouse.rows("SELECT count(), uniqExact(alert_id) FROM {db}.alerts") == [(298, 298)]
    assert warehouse.one("SELECT sum(alerts) FROM {db}.buyer_profiles") == 298


async def test_the_sink_knows_how_far_behind_it_is(log: Log, warehouse: Warehouse) -> None:
    await log.append([("alerts", alert(number)) for number in range(100)])
    async with sinking(log.sink_config(warehouse)) as sink:
        await log.sunk()

        async def is_level() -> bool:
            return await sink.behind() == 0

        await until(is_level)
