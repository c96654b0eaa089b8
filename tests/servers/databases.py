"""Migrated databases for tests. Its tables take seconds to make: whoever is through with one leaves it to the next."""

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.migrate import migrate

PATIENCE_SECONDS = 30.0
Shape = list[tuple[Any, ...]]


@contextmanager
def migrated_database(connect: Callable[[], Client]) -> Iterator[str]:
    """The name of a migrated database without a row.

    The next one on that server gets the same, emptied, unless this one failed or changed its tables.
    """
    with connect() as client:
        spare = _spare_of(getattr(client, "url", "in process"))
        database, shape = _of_before(client, spare) if spare else _migrated(client)
    is_well = False
    try:
        yield database
        is_well = True
    finally:
        with connect() as client:
            if is_well and _shape(client, database) == shape:
                spare.append(database)
            else:
                client.command(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture
def database(warehouse_url: str) -> Iterator[str]:
    """The name of a migrated database without a row in the session's warehouse."""
    with migrated_database(lambda: clickhouse_connect.get_client(dsn=warehouse_url)) as name:
        yield name


@cache
def _spare_of(_: str) -> deque[str]:
    """Databases of a server that no test uses now, as they were left; that which has rested longest comes first."""
    return deque()


def _of_before(client: Client, spare: deque[str]) -> tuple[str, Shape]:
    database = spare.popleft()
    _empty(client, database)
    return database, _shape(client, database)


def _migrated(client: Client) -> tuple[str, Shape]:
    database = f"test_{uuid.uuid4().hex[:12]}"
    migrate(client, database)
    return database, _shape(client, database)


def _shape(client: Client, database: str) -> Shape:
    """What a test may have changed besides rows: the tables, and the parts that are being rewritten."""
    of = {"database": database}
    tables = "SELECT name, create_table_query FROM system.tables WHERE database = {database:String} ORDER BY name"
    mutations = "SELECT table, mutation_id FROM system.mutations WHERE database = {database:String} AND NOT is_done"
    return [tuple(row) for sql in (tables, mutations) for row in client.query(sql, of).result_rows]


def _empty(client: Client, database: str) -> None:
    """A table that is truncated also forgets the tokens under which its rows were inserted, and what rewrote them."""
    _await_inserts(client, database)
    filled = """SELECT name FROM system.tables WHERE database = {database:String}
        AND engine LIKE '%MergeTree' AND name != 'schema_migrations'
        AND (total_rows > 0 OR name IN (SELECT table FROM system.mutations WHERE database = {database:String}))"""
    for (table,) in client.query(filled, {"database": database}).result_rows:
        client.command(f"TRUNCATE TABLE {database}.{table}")


def _await_inserts(client: Client, database: str) -> None:
    """Return when nothing is written there any more: of a process that was killed the last insert may still run."""
    running = """SELECT count() FROM system.processes WHERE query_kind = 'Insert'
        AND (current_database = {database:String} OR position(query, {database:String}) > 0)"""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while client.query(running, {"database": database}).result_rows[0][0]:
        assert time.monotonic() < deadline, f"something is still written to {database}"
        time.sleep(0.02)
