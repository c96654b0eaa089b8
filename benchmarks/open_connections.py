"""An open loop's connections: requests over kept connections, with as little work of the client's own as there can be.

A client that collects garbage or parses answers at length measures itself. This one keeps a few connections, hands each
request to one that is free, lets requests wait where none is, and of an answer reads the length alone.
"""

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

CONNECTIONS = 64
_LENGTH = b"content-length: "


class Sent(NamedTuple):
    """A request that was answered: how many seconds it was sent and answered after it was due, and the answer."""

    late: float
    took: float
    status: int
    body: bytes


class _Connection(asyncio.Protocol):
    def __init__(self, is_free: Callable[["_Connection"], None]) -> None:
        self._is_free = is_free
        self._got = b""
        self._done: Callable[[int, bytes], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection is there."""
        self._transport = transport

    def ask(self, request: bytes, done: Callable[[int, bytes], None]) -> None:
        """Send a request; `done` is given status and body."""
        self._done = done
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """A part of an answer came."""
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        start = head.lower().index(_LENGTH) + len(_LENGTH)
        if len(body) < int(head[start : start + 9].partition(b"\r")[0]):
            return
        done, self._done, self._got = self._done, None, b""
        assert done is not None
        done(int(head[9:12]), body)
        self._is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody hangs up on a load that is under way."""
        if self._done is not None:
            self._done(0, repr(exc).encode())


class OpenLoop:
    """Sends requests when they are due, whatever became of the earlier ones."""

    def __init__(self) -> None:
        self._free: deque[_Connection] = deque()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._all: list[_Connection] = []
        self._sent: list[Sent] = []
        self._over: asyncio.Future[None] | None = None
        self._count = 0

    async def connect(self, host: str, port: int, connections: int = CONNECTIONS) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, made = await loop.create_connection(lambda: _Connection(self._freed), host, port)
            self._all.append(made)
            self._free.append(made)

    def close(self) -> None:
        """Close them."""
        for each in self._all:
            each._transport.close()

    async def run(self, requests: list[bytes], rate: float) -> list[Sent]:
        """Send so many a second; what became of each, once all are answered."""
        self._over = asyncio.get_running_loop().create_future()
        self._sent, self._count = [], len(requests)
        with _no_collection():
            begun = time.perf_counter()
            for number, request in enumerate(requests):
                due = begun + number / rate
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                elif number % 16 == 0:
                    await asyncio.sleep(0)  # Behind: answers are taken all the same.
                self._waiting.append((request, due))
                self._send_waiting()
            await self._over
        return self._sent

    def _freed(self, connection: _Connection) -> None:
        self._free.append(connection)
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting and self._free:
            request, due = self._waiting.popleft()
            late = time.perf_counter() - due
            self._free.popleft().ask(request, partial(self._answered, due, late))

    def _answered(self, due: float, late: float, status: int, body: bytes) -> None:
        self._sent.append(Sent(late, time.perf_counter() - due, status, body))
        if len(self._sent) == self._count and self._over is not None:
            self._over.set_result(None)


@contextmanager
def _no_collection() -> Iterator[None]:
    """The collector of circular garbage stands still: it would stop the loop for a tenth of a second now and then."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
