"""What is no request, or could be taken for two: each is refused in words, and its connection ends."""

import gzip
from contextlib import closing

import msgspec
import pytest

from tests.cli.http.sockets import BODY, ask, connect, head, request, say, until_closed

JSON = "Content-Type: application/json"
CHUNKED = (JSON, "Transfer-Encoding: chunked")
CLOSE = "Connection: close"
UPGRADE = ("Connection: Upgrade", "Upgrade: h2c")
TRAILERS = b"0\r\nHost: x\r\nAuthorization: y\r\n\r\n"
OLD = "POST /v1/decisions HTTP/1.0"
DOCS = b"GET /docs HTTP/1.1\r\nHost: h\r\n"


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"%x\r\n%b\r\n%b" % (len(body), body, end)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"hello\r\n\r\n", 400, id="no HTTP"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="HTTP/2 without asking"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, id="TLS"),
        pytest.param(b"GET /docs\r\n\r\n", 400, id="HTTP/0.9"),
        pytest.param(head(line="GET /docs HTTP/9.9"), 400, id="a version that is none"),
        pytest.param(head(line="BREW /docs HTTP/1.1"), 400, id="a method that is none"),
        pytest.param(head(CLOSE, line="TRACE /docs HTTP/1.1"), 405, id="a method that is not served"),
        pytest.param(head(line="CONNECT x:1 HTTP/1.1"), 400, id="CONNECT"),
        pytest.param(head(line="GET http://elsewhere HTTP/1.1"), 400, id="an address without a path"),
        pytest.param(b"GET /\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n", 400, id="a path that is not ASCII"),
        pytest.param(head(CLOSE, line="GET /v1/alerts/%ff%00 HTTP/1.1"), 404, id="a path that is not UTF-8"),
        pytest.param(b"GET /docs HTTP/1.1\nHost: h\n\n", 400, id="bare line feeds"),
        pytest.param(DOCS + b"A: b\rC: d\r\n\r\n", 400, id="a bare carriage return"),
        pytest.param(DOCS + b"A: \0\r\n\r\n", 400, id="NUL in a field"),
        pytest.param(DOCS + b"A : b\r\n\r\n", 400, id="a space before the colon"),
        pytest.param(DOCS + b"A: b\r\n c\r\n\r\n", 400, id="a folded field"),
        pytest.param(b"GET /docs HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(DOCS + b"Host: h\r\n\r\n", 400, id="two hosts"),
        pytest.param(request(BODY, "Authorization: Bearer s1"), 400, id="two tokens"),
        pytest.param(head(JSON, "Content-Length: -5"), 400, id="a negative length"),
        pytest.param(head(JSON, "Content-Length: +5") + b"hello", 400, id="a length with a sign"),
        pytest.param(head(JSON, "Content-Length: 0x5") + b"hello", 400, id="a length in hex"),
        pytest.param(head(JSON, "Content-Length: 5, 5") + b"hello", 400, id="a list of lengths"),
        pytest.param(head(JSON, f"Content-Length: {'9' * 30}"), 400, id="a length beyond all numbers"),
        pytest.param(request(BODY, f"Content-Length: {len(BODY)}"), 400, id="the same length twice"),
        pytest.param(request(BODY, "Content-Length: 6"), 400, id="two lengths"),
        pytest.param(head(JSON, "Content-Length: 5") + BODY, 400, id="a length too small"),
        pytest.param(head(JSON) + BODY, 400, id="no length"),
        pytest.param(head(*CHUNKED, "Content-Length: 5") + chunked(BODY), 400, id="chunked and a length"),
        pytest.param(head(JSON, "Content-Length: 5", CHUNKED[1]) + chunked(BODY), 400, id="a length and chunked"),
        pytest.param(head(*CHUNKED, CHUNKED[1]) + chunked(BODY), 400, id="chunked twice"),
        pytest.param(head(JSON, "Transfer-Encoding: gzip, chunked") + chunked(BODY), 501, id="another coding first"),
        pytest.param(head(JSON, "Transfer-Encoding: chunked, gzip") + chunked(BODY), 400, id="another coding last"),
        pytest.param(head(JSON, "Transfer-Encoding: xchunked") + chunked(BODY), 501, id="a coding that is none"),
        pytest.param(head(*CHUNKED, line=OLD) + chunked(BODY), 400, id="chunked in HTTP/1.0"),
        pytest.param(head(*CHUNKED) + b"zz\r\nhello\r\n", 400, id="a chunk's size that is none"),
        pytest.param(head(*CHUNKED) + b"-1\r\nhello\r\n", 400, id="a chunk of negative size"),
        pytest.param(head(*CHUNKED) + b"f" * 20 + b"\r\nhello\r\n", 400, id="a chunk beyond all sizes"),
        pytest.param(head(*CHUNKED) + b"3\r\nhello\r\n0\r\n\r\n", 400, id="a chunk longer than its size"),
        pytest.param(DOCS + b"A: " + b"a" * 1_000_000 + b"\r\n\r\n", 431, id="a large field"),
        pytest.param(DOCS + b"A: " + b"a" * 5_000_000, 431, id="a field without end"),
        pytest.param(DOCS + b"A: b\r\n" * 5000 + b"\r\n", 431, id="many fields"),
        pytest.param(
            head(*CHUNKED) + chunked(BODY, b"0\r\n" + b"A: b\r\n" * 5000), 431, id="many fields behind a body"
        ),
        pytest.param(b"\r\n" * 100_000, 431, id="nothing but line ends"),
        pytest.param(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414, id="a long address"),
        pytest.param(b"GET /" + b"a" * 2_000_000, 414, id="an address without end"),
        pytest.param(request(b" " * 1_500_000, CLOSE), 413, id="a large body"),
        pytest.param(
            request(gzip.compress(b" " * 10_000_000), "Content-Encoding: gzip", CLOSE), 400, id="a packed body"
        ),
        pytest.param(request(b"[" * 500_000, CLOSE), 422, id="a deep list"),
        pytest.param(request(b'{"request_id":' * 70_000, CLOSE), 422, id="a deep object"),
        pytest.param(request(BODY.replace(b'"q1"', b"9" * 5000), CLOSE), 422, id="a huge number"),
        pytest.param(request(BODY.replace(b'"q1"', b"1e999999"), CLOSE), 422, id="a number beyond all"),
        pytest.param(request(BODY.replace(b"q1", b"q\0"), CLOSE), 400, id="NUL in a text"),
        pytest.param(request(BODY.replace(b"q1", b"\\ud800"), CLOSE), 400, id="half a character"),
        pytest.param(request(BODY.replace(b"q1", b"\xe9"), CLOSE), 400, id="a body that is not UTF-8"),
        pytest.param(request(b"\xef\xbb\xbf" + BODY, CLOSE), 400, id="a byte order mark"),
        pytest.param(request(b"", CLOSE), 400, id="an empty body"),
    ],
)
def test_it_is_refused_in_words(port: int, data: bytes, status: int) -> None:
    answer = say(port, data)
    assert (answer.status, answer.kind, answer.rest) == (status, "application/problem+json", b"")
    assert msgspec.json.decode(answer.body)["status"] == status


@pytest.mark.parametrize("events", [b"[" * 500_000, b"9" * 5000, b'[{"stream":' * 70_000])
def test_events_that_cannot_be_read_are_refused(port: int, events: bytes) -> None:
    line = head(JSON, f"Content-Length: {len(events)}", CLOSE, line="POST /v1/events HTTP/1.1")
    assert say(port, line + events).status == 400


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        pytest.param(request(BODY, CLOSE), 1, id="plain"),
        pytest.param(head(*CHUNKED, CLOSE) + chunked(BODY), 1, id="chunked"),
        pytest.param(head(*CHUNKED, CLOSE) + chunked(BODY, TRAILERS), 1, id="trailers"),
        pytest.param(head(JSON, f"Content-Length: {len(BODY)}", line=OLD) + BODY, 1, id="1.0"),
        pytest.param(request(BODY, "A: \xff\xfe", CLOSE), 1, id="a field that is not UTF-8"),
        pytest.param(head(CLOSE, line="GET http://elsewhere/docs HTTP/1.1"), 1, id="a whole address"),
        pytest.param(b"\r\n\r\n" + request(BODY, CLOSE), 1, id="line ends before it"),
        pytest.param(request() * 5 + request(BODY, CLOSE), 6, id="pipelined"),
        pytest.param(request(BODY, *UPGRADE) + request(BODY, CLOSE), 2, id="HTTP/2, asked for"),
        pytest.param(
            head(*CHUNKED, *UPGRADE) + chunked(BODY) + request(BODY, CLOSE), 2,
            id="HTTP/2, asked for with a chunked body",
        ),
        pytest.param(
            head("Connection: Upgrade", "Upgrade: websocket", line="GET /docs HTTP/1.1") + request(BODY, CLOSE), 2,
            id="another protocol, asked for",
        ),
    ],
)  # fmt: skip
def test_what_is_unusual_and_right_is_answered(port: int, data: bytes, answers: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(data)
        got = until_closed(connection)
    assert (got.count(b"HTTP/1.1 "), got.count(b"HTTP/1.1 200 OK")) == (answers, answers)


@pytest.mark.parametrize("step", [1, 7])
def test_it_does_not_matter_in_what_pieces_a_request_comes(port: int, step: int) -> None:
    data = request(BODY, *UPGRADE) + request(BODY, CLOSE)
    with closing(connect(port)) as connection:
        for start in range(0, len(data), step):
            connection.sendall(data[start : start + step])
        assert until_closed(connection).count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("broken", [b"garbage\r\n\r\n", head(*CHUNKED) + b"zz\r\n", b"GET /docs HTTP/1.1\r\n\r\n"])
def test_what_was_asked_before_has_its_own_answer(port: int, broken: bytes) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(request() + request() + broken)
        got = until_closed(connection)
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert got.count(b"HTTP/1.1 200 OK") == 2


def test_a_client_that_waits_to_be_told_to_go_on_is_told(port: int) -> None:
    with closing(connect(port)) as connection:
        told_to = ask(connection, request(b"", "Expect: 100-continue").replace(b"h: 0", b"h: %d" % len(BODY)))
        assert told_to.status == 100
        assert ask(connection, BODY).status == 200
