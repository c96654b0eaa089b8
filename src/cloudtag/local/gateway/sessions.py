"""Sessions: connections to the engine that keep their settings, database and temporary tables between requests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cloudtag.local.gateway.errors import SESSION_IS_LOCKED, SESSION_NOT_FOUND, TOO_MANY_SESSIONS, refusal
from cloudtag.local.gateway.query import SessionOptions

MOST_SESSIONS = 64
"""Each holds a connection to the engine, with its files. Of more the one that was not used for longest is ended."""


class Session:
    """One engine connection, used by one request at a time."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.in_use = threading.Lock()
        self.expires_at = self.used_at = 0.0
        # Where its own USE statements led; a request may name another database for itself alone.
        self.database = "default"
        # Settings its own SET statements named: these must survive a request that sets them for itself alone.
        self.own_settings: set[str] = set()


class Sessions:
    """All open sessions by name; safe to use from many threads."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._open: dict[str, Session] = {}
        self._guard = threading.Lock()

    @contextmanager
    def use(self, wish: SessionOptions) -> Iterator[Session]:
        """Hold the session for one request; raises ``EngineError`` when it is busy, or must exist and does not."""
        session = self._take(wish)
        try:
            yield session
        finally:
            session.used_at = time.monotonic()
            session.expires_at = session.used_at + wish.timeout
            with self._guard:
                session.in_use.release()
                if wish.closes:
                    self._drop(wish.name)

    def close(self) -> None:
        """End all sessions."""
        with self._guard:
            for name in list(self._open):
                self._drop(name)

    def _take(self, wish: SessionOptions) -> Session:
        with self._guard:
            self._drop_expired()
            session = self._open.get(wish.name)
            if session is None and wish.must_exist:
                raise refusal(SESSION_NOT_FOUND, f"Session {wish.name} not found", "SESSION_NOT_FOUND")
            if session is None:
                self._make_room()
                session = self._open[wish.name] = Session(self._connect())
            if not session.in_use.acquire(blocking=False):
                text = f"Session {wish.name} is locked by a concurrent client"
                raise refusal(SESSION_IS_LOCKED, text, "SESSION_IS_LOCKED")
            return session

    def _make_room(self) -> None:
        idle = [(session.used_at, name) for name, session in self._open.items() if not session.in_use.locked()]
        excess = len(self._open) + 1 - MOST_SESSIONS
        if excess > len(idle):
            raise refusal(TOO_MANY_SESSIONS, f"{len(self._open)} sessions are in use", "TOO_MANY_SIMULTANEOUS_QUERIES")
        for _, name in sorted(idle)[: max(0, excess)]:
            self._drop(name)

    def _drop_expired(self) -> None:
        now = time.monotonic()
        for name, session in list(self._open.items()):
            if session.expires_at < now and not session.in_use.locked():
                self._drop(name)

    def _drop(self, name: str) -> None:
        session = self._open.pop(name, None)
        if session is not None:
            session.connection.close()
