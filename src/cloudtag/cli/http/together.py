"""A transport of which an answer leaves in one packet."""

from __future__ import annotations

import asyncio
from typing import Any


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

    def write_eof(self) -> None:
        """Say that nothing follows what was written."""
        self._flush()
        self._inner.write_eof()

    def close(self) -> None:
        """Close it once what was written is sent."""
        self._flush()
        self._inner.close()

    def _flush(self) -> None:
        if self._waiting:
            together, self._waiting = b"".join(self._waiting), []
            self._inner.write(together)
