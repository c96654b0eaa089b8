"""What is read back and what is stored is all there, each once, or the run is no measurement."""

import asyncio
import uuid
from pathlib import Path

import pytest

from benchmarks import load as loads
from benchmarks.profiles import Profile
from benchmarks.stores import recovery
from benchmarks.stores.measure import measure
from benchmarks.stores.order import ALONE_BESIDE, ALONE_INSIDE, BESIDE, FROM_MEMORY, FROM_ROCKSDB, INSIDE, StoreOrder
from cloudtag.engine.rows import split_key
from cloudtag.local.broker import Tansu
from streams.kafka import topics


def test_all_is_measured_and_all_is_right() -> None:
    said: list[str] = []
    found = measure(3_000, 700, said.append, events=6_000, broker=lambda _: Tansu())
    assert [rate.name for rate in found.recovery] == [FROM_MEMORY, FROM_ROCKSDB]
    assert [rate.name for rate in found.sink] == [INSIDE, ALONE_INSIDE, BESIDE, ALONE_BESIDE]
    assert {rate.rows for rate in found.recovery} == {3_000}
    assert {rate.rows for rate in found.sink} == {700}
    assert len(said) == 6


async def test_a_row_that_is_missing_voids_the_run(tansu_bootstrap: str, tmp_path: Path) -> None:
    order = StoreOrder(broker=tansu_bootstrap, prefix=f"rows-{uuid.uuid4().hex[:6]}-", partitions=2, rows=50)
    await topics.create(recovery.config_of(order))
    given = loads.make(Profile("few", 400, 1, ())).events
    rows = await asyncio.to_thread(recovery.rows_of, given)
    await recovery.write(order, recovery.copies(rows, 49))
    with pytest.raises(RuntimeError, match="49 rows are there, 50 were written"):
        await recovery.recover(order)


def test_copies_are_of_other_buyers() -> None:
    given = loads.make(Profile("few", 400, 1, ())).events
    rows = recovery.rows_of(given)
    copied = [key for key, _ in recovery.copies(rows, 2 * len(rows) + 5)]
    assert len(set(copied)) == len(copied) == 2 * len(rows) + 5
    assert {split_key(key)[1] for key in copied} == {split_key(key)[1] for key, _ in rows}
