"""Warehouses for tests. A test that asks for `warehouse` gets a migrated database of its own, once per kind."""

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError
from clickhouse_connect.driver.httpclient import HttpClient

from cloudtag.cli.sink import CONNECTIONS
from tests.servers.databases import migrated_database


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A database and the way to it."""

    connect: Callable[[], Client]
    database: str

    @property
    def connections(self) -> int:
        """How many a sink may have: an engine inside of this process takes one call at a time."""
        try:
            client = self.connect()
        except OperationalError:
            return CONNECTIONS  # a server, which is away
        client.close()
        return CONNECTIONS if isinstance(client, HttpClient) else 1

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; `{db}` stands for the database."""
        client = self.connect()
        try:
            return [tuple(row) for row in client.query(sql.replace("{db}", self.database), parameters).result_rows]
        finally:
            client.close()

    def one(self, sql: str) -> Any:
        """The single value of a query."""
        return self.rows(sql)[0][0]


def http_client(url: str) -> Client:
    """A client as production uses it: no session, so that calls do not wait for each other."""
    return clickhouse_connect.get_client(dsn=url, autogenerate_session_id=False, send_receive_timeout=20)


@cache
def _chdb_directory() -> str:
    directory = tempfile.mkdtemp(prefix="cloudtag-chdb-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


@pytest.fixture(scope="session")
def in_process() -> Iterator[Callable[[], Client]]:
    """The embedded engine inside of the test process, which can hold one directory only."""
    path = _chdb_directory()
    keeper = clickhouse_connect.get_client(interface="chdb", path=path)
    yield lambda: clickhouse_connect.get_client(interface="chdb", path=path)
    keeper.close()


@pytest.fixture(scope="session")
def over_http(warehouse_url: str) -> Callable[[], Client]:
    """Makes clients of the session's server."""
    return lambda: http_client(warehouse_url)


@pytest.fixture(params=["in_process", "over_http"])
def place(request: pytest.FixtureRequest) -> Callable[[], Client]:
    """Makes clients of a warehouse, once for each kind."""
    connect: Callable[[], Client] = request.getfixturevalue(request.param)
    return connect


@pytest.fixture
def empty(place: Callable[[], Client]) -> Iterator[Warehouse]:
    """A name for a database that does not exist yet; it is dropped in the end."""
    warehouse = Warehouse(place, f"test_{uuid.uuid4().hex[:12]}")
    yield warehouse
    client = place()
    client.command(f"DROP DATABASE IF EXISTS {warehouse.database}")
    client.close()


@pytest.fixture
def warehouse(place: Callable[[], Client]) -> Iterator[Warehouse]:
    """A migrated database without a row."""
    with migrated_database(place) as database:
        yield Warehouse(place, database)


__all__ = ["empty", "in_process", "over_http", "place", "warehouse"]
