"""The HTTP server of the decision service: uvicorn, of which an answer leaves in one packet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol


class TogetherTransport:
    """A transport that sends together what is written within one turn of the event loop: head and body of an answer.

    A call of the system costs more than all else that is done for a small answer.
    """

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._loop = loop
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, data: bytes) -> None:
        """Send it before anything else happens."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        """Close it once what was written is sent."""
        self._flush()
        self._inner.close()

    def _flush(self) -> None:
        if self._waiting:
            together, self._waiting = b"".join(self._waiting), []
            self._inner.write(together)


class TogetherProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol (httptools' parser where it is installed, else h11's) over such transports."""

    def connection_made(self, transport: Any) -> None:
        """A connection is there."""
        super().connection_made(TogetherTransport(transport, self.loop))


class DecideServer(uvicorn.Server):
    """One whose process has its own handlers of signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing of them."""
        yield


def server_of(app: Any) -> uvicorn.Server:
    """The server of an application."""
    how = uvicorn.Config(
        app, http=TogetherProtocol, log_config=None, access_log=False, lifespan="off", server_header=False, ws="none"
    )
    return DecideServer(how)
