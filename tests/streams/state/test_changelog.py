"""Rows on a broker: written before they are stored, read back in batches, and defended against earlier owners."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloudtag.changelog.records import EPOCH_KEY, snapshot_record
from cloudtag.config import Config
from cloudtag.engine.rows import key_prefix
from streams.kafka import bounded_batches
from streams.kafka.producer import publish
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create
from streams.state.changelog import Changelogs, RecoveryGivenUpError, RecoveryStalledError
from streams.state.memory_store import MemoryStore
from streams.state.rocksdb_store import RocksStore
from streams.state.state_store import ForeignOwnerError, StateStore
from streams.state.store import Store
from tests.servers.clients import FixedHandle, producing
from tests.ways import both_ways

__all__ = ["both_ways"]

pytestmark = pytest.mark.usefixtures("both_ways")
"""As a worker reads, with an end to what is unpacked: natively, and not."""

ALIEN = key_prefix("alien")


@dataclass
class Place:
    """A changelog topic of two partitions and a connected producer."""

    config: Config
    topic: str
    producer: FixedHandle

    def owner(
        self, name: str, store: Store | None = None, stall_seconds: float = 30.0
    ) -> tuple[StateStore, Changelogs]:
        changelogs = Changelogs(client_settings(self.config), self.producer, name, stall_seconds)
        return StateStore("p", self.topic, store or MemoryStore(), changelogs), changelogs

    async def recovered(self, name: str, store: Store | None = None) -> tuple[StateStore, int]:
        table, _ = self.owner(name, store)
        read = await table.catch_up({0}, lambda: True)
        return table, read[0]


@pytest.fixture
async def place(broker: str) -> AsyncIterator[Place]:
    config = Config(brokers=broker)
    bounded_batches.bound(config.unpacked_batch_bytes)
    topic = f"changelog-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, 2, 1, {"cleanup.policy": "compact"})])
    async with producing(**client_settings(config), max_batch_size=2_000, acks="all") as producer:
        yield Place(config, topic, producer)


def rows(first: int, last: int, value: bytes = bytes(16) + b"v" * 50) -> dict[bytes, bytes | None]:
    return {key_prefix("file") + b"%d" % number: value + b"%d" % number for number in range(first, last)}


async def test_what_was_put_is_read_back(place: Place) -> None:
    table, read = await place.recovered("one")
    assert read == 0
    await table.put_many(0, rows(0, 500))
    await table.put_many(0, {**rows(0, 10, bytes(16) + b"new"), key_prefix("file") + b"499": None})
    expected = dict(table.rows(0).all_rows())
    again, _ = await place.recovered("two")
    assert dict(again.rows(0).all_rows()) == expected
    assert len(expected) == 499


async def test_a_store_that_is_up_to_date_reads_nothing(place: Place, tmp_path: Path) -> None:
    store = RocksStore(tmp_path, "here")
    table, _ = await place.recovered("one", store)
    await table.put_many(0, rows(0, 300))
    store.close()
    store = RocksStore(tmp_path, "here")
    again, read = await place.recovered("two", store)
    assert read == 0
    assert len(dict(again.rows(0).all_rows())) == 300
    await again.put_many(0, rows(300, 310))
    store.close()


async def test_a_store_reads_only_what_it_misses(place: Place, tmp_path: Path) -> None:
    store = RocksStore(tmp_path, "here")
    mine, _ = await place.recovered("one", store)
    await mine.put_many(0, rows(0, 300))
    store.close()
    other, _ = await place.recovered("two")
    await other.put_many(0, rows(300, 340))
    store = RocksStore(tmp_path, "here")
    again, read = await place.recovered("one again", store)
    assert read == 40
    assert dict(again.rows(0).all_rows()) == dict(other.rows(0).all_rows())
    store.close()


async def test_a_store_of_a_topic_made_anew_gives_itself_away(place: Place, tmp_path: Path) -> None:
    store = RocksStore(tmp_path, "here")
    store.store_part("p", 0).apply({ALIEN: b"x"}, 5, 12345)
    store.close()
    table, _ = await place.recovered("one")
    await table.put_many(0, rows(0, 20))
    store = RocksStore(tmp_path, "here")
    again, read = await place.recovered("two", store)
    assert read == 20
    assert ALIEN not in dict(again.rows(0).all_rows())
    store.close()


async def test_an_owner_that_was_replaced_finds_out_at_its_next_write(place: Place) -> None:
    old, _ = await place.recovered("old")
    await old.put_many(0, rows(0, 5))
    new, _ = await place.recovered("new")
    with pytest.raises(ForeignOwnerError, match="belongs to new"):
        await old.put_many(0, rows(0, 5, bytes(16) + b"stale"))
    # The new owner sees the old one's last breath and says again what is true.
    await new.put_many(0, rows(5, 6))
    expected = rows(0, 6)
    assert dict(new.rows(0).all_rows()) == expected
    third, _ = await place.recovered("third")
    assert dict(third.rows(0).all_rows()) == expected


async def test_rows_written_twice_by_a_retry_are_no_foreign_rows(place: Place) -> None:
    table, _ = await place.recovered("one")
    await table.put_many(0, rows(0, 5))
    epoch = table.store_part(0).get(EPOCH_KEY)
    assert epoch is not None
    twice = [snapshot_record(epoch, key, value or b"") for key, value in rows(0, 5).items()]
    await publish(place.producer, {(place.topic, 0): twice})
    await table.put_many(0, rows(5, 6))
    bid_and_owner = 2
    assert table.store_part(0).next_offset == bid_and_owner + 5 + 5 + 1


async def test_recovery_stops_when_it_is_no_longer_wanted(place: Place) -> None:
    table, _ = await place.recovered("one")
    await table.put_many(0, rows(0, 5))
    late, _ = place.owner("two")
    with pytest.raises(RecoveryGivenUpError):
        await late.catch_up({0}, lambda: False)


async def test_recovery_that_gets_nothing_raises_the_alarm(place: Place) -> None:
    _, changelogs = place.owner("one", stall_seconds=0.5)

    def apply(target: Any, records: list[Any]) -> None:
        raise AssertionError("nothing is there")

    with pytest.raises(RecoveryStalledError, match=place.topic):
        await changelogs.read({(place.topic, 1): range(10)}, apply, lambda: True)


async def test_partitions_are_recovered_together(place: Place) -> None:
    table, _ = place.owner("one")
    for partition in (0, 1):
        await table.catch_up({partition}, lambda: True)
        await table.put_many(partition, rows(partition * 100, partition * 100 + 100))
    again, _ = place.owner("two")
    assert await again.catch_up({0, 1}, lambda: True) == {0: 100, 1: 100}
