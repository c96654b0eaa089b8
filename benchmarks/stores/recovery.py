"""How fast a worker reads its state back: real rows of a judged stream, written as their owner writes them, taken over
by a process that has none.

What is timed is what happens before partitions are opened: owner record, reading, rows into the store. Partitions are
read side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer

from benchmarks import meter
from benchmarks.load import OneClient
from benchmarks.rungs.order import tell
from benchmarks.rungs.plain import ChangedRows
from benchmarks.stores.order import FROM_MEMORY, FROM_ROCKSDB, Rate, StoreOrder, told
from cloudtag.changelog.records import OWN
from cloudtag.config import Config
from cloudtag.engine.rows import row_key, split_key
from cloudtag.gc_tuning import collect_rarely
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import ORDER, Topology
from streams.kafka import bounded_batches
from streams.kafka.partitioner import partition_of
from streams.kafka.security import client_settings
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.rocksdb_store import RocksStore
from streams.state.state_store import StateStore
from streams.state.store import Store

PROCESSOR = "buyers"
BATCH_ROWS = 2_000
STALL_SECONDS = 60.0


def rows_of(events: list[Any]) -> list[tuple[bytes, bytes]]:
    """The rows of buyers that these events leave behind."""
    rows = {name: ChangedRows() for name in ORDER}
    Topology(shipped(), 0, dict(rows)).feed(events)
    return [(key, value) for key, value in rows[PROCESSOR].take().items() if value is not None]


def copies(rows: list[tuple[bytes, bytes]], count: int) -> Iterator[tuple[bytes, bytes]]:
    """So many rows: those given, over and over, each time of other buyers."""
    taken = 0
    for turn in range(count):
        for key, value in islice(rows, count - taken):
            state_key, row_id = split_key(key)
            yield row_key(f"{state_key}~{turn}", row_id), value
            taken += 1
        if taken == count:
            return


async def write(order: StoreOrder, rows: Iterator[tuple[bytes, bytes]]) -> None:
    """Write rows to a fresh changelog as an owner of all its partitions."""
    async with _taking(order, "writer", MemoryStore()) as store:
        await store.catch_up(range(order.partitions), lambda: True)
        while part := dict(islice(rows, BATCH_ROWS * order.partitions)):
            by_partition: dict[int, dict[bytes, bytes | None]] = {}
            for key, value in part.items():
                where = partition_of(split_key(key)[0], order.partitions)
                by_partition.setdefault(where, {})[key] = value
            await asyncio.gather(*(store.put_many(where, found) for where, found in by_partition.items()))


async def recover(order: StoreOrder) -> Rate:
    """Take all partitions over. Raises ``RuntimeError`` unless every row is there afterwards."""
    kept: Store = MemoryStore() if order.store == "memory" else RocksStore(Path(order.directory), "bench")
    async with _taking(order, "reader", kept) as store:
        begun = meter.read()
        await store.catch_up(range(order.partitions), lambda: True)
        ended = meter.read()
        held = sum(_rows_in(kept, partition) for partition in range(order.partitions))
    if held != order.rows:
        raise RuntimeError(f"{held} rows are there, {order.rows} were written")
    return Rate(
        name=FROM_MEMORY if order.store == "memory" else FROM_ROCKSDB,
        rows=order.rows,
        seconds=ended.wall - begun.wall,
        cpu_seconds=ended.cpu - begun.cpu,
        peak_rss_mb=meter.peak_rss_mb(),
    )


def _rows_in(kept: Store, partition: int) -> int:
    """Besides, a partition holds what belongs to no keyed state, such as who owns it."""
    return sum(not key.startswith(OWN) for key, _ in kept.store_part(PROCESSOR, partition).all_rows())


@asynccontextmanager
async def _taking(order: StoreOrder, owner: str, kept: Store) -> AsyncIterator[StateStore]:
    config = config_of(order)
    settings = client_settings(config)
    producer = AIOKafkaProducer(**settings, acks="all", max_batch_size=900_000, max_request_size=1 << 24)
    await producer.start()
    try:
        changelogs = Changelogs(settings, OneClient(producer), owner, STALL_SECONDS)
        yield StateStore(PROCESSOR, config.changelog(PROCESSOR), kept, changelogs)
    finally:
        await producer.stop()


def config_of(order: StoreOrder) -> Config:
    """The settings of a run."""
    return Config(brokers=order.broker, topic_prefix=order.prefix, partitions=order.partitions)


if __name__ == "__main__":
    # As a worker does.
    collect_rarely()
    bounded_batches.bound(Config().unpacked_batch_bytes)
    tell(msgspec.json.encode([asyncio.run(recover(told()))]).decode())
