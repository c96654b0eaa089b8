"""Heads of requests that could be read and may not be served, and the answer to what is refused before it is served."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from cloudtag.serving.problems import MEDIA_TYPE, problem_bytes

_HOST, _TOKEN, _CODING = b"host", b"authorization", b"transfer-encoding"
FRAMING = (b"content-length", _CODING)
"""The fields that say how long a body is."""
_OLD = "1.0"


def problem_of(fields: list[tuple[bytes, bytes]], version: str) -> tuple[int, str] | None:
    """What is wrong with a head that could be read, and may be understood otherwise by whoever passed it on."""
    hosts = tokens = 0
    for name, value in fields:
        if name == _HOST:
            hosts += 1
        elif name == _TOKEN:
            tokens += 1
        elif name == _CODING and version == _OLD:
            return HTTPStatus.BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding"
        elif name == _CODING and value.lower() != b"chunked":
            return HTTPStatus.NOT_IMPLEMENTED, "the only Transfer-Encoding is chunked"
    if hosts > 1 or (hosts == 0 and version != _OLD):
        return HTTPStatus.BAD_REQUEST, "a request names one host"
    return (HTTPStatus.BAD_REQUEST, "a request has one token") if tokens > 1 else None


SaidRefusal = Callable[[int, str, Sequence[tuple[bytes, bytes]]], tuple[Mapping[str, str], bytes]]
"""Says a refusal: given its status, one line of why, and the fields of the head as far as they were read, the fields of
the answer and its body."""


def problem(status: int, detail: str, _fields: Sequence[tuple[bytes, bytes]]) -> tuple[Mapping[str, str], bytes]:
    """A refusal as problem+json."""
    return {"content-type": MEDIA_TYPE}, problem_bytes(status, detail)


def refusal(status: int, said: tuple[Mapping[str, str], bytes], fields: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The bytes of an answer that says why, after which nothing follows. `fields`: of its head, besides its own."""
    own, body = said
    head = [f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}".encode(), *(b": ".join(field) for field in fields)]
    head += [f"{name}: {value}".encode() for name, value in own.items()]
    return b"\r\n".join([*head, b"content-length: %d" % len(body), b"connection: close", b"", body])
