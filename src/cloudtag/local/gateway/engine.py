"""Runs queries on chDB: a fresh connection for each (so that nothing leaks from one to the next), or the session's."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb

from cloudtag.local.gateway.errors import READONLY, UNKNOWN_SETTING, from_engine, refusal
from cloudtag.local.gateway.execute import execute, prepare, quote, quote_name, summary
from cloudtag.local.gateway.query import Query
from cloudtag.local.gateway.sessions import Session, Sessions
from cloudtag.local.gateway.statement import first_keyword, is_read, names_set_by, output_format

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
            result = execute(connection, query.sql, query.default_format)
            body = result.bytes()
            # Clients tell by the format whether there was a result at all.
            has_result = bool(body) or is_read(query.sql)
            form = output_format(query.sql, query.default_format) if has_result else ""
            return Answer(iter((body,)), form, summary(result))

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
                prepare(connection, query)
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
        prepare(session.connection, query)
        yield
        _learn(session, query.sql)
    finally:
        execute(session.connection, f"USE {quote_name(session.database)}".encode())
        back = {name: quote(kept[name]) if name in kept else "DEFAULT" for name in query.settings}
        for name in names_set_by(query.sql):
            back.pop(name, None)
        if back:
            _restore(session.connection, back)
        for table in query.external:
            execute(session.connection, f"DROP TEMPORARY TABLE IF EXISTS {quote_name(table.name)}".encode())


def _learn(session: Session, sql: bytes) -> None:
    """Keep what the statement changed in the session for good."""
    session.own_settings |= names_set_by(sql)
    if first_keyword(sql) == "USE":
        session.database = execute(session.connection, b"SELECT currentDatabase()", "TSVRaw").bytes().decode().strip()


def _restore(connection: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        try:
            connection.query(f"SET {name} = {value}")
        except RuntimeError as error:
            # A name the engine never knew was never set.
            if from_engine(error).code != UNKNOWN_SETTING:
                raise


def _values(session: Session, names: set[str]) -> dict[str, str]:
    if not names:
        return {}
    wanted = ", ".join(quote(name) for name in names)
    sql = f"SELECT name, value FROM system.settings WHERE changed AND name IN ({wanted})"  # noqa: S608
    rows = execute(session.connection, sql.encode(), "JSONCompactEachRow").bytes().splitlines()
    return dict(json.loads(row) for row in rows)
