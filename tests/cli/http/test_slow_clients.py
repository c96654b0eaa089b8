"""Clients that keep a connection for nothing: in bounded time each is told so, or hung up on, and others go first."""

import socket
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from tests.cli.http.conftest import PATIENT, port_of
from tests.cli.http.sockets import BODY, SECONDS, ask, connect, head, request, say, told, until_closed
from tests.decide.service import Client, Service, serving

JSON = "Content-Type: application/json"
OPENAPI = head(line="GET /openapi.json HTTP/1.1")


def until(is_so: Callable[[], bool]) -> None:
    """Until something is so."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"", 408, id="nothing"),
        pytest.param(b"GET /docs HT", 408, id="a part of a head"),
        pytest.param(b"\r\n", 408, id="a line end"),
        pytest.param(head(JSON, "Content-Length: 500") + b"{", 408, id="a part of a body"),
        pytest.param(head(JSON, "Transfer-Encoding: chunked") + b"5\r\nhel", 408, id="a part of a chunk"),
        pytest.param(
            head(JSON, "Transfer-Encoding: chunked") + b"5;" + b"a" * 99_999, 408, id="a chunk's endless name"
        ),
        pytest.param(
            head(JSON, "Content-Length: 500", "Connection: Upgrade", "Upgrade: h2c") + b"{", 408, id="a part, upgrading"
        ),
        pytest.param(head(JSON, "Content-Length: 99999999"), 413, id="a body too large to be waited for"),
        pytest.param(head(JSON, "Content-Length: 99").replace(b"platform", b"nobody"), 401, id="a stranger's body"),
        pytest.param(request(), 200, id="a request, and no other"),
        pytest.param(request() + b"POST", 200, id="a request, and a part of another"),
    ],
)
def test_it_is_hung_up_on(impatient: Client, data: bytes, status: int) -> None:
    assert say(port_of(impatient), data).status == status
    assert impatient.decide(request_id="beside").status_code == 200


@pytest.mark.parametrize("beginning", [b"GET /docs HTTP/1.1\r\nHost: h\r\n", head(JSON, "Content-Length: 9999")])
def test_a_trickle_does_not_buy_time(impatient: Client, beginning: bytes) -> None:
    with closing(connect(port_of(impatient))) as connection:
        connection.sendall(beginning)
        sent = 0
        connection.settimeout(0.02)
        while True:
            try:
                answer = told(connection.recv(65536))
                break
            except TimeoutError:
                connection.sendall(b"a")
                sent += 1
    assert answer.status == 408
    assert sent < 200


def test_whoever_does_not_take_answers_is_hung_up_on(impatient: Client) -> None:
    with closing(connect(port_of(impatient))) as connection:
        connection.sendall(OPENAPI * 90)
        until(lambda: len(impatient.table) > 0)
        until(lambda: len(impatient.table) == 0)
        assert until_closed(connection).count(b"HTTP/1.1 200 OK") < 90


@pytest.mark.parametrize("data", [request(), OPENAPI * 5, head(JSON, "Content-Length: 500") + b"{", b"GET /d", b""])
def test_whoever_resets_a_connection_leaves_nothing_behind(
    patient: Client, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(connect(port_of(patient))) as connection:
        connection.sendall(data)
        until(lambda: len(patient.table) > 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    until(lambda: len(patient.table) == 0)
    assert caplog.text == ""
    assert patient.decide(request_id="beside").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_whoever_says_that_nothing_follows_is_answered(patient: Client, count: int) -> None:
    with closing(connect(port_of(patient))) as connection:
        connection.sendall(request() * count)
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection).count(b"HTTP/1.1 200 OK") == count


@pytest.mark.parametrize("data", [b"", b"GET /d", head(JSON, "Content-Length: 500") + b"{"])
def test_whoever_leaves_off_in_the_middle_is_not_waited_for(patient: Client, data: bytes) -> None:
    with closing(connect(port_of(patient))) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection) == b""


def test_idle_strangers_give_way_and_whoever_asks_is_answered(patient: Client) -> None:
    port = port_of(patient)
    with ExitStack() as stack:
        kept = stack.enter_context(closing(connect(port)))
        assert ask(kept, request()).status == 200
        strangers = [stack.enter_context(closing(connect(port))) for _ in range(3 * PATIENT.connections)]
        for number in range(10):
            assert patient.decide(request_id=f"beside-{number}").status_code == 200
        assert len(patient.table) <= PATIENT.connections
        assert ask(kept, request()).status == 200
        assert until_closed(strangers[0]) == b""


def test_of_those_who_are_known_the_one_that_has_asked_nothing_for_longest_gives_way(patient: Client) -> None:
    port = port_of(patient)
    with ExitStack() as stack:
        known = [stack.enter_context(closing(connect(port))) for _ in range(PATIENT.connections)]
        for connection in (*known, known[0]):
            assert ask(connection, request()).status == 200
        one_more = stack.enter_context(closing(connect(port)))
        assert ask(one_more, request()).status == 200
        assert until_closed(known[1]) == b""
        assert ask(known[0], request()).status == 200


def test_strangers_who_were_answered_give_way_after_those_who_asked_nothing(patient: Client) -> None:
    port = port_of(patient)
    with ExitStack() as stack:
        answered = stack.enter_context(closing(connect(port)))
        assert ask(answered, OPENAPI.replace(b"platform", b"nobody")).status == 200
        for _ in range(3 * PATIENT.connections):
            stack.enter_context(closing(connect(port)))
        assert patient.decide(request_id="beside").status_code == 200
        assert ask(answered, OPENAPI).status == 200


@pytest.mark.parametrize(
    "data", [b"", b"GET /d", request(), head(JSON, "Content-Length: 500") + b"{", OPENAPI * 90], ids=range(5)
)
def test_a_server_that_ends_does_not_wait_for_them(data: bytes) -> None:
    with ExitStack() as stack:
        with serving(Service(), PATIENT._replace(linger=0.2, taking=0.3)) as client:
            connection = stack.enter_context(closing(connect(port_of(client))))
            connection.sendall(data)
            until(lambda: len(client.table) == 1)
            assert client.decide(request_id="beside").status_code == 200
        assert until_closed(connection).count(b"HTTP/1.1 200 OK") < 90


def test_only_so_much_is_asked_before_it_is_answered(patient: Client) -> None:
    with closing(connect(port_of(patient))) as connection:
        connection.sendall(request(BODY) * 1000)
        answers = until_closed(connection).count(b"HTTP/1.1 200 OK")
    assert PATIENT.ahead <= answers < 1000
