"""What is read straight into its place is what a stream has: the same bytes in the same order, and the same end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import conn
from aiokafka.conn import AIOKafkaProtocol
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.kafka import frames
from streams.kafka.frames import KEPT_BYTES, PIECE_BYTES, FramedProtocol
from tests.effort import examples

READER_LIMIT = conn.READER_LIMIT
AROUND = st.sampled_from((1, 4, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7, 5 * PIECE_BYTES))


@asynccontextmanager
async def connected(
    kind: type[AIOKafkaProtocol] = FramedProtocol,
) -> AsyncIterator[tuple[asyncio.StreamReader, AIOKafkaProtocol, socket.socket]]:
    """As aiokafka connects, and the other end."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    reader = asyncio.StreamReader(limit=READER_LIMIT, loop=loop)
    protocol = kind(loop.create_future(), reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, sock=ours)
    try:
        yield reader, protocol, theirs
    finally:
        transport.close()
        theirs.close()
        await asyncio.sleep(0)


def bytes_of(count: int) -> bytes:
    return bytes(number * 7 % 251 for number in range(count))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(AROUND, min_size=1, max_size=6), st.lists(AROUND, min_size=1, max_size=4))
@example([4, 2 * PIECE_BYTES], [2])
@example([5 * PIECE_BYTES, 1], [PIECE_BYTES + 1])
def test_the_bytes_are_those_that_were_sent_however_they_come(wanted: list[int], cuts: list[int]) -> None:
    async def read() -> list[bytes]:
        async with connected() as (reader, _, theirs):
            sending = asyncio.create_task(send(theirs, bytes_of(sum(wanted)), cuts))
            found = [await reader.readexactly(size) for size in wanted]
            await sending
            return found

    found = asyncio.run(read())
    assert list(map(len, found)) == wanted
    assert b"".join(found) == bytes_of(sum(wanted))


async def waited_for(protocol: AIOKafkaProtocol) -> None:
    """Return once the reader waits for the rest of what is large."""
    for _ in range(1000):
        if protocol._filled is not None:
            return
        await asyncio.sleep(0)
    raise AssertionError("nobody waits")


async def send(theirs: socket.socket, data: bytes, cuts: list[int]) -> None:
    loop, place, turn = asyncio.get_running_loop(), 0, 0
    while place < len(data):
        size = cuts[turn % len(cuts)] if turn < 50 else len(data)
        await loop.sock_sendall(theirs, data[place : place + size])
        place, turn = place + size, turn + 1
        await asyncio.sleep(0)


@pytest.mark.parametrize("kind", [AIOKafkaProtocol, FramedProtocol])
@pytest.mark.parametrize("sent", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES])
@pytest.mark.parametrize("is_waiting", [True, False])
def test_a_connection_that_ends_within_an_answer_is_at_its_end(
    kind: type[AIOKafkaProtocol], sent: int, is_waiting: bool
) -> None:
    async def read() -> None:
        async with connected(kind) as (reader, _, theirs):
            if is_waiting:
                reading = asyncio.create_task(reader.readexactly(3 * PIECE_BYTES))
                await asyncio.sleep(0)
                await send(theirs, bytes_of(sent), [PIECE_BYTES])
                theirs.close()
                await reading
            else:
                await send(theirs, bytes_of(min(sent, PIECE_BYTES)), [PIECE_BYTES])
                theirs.close()
                await reader.readexactly(1) if sent else None
                await reader.readexactly(3 * PIECE_BYTES)

    with pytest.raises(EOFError):
        asyncio.run(read())


def test_a_connection_that_breaks_says_why() -> None:
    async def read() -> None:
        async with connected() as (reader, protocol, theirs):
            reading = asyncio.create_task(reader.readexactly(3 * PIECE_BYTES))
            await send(theirs, b"begun", [5])
            await waited_for(protocol)
            protocol.connection_lost(ConnectionResetError("cut off"))
            await reading

    with pytest.raises(ConnectionResetError, match="cut off"):
        asyncio.run(read())


def test_whoever_stops_waiting_leaves_nothing_behind() -> None:
    async def read() -> bytes:
        async with connected() as (reader, protocol, theirs):
            reading = asyncio.create_task(reader.readexactly(3 * PIECE_BYTES))
            await send(theirs, b"begun", [5])
            await waited_for(protocol)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            await send(theirs, b"more", [4])
            return await reader.readexactly(4)

    assert asyncio.run(read()) == b"more"


@pytest.mark.parametrize(("size", "kept"), [(KEPT_BYTES, KEPT_BYTES), (KEPT_BYTES + 1, 0)])
def test_no_more_room_is_kept_than_allowed(size: int, kept: int) -> None:
    async def read() -> int:
        async with connected() as (reader, protocol, theirs):
            sending = asyncio.create_task(send(theirs, bytes(size), [size]))
            assert await reader.readexactly(size) == bytes(size)
            await sending
            return len(protocol._room)

    assert asyncio.run(read()) == kept


def test_the_client_looks_its_name_up_where_it_is_replaced() -> None:
    frames.use()
    assert conn.AIOKafkaProtocol is FramedProtocol
