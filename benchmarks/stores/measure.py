"""Everything about what is stored and read back, one after the other, each on a broker of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from aiokafka import AIOKafkaProducer
from msgspec.structs import replace as with_fields

from benchmarks import load as loads
from benchmarks import profiles
from benchmarks.load import OneClient
from benchmarks.stores import recovery, sink
from benchmarks.stores.order import Rate, StoreOrder, StoresFound, measured
from cloudtag.local.broker import Tansu
from cloudtag.local.kafka import Kafka
from cloudtag.local.warehouse import Warehouse
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, group, publish
from streams.kafka.security import client_settings
from streams.sink.batch_boundaries import BatchBoundaries

Say = Callable[[str], None]
Broker = Callable[[Path], Kafka | Tansu]
"""Makes a broker that may keep its files in a directory."""
PARTITIONS, ATTACKS = 8, 0.3
PART = 20_000
"""So many alerts are written at a time."""
LATER_SECONDS = BatchBoundaries().bucket_ms / 1000
"""After so long whatever comes is in another time bucket, and ends the batch before it."""


def measure(rows: int, alerts: int, say: Say, events: int = 30_000, broker: Broker = Kafka) -> StoresFound:
    """Read so many rows back, store so many alerts; both are copies of what `events` simulated events lead to."""
    given = loads.make(replace(profiles.PROFILES["smoke"], events=events), ATTACKS).events
    back = asyncio.run(_recovery(broker, recovery.rows_of(given), rows))
    stored = asyncio.run(_sink(broker, sink.alerts_of(given), alerts))
    for rate in (*back, *stored):
        say(f"{rate.name}: {rate.rows:,} rows, {rate.per_second:,.0f}/s, {rate.cpu_us:.1f} µs CPU a row")
    return StoresFound(recovery=back, sink=stored)


@contextmanager
def _at(kind: Broker) -> Iterator[tuple[Path, Kafka | Tansu]]:
    with tempfile.TemporaryDirectory(prefix="cloudtag-stores-") as name, kind(Path(name) / "broker") as broker:
        yield Path(name), broker


async def _recovery(kind: Broker, rows: list[tuple[bytes, bytes]], count: int) -> list[Rate]:
    found: list[Rate] = []
    with _at(kind) as (directory, broker):
        order = StoreOrder(broker=broker.bootstrap, prefix="bench-", partitions=PARTITIONS, rows=count)
        await topics.create(recovery.config_of(order))
        await recovery.write(order, recovery.copies(rows, count))
        for store in ("memory", "rocksdb"):
            wanted = with_fields(order, store=store, directory=str(directory / store))
            found += await measured("benchmarks.stores.recovery", wanted)
    return found


async def _sink(kind: Broker, samples: tuple[bytes, ...], count: int) -> list[Rate]:
    found: list[Rate] = []
    with _at(kind) as (directory, broker):
        order = StoreOrder(broker=broker.bootstrap, prefix="bench-", partitions=PARTITIONS, rows=count, samples=samples)
        await topics.create(recovery.config_of(order))
        await _write_alerts(order)
        inside = with_fields(order, directory=str(directory / "inside"))
        found += await measured("benchmarks.stores.sink", inside)
        with Warehouse(directory / "beside", open_to="everyone") as warehouse:
            found += await measured("benchmarks.stores.sink", with_fields(order, warehouse=warehouse.url))
    return found


async def _write_alerts(order: StoreOrder) -> None:
    codec, topic = Codec(), order.prefix + sink.STREAM
    settings = client_settings(recovery.config_of(order))
    producer = AIOKafkaProducer(**settings, acks="all", max_batch_size=900_000, max_request_size=1 << 24)
    await producer.start()
    try:
        alerts = sink.copies(order)
        while part := list(islice(alerts, PART)):
            found = [
                (
                    (topic, partition_of(alert.buyer_id, order.partitions)),
                    OutRecord(alert.buyer_id.encode(), codec.encode(sink.STREAM, alert)),
                )
                for alert in part
            ]
            await publish(OneClient(producer), group(found))
        # The end of a log at rest is stored once its bucket is over, seconds later: that is no rate. So something comes
        # after it, in each partition, which is no alert.
        await asyncio.sleep(LATER_SECONDS)
        closing = [OutRecord(b"closing", None)]
        await publish(OneClient(producer), {(topic, partition): closing for partition in range(order.partitions)})
    finally:
        await producer.stop()
