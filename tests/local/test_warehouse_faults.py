"""Blocks sent again after a crash count once, in the table and in the roll-up behind it."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from cloudtag.local.warehouse import Warehouse
from tests.effort import times

TABLE = """CREATE TABLE counted (id UInt64, kind UInt8) ENGINE = ReplacingMergeTree ORDER BY id
SETTINGS non_replicated_deduplication_window = 100000"""
ROLLUP = """CREATE TABLE kinds (kind UInt8, rows SimpleAggregateFunction(sum, UInt64))
ENGINE = AggregatingMergeTree ORDER BY kind SETTINGS non_replicated_deduplication_window = 100000"""
VIEW = "CREATE MATERIALIZED VIEW kinds_of_counted TO kinds AS SELECT kind, count() AS rows FROM counted GROUP BY kind"
ONCE = {"async_insert": 0, "insert_deduplicate": 1, "deduplicate_blocks_in_dependent_materialized_views": 1}
BLOCKS, ROWS, KILLS = times(50, 150), 2_000, times(3, 8)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path, open_to="everyone") as warehouse:
        with _client(warehouse) as client:
            for statement in (TABLE, ROLLUP, VIEW):
                client.command(statement)
        yield warehouse


def _client(warehouse: Warehouse) -> Client:
    return clickhouse_connect.get_client(dsn=warehouse.url, autogenerate_session_id=False, query_retries=0)


def _send(warehouse: Warehouse, blocks: range, accepted: Callable[[], object] = lambda: None) -> None:
    """Send each block until it is accepted, as the sink does."""
    left = list(reversed(blocks))
    while left:
        # One client as long as it lasts, so that most of the time passes inside of inserts.
        with contextlib.suppress(ClickHouseError, OSError), _client(warehouse) as client:
            while left:
                ids = list(range(left[-1] * ROWS, (left[-1] + 1) * ROWS))
                columns = [ids, [number % 5 for number in ids]]
                settings = ONCE | {"insert_deduplication_token": f"block-{left[-1]}"}
                client.insert("counted", columns, ["id", "kind"], column_oriented=True, settings=settings)
                left.pop()
                accepted()


@pytest.mark.fault
def test_kill_9_in_the_middle_of_inserts(warehouse: Warehouse) -> None:
    progress = threading.Semaphore(0)

    feeder = threading.Thread(target=_send, args=(warehouse, range(BLOCKS), progress.release))
    feeder.start()
    for _ in range(KILLS):
        for _ in range(BLOCKS // (KILLS + 2)):
            assert progress.acquire(timeout=60)
        # The next block is on its way now.
        warehouse.kill()
        warehouse.start()
    feeder.join(120)
    with _client(warehouse) as client:
        found = client.query("SELECT count(), uniqExact(id) FROM counted").first_row
        rolled = client.query("SELECT sum(rows) FROM kinds").first_row
    assert found == (BLOCKS * ROWS, BLOCKS * ROWS)
    assert rolled == (BLOCKS * ROWS,)


@pytest.mark.fault
def test_a_frozen_warehouse_takes_the_block_once(warehouse: Warehouse) -> None:
    warehouse.pause()
    sender = threading.Thread(target=_send, args=(warehouse, range(1)))
    sender.start()
    sender.join(1)
    assert sender.is_alive()
    warehouse.resume()
    sender.join(60)
    _send(warehouse, range(1))
    with _client(warehouse) as client:
        assert client.query("SELECT sum(rows) FROM kinds").first_row == (ROWS,)
