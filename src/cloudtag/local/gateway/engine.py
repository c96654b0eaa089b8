"""Runs queries on chDB: a fresh connection for each (so that nothing leaks from one to the next), or the session's."""

import json
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb

from cloudtag.local.gateway.errors import UNKNOWN_SETTING, from_engine
from cloudtag.local.gateway.execute import ENGINE_ERRORS, execute, lock, prepare, quote, quote_name, summary
from cloudtag.local.gateway.permission import check_files, check_reader, without_outside
from cloudtag.local.gateway.query import GatewayQuery
from cloudtag.local.gateway.sessions import Session, Sessions
from cloudtag.local.gateway.statement import can_stream, first_keyword, has_rows, names_set_by, output_format

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

    def run(self, query: GatewayQuery) -> Answer:
        """Run to the end; raises ``EngineError``."""
        with self._connection(query) as connection:
            result = execute(connection, query.sql, query.default_format)
            body = result.bytes()
            # Clients see by the format whether there was a result at all.
            has_result = bool(body) or has_rows(query.sql)
            form = output_format(query.sql, query.default_format) if has_result else ""
            return Answer(iter((body,)), form, summary(result))

    def stream(self, query: GatewayQuery) -> Generator[bytes]:
        """The answer block by block as the engine makes it; raises ``EngineError`` while being read."""
        with self._connection(query) as connection:
            result = None
            try:
                result = connection.send_query(query.sql, query.default_format)
                for part in result:
                    yield part.bytes()
            except ENGINE_ERRORS as error:
                raise from_engine(error) from error
            finally:
                if result is not None:
                    result.close()

    @staticmethod
    def can_stream(query: GatewayQuery) -> bool:
        """Whether `stream` may serve this query."""
        if query.waits_for_end or not can_stream(query.sql):
            return False
        return output_format(query.sql, query.default_format) in STREAMED

    @contextmanager
    def _connection(self, query: GatewayQuery) -> Iterator[Any]:
        if query.is_read_only:
            check_reader(query)
            with self._reading(query) as connection:
                yield connection
            return
        check_files(query.sql)
        if query.session is None:
            with self._fresh() as connection:
                prepare(connection, query)
                yield connection
            return
        with self._sessions.use(query.session) as session, _borrowed(session, query):
            yield session.connection

    @contextmanager
    def _reading(self, query: GatewayQuery) -> Iterator[Any]:
        """A connection of its own that can only read. What locks it cannot be undone, so no session gets it."""
        with self._fresh() as connection, ExitStack() as stack:
            if query.session is not None:
                session = stack.enter_context(self._sessions.use(query.session))
                execute(connection, f"USE {quote_name(session.database)}".encode())
                _restore(connection, _quoted(without_outside(_values(session, session.own_settings))))
            prepare(connection, query)
            lock(connection, set(query.settings))
            yield connection

    @contextmanager
    def _fresh(self) -> Iterator[Any]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self) -> Any:
        try:
            return chdb.connect(self._path)
        except RuntimeError as error:
            raise from_engine(error) from error

    def _text(self, sql: str) -> str:
        return str(self._anchor.query(sql, "TSVRaw").bytes().decode().strip())


@contextmanager
def _borrowed(session: Session, query: GatewayQuery) -> Iterator[None]:
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
            known = from_engine(error)
            if known.code != UNKNOWN_SETTING:
                raise known from error


def _quoted(values: dict[str, str]) -> dict[str, str]:
    return {name: quote(value) for name, value in values.items()}


def _values(session: Session, names: set[str]) -> dict[str, str]:
    if not names:
        return {}
    wanted = ", ".join(quote(name) for name in names)
    sql = f"SELECT name, value FROM system.settings WHERE changed AND name IN ({wanted})"  # noqa: S608 - quoted above
    rows = execute(session.connection, sql.encode(), "JSONCompactEachRow").bytes().splitlines()
    return dict(json.loads(row) for row in rows)
