"""What the gateway holds is bounded: sessions, connections, files; and no bytes on a connection harm it."""

import os
import selectors
import socket
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from random import Random

import pytest

from cloudtag.local.gateway.errors import EngineError
from cloudtag.local.gateway.query import SessionOptions, session_of
from cloudtag.local.gateway.server import MOST_CONNECTIONS
from cloudtag.local.gateway.sessions import MOST_SESSIONS, Sessions
from cloudtag.local.warehouse import Warehouse
from tests.fuzz.mutate import mutated

CALLERS = MOST_CONNECTIONS + 60
REQUESTS = 100
QUIET_SECONDS = 10.0
HEAD = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT * FROM t\r\n'
    b'--x\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n--x--\r\n'
)
SEEDS = (
    b"GET /?query=SELECT+1&session_id=s&session_timeout=5" + HEAD + b"\r\n",
    b"POST /?default_format=CSV&max_threads=2" + HEAD + b"Content-Length: 8\r\n\r\nSELECT 1",
    b"POST /" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\nSELECT 2\r\n0\r\n\r\n",
    b"POST /?t_structure=a+Int8" + HEAD + b"Content-Type: multipart/form-data; boundary=x\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(FORM), FORM),
    b"POST /"
    + HEAD
    + b"Content-Encoding: gzip\r\nAuthorization: Basic eDp5\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
)


class Connection:
    """Stands for the engine's: only its end matters here."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def wish(name: str, timeout: float = 60.0) -> SessionOptions:
    return SessionOptions(name, must_exist=False, timeout=timeout, closes=False)


def test_of_too_many_sessions_the_one_not_used_for_longest_is_ended() -> None:
    made: list[Connection] = []

    def connect() -> Connection:
        made.append(Connection())
        return made[-1]

    sessions = Sessions(connect)
    for number in range(MOST_SESSIONS):
        with sessions.use(wish(f"s{number}")):
            pass
    with sessions.use(wish("s0")):  # used again, and so not the one that goes
        pass
    assert [number for number, one in enumerate(made) if one.is_closed] == []
    with sessions.use(wish("one more")):
        pass
    assert [number for number, one in enumerate(made) if one.is_closed] == [1]
    sessions.close()
    assert all(one.is_closed for one in made)


def test_sessions_in_use_are_never_ended_and_no_more_are_begun() -> None:
    sessions = Sessions(Connection)
    with ExitStack() as stack:
        used = [stack.enter_context(sessions.use(wish(f"s{number}"))) for number in range(MOST_SESSIONS)]
        with pytest.raises(EngineError, match="sessions are in use"), sessions.use(wish("one more")):
            pass
        assert not any(session.connection.is_closed for session in used)
    with sessions.use(wish("one more")):
        pass


@pytest.mark.parametrize(("asked", "seconds"), [("nan", 0.0), ("-1", 0.0), ("inf", 3600.0), ("12.5", 12.5), ("", 60.0)])
def test_every_session_ends_some_day(asked: str, seconds: float) -> None:
    found = session_of({"session_id": "s", "session_timeout": asked})
    assert found is not None
    assert found.timeout == seconds


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(open_to="everyone") as warehouse:
        yield warehouse


def descriptors(warehouse: Warehouse) -> int:
    return len(os.listdir(f"/proc/{warehouse.pid}/fd"))


def answered(warehouse: Warehouse) -> bool:
    with urllib.request.urlopen(f"{warehouse.url}/ping", timeout=60) as answer:
        return bool(answer.read() == b"Ok.\n")


def test_callers_that_keep_their_connections_are_hung_up_on_when_they_are_many(warehouse: Warehouse) -> None:
    before = descriptors(warehouse)
    request = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as stack:
        callers = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", warehouse.port), 30)))
            for _ in range(CALLERS)
        ]
        ended = 0
        for caller in callers:
            caller.sendall(request)
            ended += b"Connection: close" in caller.recv(4096)
        assert ended >= CALLERS - MOST_CONNECTIONS - 1
        assert answered(warehouse)
        assert descriptors(warehouse) <= before + MOST_CONNECTIONS + 20


def test_no_bytes_on_a_connection_keep_the_gateway_from_answering(warehouse: Warehouse) -> None:
    random = Random(3)
    assert said(warehouse, [SEEDS[1]])[0].startswith(b"HTTP/1.1 200 OK")
    before = descriptors(warehouse)
    answers = said(warehouse, [mutated(random, SEEDS) for _ in range(REQUESTS)])
    assert all(answer.startswith(b"HTTP/") for answer in answers if answer)
    assert any(answers)
    assert not [answer for answer in answers if b"Traceback" in answer]
    assert answered(warehouse)
    # The engine opens each library once, when it first names a place in it.
    assert descriptors(warehouse) < before + 150


def said(warehouse: Warehouse, requests: Sequence[bytes]) -> list[bytes]:
    """What is answered to each, on a connection of its own, until it is closed; or so far, where more is waited for."""
    with ExitStack() as stack:
        callers = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", warehouse.port), 30))) for _ in requests
        ]
        found = [b"" for _ in requests]
        with selectors.DefaultSelector() as watched:
            for number, (caller, request) in enumerate(zip(callers, requests, strict=True)):
                caller.sendall(request)
                watched.register(caller, selectors.EVENT_READ, number)
            # What wants more bytes than it was sent says nothing: it is left when nobody else speaks.
            while watched.get_map() and (spoken := watched.select(QUIET_SECONDS)):
                for key, _ in spoken:
                    part = received(callers[key.data])
                    found[key.data] += part
                    if not part:
                        watched.unregister(key.fileobj)
        return found


def received(caller: socket.socket) -> bytes:
    try:
        return caller.recv(1 << 16)
    except ConnectionError:
        return b""
