"""Batches of several partitions are stored at a time, as many as there are connections; those of one in order."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.blocks import LogRow
from streams.sink import Sink
from streams.sink.partition_batches import IntakeRecord
from tests.servers.databases import migrated_database
from tests.streams.sink.log import Log
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS, alert

SIZE = 50
PATIENCE_SECONDS = 60.0


class Watched:
    """A warehouse whose inserts of alerts are seen."""

    def __init__(self, warehouse: Warehouse, meeting: int = 1) -> None:
        """`meeting`: so many inserts wait for each other before any of them goes on; only once."""
        self._warehouse, self._meeting = warehouse, threading.Barrier(meeting)
        self._lock = threading.Lock()
        self.tokens: list[str] = []
        self.now = self.most = self.connections = 0
        self._has_met = False

    def connect(self) -> Client:
        self.connections += 1
        client = self._warehouse.connect()
        insert = client.data_insert

        def inserting(context: Any) -> Any:
            token = (context.settings or {}).get("insert_deduplication_token")
            if token is None:  # originals, and the mark of the secret
                return insert(context)
            with self._seen(token):
                if not self._has_met:
                    self._meeting.wait(PATIENCE_SECONDS)
                    self._has_met = True
                return insert(context)

        client.data_insert = inserting  # type: ignore[method-assign]
        return client

    @contextmanager
    def _seen(self, token: str) -> Iterator[None]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.tokens.append(token)
        yield
        with self._lock:
            self.now -= 1


@pytest.fixture
def served(over_http: Callable[[], Client]) -> Iterator[Warehouse]:
    with migrated_database(over_http) as database:
        yield Warehouse(over_http, database)


def reading(served: Warehouse, connect: Callable[[], Client], connections: int, partitions: int, batches: int) -> Sink:
    """A sink that has read so many batches of each partition, and nothing of them is stored."""
    log = Log("nobody:1")
    sink = Sink(log.sink_config(served, connect=connect, connections=connections, streams=("alerts",)))
    for number in range(partitions):
        partition = sink._partitions.of(TopicPartition(f"{log.prefix}alerts", number))
        for offset in range(batches * SIZE + 1):
            row = LogRow(offset, START_MS, alert(number * 10_000 + offset), None, b"")
            partition.take(IntakeRecord(offset, START_MS, 100, row))
    return sink


async def test_two_partitions_are_stored_at_a_time(served: Warehouse) -> None:
    watched = Watched(served, meeting=2)
    sink = reading(served, watched.connect, 2, partitions=3, batches=2)
    await sink._store_ended()
    assert (watched.most, watched.connections) == (2, 2)
    assert served.rows("SELECT count(), uniqExact(alert_id) FROM {db}.alerts") == [(6 * SIZE, 6 * SIZE)]
    assert sorted(sink._uncommitted.values()) == [2 * SIZE] * 3


async def test_over_one_connection_one_after_the_other(served: Warehouse) -> None:
    watched = Watched(served)
    await reading(served, watched.connect, 1, partitions=3, batches=2)._store_ended()
    assert (watched.most, watched.connections) == (1, 1)
    assert served.one("SELECT uniqExact(alert_id) FROM {db}.alerts") == 6 * SIZE


async def test_batches_of_one_partition_follow_one_another(served: Warehouse) -> None:
    watched = Watched(served)
    await reading(served, watched.connect, 2, partitions=1, batches=4)._store_ended()
    places = [token.split(":")[3] for token in watched.tokens]
    assert places == [f"{first}-{first + SIZE - 1}" for first in range(0, 4 * SIZE, SIZE)]
    assert (watched.most, watched.connections) == (1, 1)


async def test_every_original_is_stored_whichever_connection_met_it_first(served: Warehouse) -> None:
    watched = Watched(served, meeting=2)
    await reading(served, watched.connect, 2, partitions=4, batches=1)._store_ended()
    named = served.rows("SELECT DISTINCT buyer_key FROM {db}.alerts ORDER BY 1")
    assert served.rows("SELECT DISTINCT key FROM {db}.identities WHERE kind = 'buyer' ORDER BY 1") == named
    assert len(named) == 7


@pytest.mark.parametrize("connections", [1, 2])
async def test_of_a_warehouse_that_is_away_as_many_ask_as_there_are_connections(
    served: Warehouse, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    tries = []

    def connect() -> Client:
        tries.append(1)
        raise ConnectionRefusedError

    sink = reading(served, connect, connections, partitions=6, batches=2)
    await sink._store_ended()
    assert 1 <= len(tries) <= connections
    assert sink._uncommitted == {}
    assert sink.is_waiting
