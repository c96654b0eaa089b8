"""Callers who mean no good, or mean nothing at all: slow, endless, unreadable ones; and those without the token."""

import gzip
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloudtag.local.gateway.codec import decode
from cloudtag.local.gateway.errors import EngineError
from cloudtag.local.gateway.request import QUESTION_LIMIT_BYTES
from cloudtag.local.warehouse import Warehouse
from tests.local.raw_http import Way, send

TOKEN = "s3cret"
KEY = {"X-ClickHouse-Key": TOKEN}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(open_to="everyone") as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def open_to_readers() -> Iterator[int]:
    with Warehouse(token=TOKEN, open_to="readers") as warehouse:
        made = Way("POST", headers=KEY).ask(warehouse.port, "CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n")
        assert made.status == 200
        yield warehouse.port


def test_by_default_nobody_does_anything_without_the_token() -> None:
    with Warehouse() as warehouse:
        assert len(warehouse.token) >= 16
        for method in ("GET", "POST"):
            assert Way(method).ask(warehouse.port, "SELECT 1").status == 403
        assert Way("POST", headers={"X-ClickHouse-Key": warehouse.token}).ask(warehouse.port, "SELECT 1").status == 200


def test_without_the_writers_token_one_reads(open_to_readers: int) -> None:
    for way in (Way("POST"), Way("GET"), Way("POST", {"session_id": "s"}), Way("POST", {"user": "default"})):
        assert way.ask(open_to_readers, "SELECT count() FROM kept").body == b"0\n"
        assert way.ask(open_to_readers, "INSERT INTO kept VALUES (1)").code == "164"
        assert way.ask(open_to_readers, "SELECT file('/etc/hostname')").code == "164"
    assert Way("POST", {"readonly": "0"}).ask(open_to_readers, "SELECT 1").code == "164"
    assert Way("POST", headers=KEY).ask(open_to_readers, "INSERT INTO kept VALUES (1)").status == 200
    assert Way("POST", headers=KEY).ask(open_to_readers, "TRUNCATE TABLE kept").status == 200


@pytest.mark.parametrize(
    "headers", [{"X-ClickHouse-Key": "guessed"}, {"Authorization": "Bearer guessed"}, {"Host": "shop.example"}]
)
def test_a_wrong_token_or_a_foreign_name_is_refused_all_the_same(open_to_readers: int, headers: dict[str, str]) -> None:
    assert Way("GET", headers=headers).ask(open_to_readers, "SELECT 1").status == 403


@pytest.mark.parametrize("key", ["\xff", "s3cret\xff", "\u20ac".encode().decode("latin-1")])
@pytest.mark.parametrize("name", ["X-ClickHouse-Key", "Authorization"])
def test_a_token_of_odd_bytes_is_a_wrong_one(open_to_readers: int, name: str, key: str) -> None:
    assert (
        Way("POST", headers={name: key if name.startswith("X") else f"Bearer {key}"})
        .ask(open_to_readers, "SELECT 1")
        .status
        == 403
    )
    basic = Way("POST", headers={"Authorization": f"Basic {key}"})
    assert basic.ask(open_to_readers, "DROP TABLE kept").code in ("36", "164")


@pytest.mark.parametrize(
    "target",
    [
        "/?query=SELECT%20%27%ff%27",
        "/?query=SELECT%201&param_x=%ff",
        "/?query=SELECT%201&database=%ed%a0%80",
        "/?query=SELECT%201&%ff=1",
        "/?query=SELECT%201&query_id=a%0d%0aX-Evil:%20y",
        "/?query=SELECT%201&session_timezone=UTC%0d%0aX-Evil:%20y",
        "/?query=SELECT%201&session_id=s&session_timeout=soon",
    ],
)
def test_an_address_that_is_no_text_is_refused(warehouse: Warehouse, target: str) -> None:
    for method in ("GET", "POST"):
        reply = send(warehouse.port, method, target)
        assert (reply.status, reply.code) == (400, "36")
        assert "X-Evil" not in reply.headers
    assert "Traceback" not in (warehouse.directory / "gateway.log").read_text()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"SELECT 1", {"X-ClickHouse-Database": "\xff"}),
        (b"SELECT 1", {"Content-Encoding": "br"}),
        (b"SELECT 1", {"Content-Encoding": "gzip, gzip"}),
        (b"--x\r\nno header", FORM),
        (b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--x--\r\n', FORM),
        (b'--x\r\nContent-Disposition: form-data; name="param_x"\r\n\r\n\xff\r\n--x--\r\n', FORM),
        (b'--x\r\nContent-Disposition: form-data; name="t"\r\n\r\n1\r\n' * 1002 + b"--x--\r\n", FORM),
        (b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(1001)), FORM),
        (b"--x", {"Content-Type": "multipart/form-data"}),
    ],
    ids=range(9),
)
def test_a_body_that_cannot_be_read_is_refused(warehouse: Warehouse, body: bytes, headers: dict[str, str]) -> None:
    reply = send(warehouse.port, "POST", "/", body, headers)
    assert reply.status == 400, reply.body
    assert "Traceback" not in (warehouse.directory / "gateway.log").read_text()


def test_bytes_that_are_no_http_are_answered_and_not_logged(warehouse: Warehouse) -> None:
    for data in (b"\xff\xfe\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", warehouse.port), timeout=30) as connection:
            connection.sendall(data)
            assert b" 400 " in connection.recv(4096)
    with socket.create_connection(("127.0.0.1", warehouse.port), timeout=30) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nSELE")
    assert Way("POST").ask(warehouse.port, "SELECT 1").body == b"1\n"
    assert "Traceback" not in (warehouse.directory / "gateway.log").read_text()


def test_a_body_that_says_it_is_too_large_is_not_waited_for(warehouse: Warehouse) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", warehouse.port), timeout=30) as connection:
        connection.sendall(head)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_who_only_asks_needs_no_large_body(warehouse: Warehouse) -> None:
    asked = b"SELECT 1 --"
    # What is taken is the engine's to refuse, to which a statement of 256 KiB is too long.
    for way in (Way("PUT"), Way("POST", {"user": "analyst"})):
        assert way.ask(warehouse.port, asked.ljust(QUESTION_LIMIT_BYTES, b"x")).code == "62"
        assert way.ask(warehouse.port, asked.ljust(QUESTION_LIMIT_BYTES + 1, b"x")).status == 413
    packed = gzip.compress(asked.ljust(QUESTION_LIMIT_BYTES + 1, b"x"))
    reply = send(warehouse.port, "PUT", "/", packed, {"Content-Encoding": "gzip"})
    assert (reply.status, reply.code) == (413, "290")


def test_a_body_of_countless_packed_parts_is_refused() -> None:
    part = gzip.compress(b"")
    assert decode(part * 1_000, "gzip", 10) == b""
    with pytest.raises(EngineError, match="more than 1000 packed parts"):
        decode(part * 1_001, "gzip", 10)


def test_no_answer_lets_pages_of_other_sites_in(warehouse: Warehouse) -> None:
    origin = {"Origin": "http://shop.example", "Access-Control-Request-Method": "POST"}
    for method, headers in (("OPTIONS", origin), ("POST", origin), ("POST", {}), ("OPTIONS", {})):
        reply = send(warehouse.port, method, "/?add_http_cors_header=1&query=SELECT%201", b"", headers)
        assert not [name for name in reply.headers if name.lower().startswith("access-control")]
        assert reply.status == (403 if headers else 200)


@contextmanager
def impatient(path: Path) -> Iterator[int]:
    """The port of a gateway that waits for nobody."""
    command = [sys.executable, "-m", "cloudtag.local.gateway", "--path", str(path), "--port", "0"]
    command += ["--body-seconds", "0.2", "--head-seconds", "0.2"]
    environment = os.environ | {"CLOUDTAG_WAREHOUSE_TOKEN": TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline().rsplit(":", 1)[1])
        finally:
            process.terminate()


def test_a_request_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-ClickHouse-Key: s3cret\r\nContent-Length: 8\r\n\r\n"
    with impatient(tmp_path) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(head + b"SELE")
            answer = connection.recv(4096)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"X-ClickHouse-Exception-Code: 209" in answer
        for begun in (b"", b"GET / HTTP/1.1\r\nHo"):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.sendall(begun)
                assert connection.recv(4096) == b""
