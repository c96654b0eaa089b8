"""Clients that say whatever they like: bytes over a socket, and what comes back."""

import socket
from contextlib import closing, suppress
from typing import NamedTuple

import msgspec

SECONDS = 30
"""Longer than anything here takes."""
BODY = msgspec.json.encode(
    {
        "request_id": "q1", "about": "refund", "platform": "taobao", "buyer_id": "b1", "shop_id": "s1",
        "order_id": "o1", "refund_id": "r1",
    }
)  # fmt: skip


class Answer(NamedTuple):
    """What came back before the other side hung up, or as far as it was read; no status where nothing did."""

    status: int
    kind: str
    body: bytes
    rest: bytes = b""


def head(*fields: str, line: str = "POST /v1/decisions HTTP/1.1", host: str | None = "h") -> bytes:
    """The head of a request of the platform's."""
    given = [line, *([] if host is None else [f"Host: {host}"]), "Authorization: Bearer platform", *fields]
    return "\r\n".join([*given, "", ""]).encode("latin-1")


def request(body: bytes = BODY, *fields: str) -> bytes:
    """A whole request for a decision."""
    return head("Content-Type: application/json", f"Content-Length: {len(body)}", *fields) + body


def connect(port: int) -> socket.socket:
    """A connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def told(data: bytes) -> Answer:
    """The first answer in what came back."""
    before, _, rest = data.partition(b"\r\n\r\n")
    if not before:
        return Answer(0, "", b"")
    lines = before.decode("latin-1").split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    length = int(fields.get("content-length", "0"))
    return Answer(int(lines[0].split()[1]), fields.get("content-type", ""), rest[:length], rest[length:])


def until_closed(connection: socket.socket) -> bytes:
    """All that comes until the other side hangs up, however it does."""
    got = b""
    try:
        while data := connection.recv(65536):
            got += data
    except ConnectionError:
        pass
    return got


def say(port: int, data: bytes) -> Answer:
    """The answer to some bytes, after which the connection must end by itself."""
    with closing(connect(port)) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        return told(until_closed(connection))


def ask(connection: socket.socket, data: bytes) -> Answer:
    """The answer to a request over a connection that stays."""
    connection.sendall(data)
    got = b""
    while b"\r\n\r\n" not in got or len(told(got).body) < _length(got):
        part = connection.recv(65536)
        if not part:
            break
        got += part
    return told(got)


def _length(data: bytes) -> int:
    before = data.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
    return next((int(line[16:]) for line in before.split("\r\n") if line.startswith("content-length: ")), 0)
