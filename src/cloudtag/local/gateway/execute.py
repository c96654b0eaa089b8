"""Single statements on one engine connection."""

import tempfile
from collections.abc import Collection
from typing import Any

from cloudtag.local.gateway.errors import from_engine
from cloudtag.local.gateway.query import External, GatewayQuery
from cloudtag.local.gateway.statement import split_insert

ENGINE_ERRORS = (RuntimeError, UnicodeError)
"""What chDB raises for a statement: its own errors, and those of reading their texts."""


def prepare(connection: Any, query: GatewayQuery) -> None:
    """Bring a connection to what a query runs with: database, settings, parameters, its own tables."""
    if query.database:
        execute(connection, f"USE {quote_name(query.database)}".encode())
    settings = [f"{name} = {quote(value)}" for name, value in query.settings.items()]
    settings += [f"param_{name} = {quote(value)}" for name, value in query.parameters.items()]
    if settings:
        execute(connection, f"SET {', '.join(settings)}".encode())
    for table in query.external:
        _load(connection, table)


LONGEST_SECONDS = 300
"""A reader's query that has no bound of its own is stopped after this."""


def lock(connection: Any, chosen: Collection[str]) -> None:
    """Let a connection only read from now on; it stays so. `chosen`: the settings that were asked for."""
    bound = "" if "max_execution_time" in chosen else f"max_execution_time = {LONGEST_SECONDS}, "
    execute(connection, f"SET {bound}readonly = 1".encode())


def _load(connection: Any, table: External) -> None:
    execute(connection, f"CREATE TEMPORARY TABLE {quote_name(table.name)} ({table.structure})".encode())
    execute(connection, f"INSERT INTO {quote_name(table.name)} FORMAT {table.format}\n".encode() + table.data)


def execute(connection: Any, sql: bytes, form: str = "TabSeparated") -> Any:
    """Run one statement; the data of an INSERT go through a file.

    chDB's own streamed insert reports success for some inserts that it lost, so it is not used.
    """
    insert = split_insert(sql)
    try:
        if insert is None:
            return connection.query(sql, form)
        with tempfile.NamedTemporaryFile(prefix="cloudtag-insert-") as file:
            file.write(insert.data)
            file.flush()
            return connection.query(insert.from_file(file.name), form)
    except ENGINE_ERRORS as error:
        raise from_engine(error) from error


def summary(result: Any) -> dict[str, str]:
    """What the engine counted, under the names of ClickHouse's summary header."""
    return {
        "read_rows": str(result.storage_rows_read()),
        "read_bytes": str(result.storage_bytes_read()),
        "written_rows": str(result.rows_written()),
        "written_bytes": str(result.bytes_written()),
        "total_rows_to_read": "0",
        "result_rows": str(result.rows_read()),
        "result_bytes": str(result.bytes_read()),
        "elapsed_ns": str(int(result.elapsed() * 1_000_000_000)),
    }


def quote(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_name(value: str) -> str:
    """A quoted identifier."""
    return "`" + value.replace("\\", "\\\\").replace("`", "\\`") + "`"
