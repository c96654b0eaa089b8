"""The sink between a real broker and a real warehouse: everything in the log is counted once."""

import asyncio
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cloudtag.local.probe import free_port
from cloudtag.warehouse.blocks import TABLES
from cloudtag.wire import Codec, encode
from cloudtag.wire.registry import HttpRegistry
from cloudtag.wire.schemas import current
from streams.kafka.weights import LEAST_FETCH_BYTES, weight_of
from streams.sink import sink_metrics as metrics
from streams.sink.batch_boundaries import BatchBoundaries
from streams.sink.reader import Reader
from tests.streams.sink.log import Entry, Log, sinking, until
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import alert, one_of_each, order

ROOM_BYTES = 40_000
COUNT = 6_000
"""Of each of two streams: many times more than there is room for."""
PAUSED = "partitions are paused"


@pytest.fixture
async def log(one_bootstrap: str) -> Log:
    log = Log(one_bootstrap)
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


async def test_what_is_held_is_bounded_by_bytes_while_nothing_can_be_stored(log: Log, warehouse: Warehouse) -> None:
    """And there is room for less than a batch: of each partition one is ended all the same."""
    streams = (("alerts", alert), ("orders", order))
    await log.append([(stream, make(n)) for n in range(COUNT) for stream, make in streams])
    is_away, held = True, [0]

    def connect() -> Any:
        if is_away:
            raise ConnectionRefusedError
        return warehouse.connect()

    rule = BatchBoundaries(size=1_000, bucket_ms=2_000)
    config = log.sink_config(warehouse, connect=connect, buffer_bytes=ROOM_BYTES, rule=rule)
    async with sinking(config) as sink:

        async def is_full() -> bool:
            held.append(sink._partitions.held_bytes)
            return held[-1] > ROOM_BYTES and len(held) > 40 and held[-1] == held[-40]

        await until(is_full)
        is_away = False
        await log.sunk()
    # What one round brings, what the client holds ready meanwhile, and what a batch lacks until it has ended may come
    # on top; all of it would be more.
    sizes = [len(Codec().write(stream, make(0))) for stream, make in streams]
    rounds = 3 * sum(weight_of(LEAST_FETCH_BYTES // size, LEAST_FETCH_BYTES) for size in sizes)
    most = ROOM_BYTES + rounds + sum(weight_of(rule.size, rule.size * size) for size in sizes)
    assert most < sum(weight_of(COUNT, COUNT * size) for size in sizes) / 2
    assert max(held) < most
    counts = [warehouse.one(f"SELECT count() FROM {{db}}.{name}") for name in ("alerts", "orders")]
    assert counts == [COUNT, COUNT]


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


async def test_one_bad_batch_holds_up_its_partition_only(log: Log, warehouse: Warehouse) -> None:
    """More rows of it are refused than may be by chance; the other partition of the same table goes on."""
    entries: list[Entry] = []
    for number in range(12):
        entries += [("alerts", alert(number, revision=-1)), ("alerts", alert(1000 + number))]
    await log.append(entries)
    config = log.sink_config(warehouse, streams=("alerts",), retry_first_seconds=30.0, retry_longest_seconds=30.0)
    async with sinking(config) as sink:
        await until(lambda: holds(warehouse, "SELECT uniqExact(alert_id) FROM {db}.alerts", 12))
        await until(lambda: is_paused(0))
        assert sink.is_waiting
        obstacle = sink.obstacle
        assert obstacle == PAUSED
        assert metrics.PAUSED.labels("alerts", "1")._value.get() == 0
        assert metrics.IS_BLOCKED.labels("alerts")._value.get() == 0, "the table is not to blame"
        await log.append([("alerts", b"junk"), ("alerts", alert(2000))])
        await until(lambda: holds(warehouse, "SELECT uniqExact(alert_id) FROM {db}.alerts", 13))
    assert not await log.is_sunk()


async def test_a_record_whose_registry_is_away_waits_and_holds_up_its_partition_only(
    log: Log, warehouse: Warehouse
) -> None:
    port = free_port()
    framed = b"\x00\x00\x00\x00\x07" + encode("alerts", alert(0))[10:]
    await log.append([("alerts", framed), ("alerts", alert(1)), ("alerts", alert(2)), ("alerts", alert(3))])
    reader = Reader(Codec(HttpRegistry(f"http://127.0.0.1:{port}", outage_s=0.01)))
    async with sinking(log.sink_config(warehouse, streams=("alerts",)), reader) as sink:
        await until(lambda: holds(warehouse, "SELECT count() FROM {db}.alerts", 2))
        await until(lambda: is_paused(0))
        obstacle = sink.obstacle
        assert obstacle == PAUSED
        assert not await log.is_sunk()
        with served(port, json.dumps(current("alerts").raw)):
            await log.sunk()
        assert not sink.is_waiting
        assert sink.obstacle is None
    assert warehouse.rows("SELECT alert_id FROM {db}.alerts ORDER BY alert_id") == [("a0",), ("a1",), ("a2",), ("a3",)]


@contextmanager
def served(port: int, schema: str) -> Iterator[None]:
    """A registry that knows one schema under every id."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"schema": schema}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


async def holds(warehouse: Warehouse, sql: str, value: int) -> bool:
    return bool(await asyncio.to_thread(warehouse.one, sql) == value)


async def is_paused(partition: int) -> bool:
    return bool(metrics.PAUSED.labels("alerts", str(partition))._value.get())
