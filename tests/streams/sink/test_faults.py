"""Sinks are killed and the warehouse goes away: in the end nothing is lost and nothing is counted twice."""

import asyncio
import contextlib
import random
import signal
import sys

import pytest
from clickhouse_connect.driver.exceptions import ClickHouseError
from prometheus_client import REGISTRY

from cloudtag.local.warehouse import Warehouse as LocalWarehouse
from cloudtag.warehouse.migrate import migrate
from streams.sink import Sink
from tests.streams.sink.log import Entry, Log, sinking, until
from tests.streams.sink.mortal import of_server
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import consequence, label
from tests.warehouse.samples import alert, order

pytestmark = [pytest.mark.fault, pytest.mark.timeout(280)]

# Batches hold 50: enough of them that every life of a sink ends with others still to come.
ALERTS, REVISED, ORDERS = 1000, 200, 500
LABELS, LABEL_REVISIONS = 100, 4
STREAMS = ("alerts", "orders", "labels", "consequences", "dead-letters")
LIVES = 5
POISON = (11, 434, 999)


@pytest.fixture
async def log(one_bootstrap: str) -> Log:
    log = Log(one_bootstrap)
    await log.create()
    return log


def story() -> list[Entry]:
    """Alerts (three of them poison), revisions that withdraw some, and orders, each event sent twice."""
    entries: list[Entry] = [("alerts", alert(n, revision=-1 if n in POISON else 0)) for n in range(ALERTS)]
    entries += [("alerts", alert(n, 1, status="withdrawn")) for n in range(ALERTS) if n % 5 == 0]
    entries += [("orders", order(n)) for n in range(ORDERS) for _ in range(2)]
    for revision in range(LABEL_REVISIONS):
        entries += [("labels", label(f"a{n}", f"buyer-{n % 7}", "true_positive", 1, revision)) for n in range(LABELS)]
        entries += [("consequences", consequence("sanction", "buyer", f"b{n}", 1, revision)) for n in range(LABELS)]
    return entries


def assert_exact(warehouse: Warehouse) -> None:
    good = ALERTS - sum(n % 5 != 0 for n in POISON)
    assert warehouse.one("SELECT count() FROM {db}.alerts_latest") == good
    assert warehouse.one("SELECT count() FROM {db}.alerts_current") == good - REVISED
    assert warehouse.one("SELECT sum(alerts) FROM {db}.buyer_profiles") == good
    assert warehouse.one("SELECT sum(orders) FROM {db}.buyer_profiles") == ORDERS
    assert warehouse.one("SELECT count() FROM {db}.orders FINAL") == ORDERS
    assert warehouse.rows("SELECT sum(alerts), sum(withdrawn) FROM {db}.daily_scenarios") == [(good, REVISED)]
    assert warehouse.one("SELECT count() FROM {db}.alerts_witness") == good + REVISED
    for key, history in (("label_id", "labels_history"), ("consequence_id", "consequences_history")):
        sql = f"SELECT count(), uniqExact({key}, revision) FROM {{db}}.{history}"
        assert warehouse.rows(sql) == [(LABELS * LABEL_REVISIONS,) * 2]
    newest = "SELECT count(), min(revision) FROM {db}.labels_current"
    assert warehouse.rows(newest) == [(LABELS, LABEL_REVISIONS - 1)]
    letters = warehouse.rows("SELECT offset FROM {db}.dead_letters FINAL ORDER BY offset")
    assert letters == [(n // 2,) for n in POISON]


async def _one_life(arguments: list[str], lines: int) -> None:
    """Run a sink until it has said so many lines, then kill it at once."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.streams.sink.child", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    for _ in range(lines):
        assert await asyncio.wait_for(child.stdout.readline(), 60), "the sink ended by itself"
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGKILL)
    await child.wait()


async def test_sinks_and_the_warehouse_are_killed_while_they_store(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal)
    await log.append(story())
    arguments = [log.bootstrap, log.prefix, mortal.url, warehouse.database]
    dice = random.Random(7)
    for life in range(LIVES):
        await _one_life(arguments, dice.randint(1, 30))
        if life % 3 == 2:
            await asyncio.to_thread(mortal.kill)
            await asyncio.to_thread(mortal.start)
    async with sinking(log.sink_config(warehouse, streams=STREAMS)):
        await log.sunk()
        await until(lambda: holds(warehouse, "SELECT count() FROM {db}.dead_letters FINAL", len(POISON)))
    assert_exact(warehouse)


async def test_the_warehouse_is_away_for_a_while(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal)
    config = log.sink_config(warehouse, streams=STREAMS)
    async with sinking(config) as sink:
        told = story()
        await log.append(told[:1000])
        await until(lambda: holds(warehouse, "SELECT count() > 100 FROM {db}.alerts", 1))
        await asyncio.to_thread(mortal.kill)
        await log.append(told[1000:])
        await until(lambda: _is_waiting(sink))
        assert not await log.is_sunk()
        await asyncio.to_thread(mortal.start)
        await log.sunk()
        await until(lambda: holds(warehouse, "SELECT count() FROM {db}.dead_letters FINAL", len(POISON)))
    assert_exact(warehouse)


async def test_an_outage_shows_although_nothing_is_to_be_stored(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal)
    sink = Sink(log.sink_config(warehouse, streams=STREAMS))
    assert sink.obstacle == "waiting for partitions"
    async with sinking(log.sink_config(warehouse, streams=STREAMS)) as sink:
        await until(lambda: _is_ready(sink))
        assert _backoff() == {0.0}
        await asyncio.to_thread(mortal.kill)
        await until(lambda: _is_waiting(sink))
        assert sink.obstacle == "inserts are put off: the warehouse cannot store"
        await until(lambda: _is_shown(1.0))
        await asyncio.to_thread(mortal.start)
        await until(lambda: _is_ready(sink))
        await until(lambda: _is_shown(0.0))
    assert sink.obstacle == "stopping"


@pytest.mark.kafka
async def test_a_sink_is_ready_once_there_are_topics(kafka_bootstrap: str, mortal: LocalWarehouse) -> None:
    log = Log(kafka_bootstrap)
    async with sinking(log.sink_config(of_server(mortal), streams=STREAMS)) as sink:
        assert sink.obstacle == "waiting for partitions"
        await log.create()
        await until(lambda: _is_ready(sink))


async def test_a_sink_without_a_warehouse_is_not_ready(log: Log, mortal: LocalWarehouse) -> None:
    mortal.kill()
    async with sinking(log.sink_config(of_server(mortal), streams=STREAMS)) as sink:
        await until(lambda: _says(sink, "inserts are put off: the warehouse cannot store"))


async def test_a_missing_table_holds_up_its_own_stream_only(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal)
    warehouse.connect().command("RENAME TABLE faults.orders TO faults.orders_away")
    async with sinking(log.sink_config(warehouse, streams=("alerts", "orders"))):
        await log.append([("orders", order(n)) for n in range(200)])
        await log.append([("alerts", alert(n)) for n in range(200)])
        await until(lambda: holds(warehouse, "SELECT count() FROM {db}.alerts", 200))
        assert not await log.is_sunk()
        warehouse.connect().command("RENAME TABLE faults.orders_away TO faults.orders")
        await log.sunk()
    assert warehouse.one("SELECT count() FROM {db}.orders") == 200


async def test_a_sink_may_be_started_before_the_migrations(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal, "new")
    await log.append([("alerts", alert(n)) for n in range(10)])
    async with sinking(log.sink_config(warehouse, streams=("alerts",))) as sink:
        await until(lambda: _is_waiting(sink))
        migrate(warehouse.connect(), warehouse.database)
        await log.sunk()
    assert warehouse.one("SELECT count() FROM {db}.alerts") == 10


async def holds(warehouse: Warehouse, sql: str, value: int) -> bool:
    try:
        return bool(await asyncio.to_thread(warehouse.one, sql) == value)
    except (ClickHouseError, OSError):
        return False


async def _is_waiting(sink: Sink) -> bool:
    return sink.is_waiting


async def _is_ready(sink: Sink) -> bool:
    return sink.obstacle is None


async def _says(sink: Sink, obstacle: str) -> bool:
    return sink.obstacle == obstacle


async def _is_shown(value: float) -> bool:
    return _backoff() == {value}


def _backoff() -> set[float | None]:
    """What the gauge of the outage says of all streams."""
    return {REGISTRY.get_sample_value("cloudtag_sink_backoff", {"stream": stream}) for stream in STREAMS}
