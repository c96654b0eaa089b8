"""A row: the facts about one thing inside a file, what was published about them, when time alone will matter.

A file (a buyer, a waybill, a link attribute, a shop) is a set of rows small enough to rewrite. A stored row is a
16-byte header (batch number and wake time, both big-endian, so that opening a lane need not decode rows) and a
MessagePack body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

import msgspec
from msgspec import Struct

_HEADER = struct.Struct(">QQ")
_LENGTH = struct.Struct(">H")
NEVER = 0
"""A wake time that never comes."""


class Published(Struct, array_like=True, gc=False):
    """What was last published under an id.

    `digest` tells whether a new conclusion says the same; `body` is the record itself where taking it back must
    repeat it; `since_ms` is the event time of the oldest fact it rests on (when that leaves retention, it stands).
    """

    id: str
    stream: str
    revision: int
    stands: bool
    digest: bytes
    since_ms: int
    body: bytes | None = None


class View(Protocol):
    """What a processor makes of a row's facts, and keeps with the row."""

    def add(self, fact: Any) -> bool:
        """Take in a fact the row did not hold; false if the view must be made anew."""
        ...


@cache
def _with(kinds: frozenset[type[Any]], kind: type[Any]) -> frozenset[type[Any]]:
    """Rows hold few combinations of kinds: each is made once."""
    return kinds | {kind}


class Row(Struct, eq=False, gc=False):
    """The facts of one thing, by identity; what was published about them; the row's own cached view of them.

    Rows and files live long, are many and never form a circle: Python's collector need not look at them.
    """

    id: str
    key: bytes
    """The store key."""
    facts: dict[str, Any] = {}
    published: dict[str, Published] = {}
    wake_ms: int = NEVER
    batch: int = 0
    newest_ms: int = 0
    view: View | None = None
    told: dict[str, Any] = {}
    """What was last published, as it was concluded: to compare is cheaper than to digest. Not stored."""
    kinds: frozenset[type[Any]] = frozenset()
    """The kinds of facts it holds, or held."""

    def hold(self, fact_id: str, at_ms: int, fact: Any) -> None:
        """Put a fact among the others, in the place of one of the same id."""
        self.facts[fact_id] = fact
        if at_ms > self.newest_ms:
            self.newest_ms = at_ms
        kind: Any = type(fact)
        if kind not in self.kinds:
            self.kinds = _with(self.kinds, kind)


class RowCodec:
    """Rows of one processor to bytes and back; `fact_type` is the union of the facts it holds."""

    def __init__(self, fact_type: Any) -> None:
        """`fact_type`: a union of tagged array-like structs."""
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(tuple[list[fact_type], list[Published]])

    def encode(self, row: Row) -> bytes:
        """The stored form of a row."""
        header = _HEADER.pack(row.batch, row.wake_ms)
        return header + self._encoder.encode((list(row.facts.values()), list(row.published.values())))

    def decode(self, key: bytes, data: bytes, identity: Any) -> Row:
        """The row stored as `data` under `key`; `identity` gives a fact's id and event time."""
        row = Row(split_key(key)[1], key)
        row.batch, row.wake_ms = _HEADER.unpack_from(data)
        facts, published = self._decoder.decode(memoryview(data)[_HEADER.size :])
        for fact in facts:
            fact_id, at_ms = identity(fact)
            row.hold(fact_id, at_ms, fact)
        row.published = {p.id: p for p in published}
        return row


def header(data: bytes) -> tuple[int, int]:
    """The batch number and wake time of a stored row."""
    batch, wake_ms = _HEADER.unpack_from(data)
    return batch, wake_ms


def file_prefix(file_key: str) -> bytes:
    """What the store keys of all rows of a file, and of no other file, begin with: its length and its key."""
    encoded = file_key.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def split_key(key: bytes) -> tuple[str, str]:
    """The file's key and the row's id of a store key."""
    end = _LENGTH.size + _LENGTH.unpack_from(key)[0]
    return key[_LENGTH.size : end].decode(), key[end:].decode()


def earliest(times: Iterable[int]) -> int:
    """The earliest wake time that ever comes, or NEVER."""
    return min((t for t in times if t != NEVER), default=NEVER)
