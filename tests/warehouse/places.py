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

from cloudtag.local.warehouse import Warehouse as LocalWarehouse
from cloudtag.warehouse.migrate import migrate


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A database and the way to it."""

    connect: Callable[[], Client]
    database: str

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


def http_client(server: LocalWarehouse) -> Client:
    """A client as production uses it: no session, so that calls do not wait for each other."""
    return clickhouse_connect.get_client(dsn=server.url, autogenerate_session_id=False, send_receive_timeout=20)


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
def server() -> Iterator[LocalWarehouse]:
    """The embedded engine in a process of its own, spoken to over HTTP."""
    with LocalWarehouse(open_to="everyone") as running:
        yield running


@pytest.fixture(scope="session")
def over_http(server: LocalWarehouse) -> Callable[[], Client]:
    """Makes clients of the server."""
    return lambda: http_client(server)


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
    """A migrated database without a row. The next test gets the same, emptied, unless this one changed its tables."""
    spare = _spare_of(place)
    database, shape = spare.pop() if spare else _migrated(place)
    yield Warehouse(place, database)
    client = place()
    if _shape(client, database) == shape:
        _empty(client, database)
        spare.append((database, shape))
    else:
        client.command(f"DROP DATABASE {database}")
    client.close()


Shape = list[tuple[Any, ...]]


@cache
def _spare_of(_: Callable[[], Client]) -> list[tuple[str, Shape]]:
    """Databases of a place that no test uses now: the tables of one take seconds to make."""
    return []


def _migrated(place: Callable[[], Client]) -> tuple[str, Shape]:
    client, database = place(), f"test_{uuid.uuid4().hex[:12]}"
    migrate(client, database)
    shape = _shape(client, database)
    client.close()
    return database, shape


def _shape(client: Client, database: str) -> Shape:
    """What a test may have changed besides rows: the tables, and the parts being rewritten."""
    of = {"database": database}
    tables = "SELECT name, create_table_query FROM system.tables WHERE database = {database:String} ORDER BY name"
    mutations = "SELECT table, mutation_id FROM system.mutations WHERE database = {database:String}"
    return [tuple(row) for sql in (tables, mutations) for row in client.query(sql, of).result_rows]


def _empty(client: Client, database: str) -> None:
    """Without rows a table also forgets the tokens under which they were inserted."""
    filled = """SELECT name FROM system.tables WHERE database = {database:String}
        AND engine LIKE '%MergeTree' AND total_rows > 0 AND name != 'schema_migrations'"""
    for (table,) in client.query(filled, {"database": database}).result_rows:
        client.command(f"TRUNCATE TABLE {database}.{table}")


__all__ = ["empty", "in_process", "over_http", "place", "server", "warehouse"]
