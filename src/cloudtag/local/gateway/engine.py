"""Runs queries on chDB: a fresh connection for each (so that nothing leaks from one to the next), or the session's."""

import json
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb

from cloudtag.local.gateway.errors import READONLY, EngineError, from_engine, refusal
from cloudtag.local.gateway.query import External, Query
from cloudtag.local.gateway.sessions import Session, Sessions
from cloudtag.local.gateway.statement import first_keyword, is_read, names_set_by, output_format, split_insert

# Formats whose blocks may be joined one after another; any other has a head or a foot and is made whole.
STREAMED = frozenset({"Native", "TabSeparated", "TSV", "CSV", "RowBinary", "JSONEachRow", "JSONLines", "NDJSON"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, in parts, and what is known about it when it begins.

    The format is empty for a statement that has no result.
    """

    parts: Iterator[bytes]
    format: str
    summary: dict[str, str]


class Engine:
    """The one owner of a chDB directory. All methods block; call them from threads."""

    def __init__(self, directory: Path) -> None:
        """Open or make ``directory``; raises ``EngineError`` when another process holds it."""
        self._path = str(directory.resolve())
        # This connection holds the engine open for as long as the gateway lives.
        self._anchor = self._connect()
        self._sessions = Sessions(self._connect)
        self.version = self._text("SELECT version()")
        self.timezone = self._text("SELECT timezone()")

    def close(self) -> None:
        """End all sessions and the engine."""
        self._sessions.close()
        self._anchor.close()

    def run(self, query: Query) -> Answer:
        """Run to the end; raises ``EngineError``."""
        with self._connection(query) as connection:
            result = _execute(connection, query.sql, query.default_format)
            body = result.bytes()
            # Clients tell by the format whether there was a result at all.
            has_result = bool(body) or is_read(query.sql)
            form = output_format(query.sql, query.default_format) if has_result else ""
            return Answer(iter((body,)), form, _summary(result))

    def stream(self, query: Query) -> Generator[bytes]:
        """The answer block by block as the engine makes it; raises ``EngineError`` while being read."""
        with self._connection(query) as connection:
            result = None
            try:
                result = connection.send_query(query.sql, query.default_format)
                for part in result:
                    yield part.bytes()
            except RuntimeError as error:
                raise from_engine(error) from error
            finally:
                if result is not None:
                    result.close()

    @staticmethod
    def can_stream(query: Query) -> bool:
        """Whether `stream` may serve this query."""
        if query.waits_for_end or not is_read(query.sql):
            return False
        return output_format(query.sql, query.default_format) in STREAMED

    @contextmanager
    def _connection(self, query: Query) -> Iterator[Any]:
        if not query.may_write and not is_read(query.sql):
            raise refusal(READONLY, "Cannot execute query in readonly mode: send it with POST", "READONLY")
        if query.session is None:
            connection = self._connect()
            try:
                _prepare(connection, query)
                yield connection
            finally:
                connection.close()
            return
        with self._sessions.use(query.session) as session, _borrowed(session, query):
            yield session.connection

    def _connect(self) -> Any:
        try:
            return chdb.connect(self._path)
        except RuntimeError as error:
            raise from_engine(error) from error

    def _text(self, sql: str) -> str:
        return str(self._anchor.query(sql, "TSVRaw").bytes().decode().strip())


@contextmanager
def _borrowed(session: Session, query: Query) -> Iterator[None]:
    """A session for one query: the query's own settings and tables are gone afterwards."""
    kept = _values(session, session.own_settings & query.settings.keys())
    try:
        _prepare(session.connection, query)
        yield
        _learn(session, query.sql)
    finally:
        _execute(session.connection, f"USE {_name(session.database)}".encode())
        back = {name: _quote(kept[name]) if name in kept else "DEFAULT" for name in query.settings}
        for name in names_set_by(query.sql):
            back.pop(name, None)
        if back:
            _restore(session.connection, back)
        for table in query.external:
            _execute(session.connection, f"DROP TEMPORARY TABLE IF EXISTS {_name(table.name)}".encode())


def _learn(session: Session, sql: bytes) -> None:
    """Keep what the statement changed in the session for good."""
    session.own_settings |= names_set_by(sql)
    if first_keyword(sql) == "USE":
        session.database = _execute(session.connection, b"SELECT currentDatabase()", "TSVRaw").bytes().decode().strip()


def _restore(connection: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        try:
            connection.query(f"SET {name} = {value}")
        except RuntimeError as error:
            # A name the engine never knew was never set.
            if from_engine(error).code != 115:
                raise


def _values(session: Session, names: set[str]) -> dict[str, str]:
    if not names:
        return {}
    wanted = ", ".join(_quote(name) for name in names)
    sql = f"SELECT name, value FROM system.settings WHERE changed AND name IN ({wanted})"  # noqa: S608
    rows = _execute(session.connection, sql.encode(), "JSONCompactEachRow").bytes().splitlines()
    return dict(json.loads(row) for row in rows)


def _prepare(connection: Any, query: Query) -> None:
    if query.database:
        _execute(connection, f"USE {_name(query.database)}".encode())
    settings = [f"{name} = {_quote(value)}" for name, value in query.settings.items()]
    settings += [f"param_{name} = {_quote(value)}" for name, value in query.parameters.items()]
    if settings:
        _execute(connection, f"SET {', '.join(settings)}".encode())
    for table in query.external:
        _load(connection, table)


def _load(connection: Any, table: External) -> None:
    _execute(connection, f"CREATE TEMPORARY TABLE {_name(table.name)} ({table.structure})".encode())
    _execute(connection, f"INSERT INTO {_name(table.name)} FORMAT {table.format}\n".encode() + table.data)


def _execute(connection: Any, sql: bytes, form: str = "TabSeparated") -> Any:
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
    except EngineError:
        raise
    except RuntimeError as error:
        raise from_engine(error) from error


def _summary(result: Any) -> dict[str, str]:
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


def _quote(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _name(value: str) -> str:
    return "`" + value.replace("\\", "\\\\").replace("`", "\\`") + "`"
