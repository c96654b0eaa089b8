"""Answers of a broker, read straight into the place where they are wanted whole.

What aiokafka asks for its connections is a stream: what comes is put into bytes, added to a buffer that grows, stopped
every quarter of a megabyte because there is so much in it, and taken out again. Of a log that is read back this takes
longer than all that is done with its rows. aiokafka has no setting for it: its name for what a connection is read with
is replaced.
"""

import asyncio
import weakref
from typing import Any

from aiokafka import conn
from aiokafka.conn import AIOKafkaProtocol

PIECE_BYTES = 64 << 10
"""What is read at a time where nobody waits for more: enough for nearly all answers that are no records."""
KEPT_BYTES = 8 << 20
"""Room for a larger answer is not kept for the next one."""


class FramedProtocol(AIOKafkaProtocol, asyncio.BufferedProtocol):  # type: ignore[misc]
    """Reads a stream as aiokafka does, but for what `readexactly` waits for if it is large."""

    def __init__(self, closed: Any, reader: asyncio.StreamReader, *more: Any, **named: Any) -> None:
        super().__init__(closed, reader, *more, **named)
        self._piece = memoryview(bytearray(PIECE_BYTES))
        self._room = memoryview(b"")
        self._wanted: memoryview | None = None
        """What is still empty of the room for what is waited for."""
        self._filled: asyncio.Future[None] | None = None
        # Weakly, as asyncio has it: whoever lets go of the reader lets go of the connection.
        self._reader = weakref.ref(reader)
        reader.readexactly = self._readexactly  # type: ignore[method-assign]

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the name is asyncio's
        """Where the next bytes go."""
        return self._piece if self._wanted is None else self._wanted

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes are there."""
        if self._wanted is None:
            self.data_received(self._piece[:nbytes])
            return
        self._wanted = self._wanted[nbytes:]
        if not self._wanted:
            self._end(None)

    def eof_received(self) -> bool | None:
        """Nothing more will come."""
        self._end(EOFError("the connection has ended within an answer"))
        return bool(super().eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end(exc or EOFError("the connection is closed"))
        super().connection_lost(exc)

    def _end(self, error: Exception | None) -> None:
        """What comes from now on is not waited for any more."""
        self._wanted = None
        filled, self._filled = self._filled, None
        if filled is None or filled.done():
            return
        if error is None:
            filled.set_result(None)
        else:
            filled.set_exception(error)

    async def _readexactly(self, n: int) -> bytes:
        reader = self._reader()
        assert reader is not None, "who reads holds it"
        if n <= PIECE_BYTES:
            return await asyncio.StreamReader.readexactly(reader, n)
        first = await reader.read(n)
        if len(first) == n:
            return first
        if error := reader.exception():
            raise error
        if not first or reader.at_eof():
            raise asyncio.IncompleteReadError(first, n)
        if n > len(self._room):
            self._room = memoryview(bytearray(n))
        room = self._room[:n]
        room[: len(first)] = first
        self._wanted, self._filled = room[len(first) :], self._loop.create_future()
        try:
            await self._filled
        finally:
            self._end(None)
            if len(self._room) > KEPT_BYTES:
                self._room = memoryview(b"")
        return bytes(room)


def use() -> None:
    """From now on the connections of this process are read so. May be called again."""
    conn.AIOKafkaProtocol = FramedProtocol
