"""How fast the sink stores alerts: from the topic into the warehouse, each once, with all it does in earnest.

Beside it, what the warehouse takes by itself: such blocks of columns, made beforehand, through the same client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import clickhouse_connect
import msgspec
from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from benchmarks import meter
from benchmarks.rungs.order import tell
from benchmarks.stores.order import ALONE_BESIDE, ALONE_INSIDE, BESIDE, INSIDE, Rate, StoreOrder, told
from cloudtag.cli.sink import CONNECTIONS
from cloudtag.contract.records import Alert
from cloudtag.gc_tuning import collect_rarely
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.warehouse.blocks import TABLES, InsertBatch, LogRow, block_of, columns_of
from cloudtag.warehouse.insert import SETTINGS
from cloudtag.warehouse.migrate import migrate
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.wire import Codec
from streams.sink import sink_metrics
from streams.sink.batch_boundaries import BatchBoundaries
from streams.sink.config import SinkConfig
from streams.sink.service import Sink

STREAM, DATABASE, SECRET = "alerts", "bench", b"a secret of this run alone"
LOOK_SECONDS = 0.02
BLOCK_ROWS = BatchBoundaries().size


def alerts_of(events: list[Any]) -> tuple[bytes, ...]:
    """The alerts that these events lead to, as bytes."""
    outputs, codec = Topology(shipped(), 0, memory_rows()).feed(events), Codec()
    return tuple(codec.encode(STREAM, out.record) for out in outputs if isinstance(out.record, Alert))


def copies(order: StoreOrder) -> Iterator[Alert]:
    """So many alerts as are ordered: the samples, over and over, each time other alerts of other buyers."""
    samples = [Codec().decode(STREAM, sample) for sample in order.samples]
    for number in range(order.rows):
        turn, place = divmod(number, len(samples))
        alert: Any = samples[place]
        yield replace(alert, alert_id=f"{alert.alert_id}~{number}", buyer_id=f"{alert.buyer_id}~{turn}")


async def store(order: StoreOrder) -> list[Rate]:
    """Store all there is, then as many rows by themselves. Raises ``RuntimeError`` if a row is missing or twice."""
    connect = _connecting(order)
    name, alone = (BESIDE, ALONE_BESIDE) if order.warehouse else (INSIDE, ALONE_INSIDE)
    client = connect()
    try:
        migrate(client, DATABASE)
        rate = await _stored(order, connect, name)
        sql = f"SELECT count(), uniqExact(alert_id) FROM {DATABASE}.alerts"
        counted = tuple(client.query(sql).result_rows[0])
        if counted != (order.rows, order.rows):
            raise RuntimeError(f"of {order.rows} alerts the warehouse has rows and ids: {counted}")
        return [rate, _alone(order, client, alone)]
    finally:
        client.close()


def _connecting(order: StoreOrder) -> Callable[[], Client]:
    if not order.warehouse:
        return lambda: clickhouse_connect.get_client(interface="chdb", path=order.directory)
    return lambda: clickhouse_connect.get_client(dsn=order.warehouse, autogenerate_session_id=False)


async def _stored(order: StoreOrder, connect: Callable[[], Client], name: str) -> Rate:
    config = SinkConfig(
        bootstrap=order.broker, connect=connect, secret=SECRET, database=DATABASE, prefix=order.prefix,
        partitions=order.partitions, streams=(STREAM,), group="beside" if order.warehouse else "inside",
        connections=CONNECTIONS if order.warehouse else 1,
    )  # fmt: skip
    stop, sink = asyncio.Event(), Sink(config)
    running = asyncio.create_task(sink.run(stop))
    rows, begun = sink_metrics.ROWS.labels(STREAM), None
    while rows._value.get() < order.rows:
        if running.done():
            running.result()
        # Joining the group is a start's time, not a row's.
        begun = begun or (None if sink.obstacle == "waiting for partitions" else meter.read())
        await asyncio.sleep(LOOK_SECONDS)
    ended = meter.read()
    stop.set()
    await running
    assert begun is not None
    return _rate(name, order.rows, begun, ended)


def _alone(order: StoreOrder, client: Client, name: str) -> Rate:
    columns, hasher, alerts = columns_of(STREAM), Pseudonymizer(SECRET), copies(order)
    contexts = []
    while rows := [LogRow(0, alert.decided_at, alert, None, None) for alert in islice(alerts, BLOCK_ROWS)]:
        context = client.create_insert_context(
            TABLES[STREAM].name,
            column_names=[name for name, _ in columns],
            column_type_names=[kind for _, kind in columns],
            database=DATABASE,
            column_oriented=True,
            settings=SETTINGS,
        )
        block = InsertBatch(STREAM, STREAM, 0, BLOCK_ROWS, tuple(rows))
        # In one block, as the sink sends it.
        context.req_block_size, context.data = 1 << 20, block_of(block, hasher)
        contexts.append(context)
    begun = meter.read()
    for context in contexts:
        client.data_insert(context)
    return _rate(name, order.rows, begun, meter.read())


def _rate(name: str, rows: int, begun: meter.Reading, ended: meter.Reading) -> Rate:
    return Rate(
        name=name,
        rows=rows,
        seconds=ended.wall - begun.wall,
        cpu_seconds=ended.cpu - begun.cpu,
        peak_rss_mb=meter.peak_rss_mb(),
    )


if __name__ == "__main__":
    collect_rarely()  # as the command does
    tell(msgspec.json.encode(asyncio.run(store(told()))).decode())
