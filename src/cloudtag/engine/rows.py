"""A row: the facts about one thing inside a keyed state, what was published about them, when time alone will matter.

A keyed state (a buyer, a waybill, a link attribute, a shop) is a set of rows small enough to rewrite. A stored row is a
16-byte header (batch number and timer, both big-endian, so that opening a task need not decode rows) and a
MessagePack body.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from cloudtag.engine.published import Published
from cloudtag.engine.task_result import SCOPED, check_scoped

_HEADER = struct.Struct(">QQ")
_pack = _HEADER.pack
_LENGTH = struct.Struct(">H")
_SHORT = 256
_HEADS = [SCOPED + _LENGTH.pack(size) for size in range(_SHORT)]
"""What the store keys of keyed states with short keys begin with, by the length of their keys."""
NEVER = 0
"""A timer that never fires."""


_NOTHING: Mapping[str, Published] = MappingProxyType({})


class UnreadableRowError(ValueError):
    """Bytes that are no stored row, or of another release."""


class View(Protocol):
    """What a processor makes of a row's facts, and keeps with the row."""

    def add(self, fact: Any) -> bool:
        """Take in a fact the row did not hold; false if the view must be made anew."""
        ...


@cache
def with_kind(kinds: frozenset[type[Any]], kind: type[Any]) -> frozenset[type[Any]]:
    """Rows hold few combinations of kinds: each is made once."""
    return kinds | {kind}


class Row(Struct, eq=False, gc=False):
    """The facts of one thing, by identity; what was published about them; the row's own cached view of them.

    Rows and keyed states live long, are many and never form a circle: Python's collector need not look at them.
    """

    id: str
    facts: dict[str, Any] = {}
    published: Mapping[str, Published] = _NOTHING
    """By id. Most rows publish nothing: they share one that is empty."""
    timer_ms: int = NEVER
    batch: int = 0
    newest_ms: int = 0
    view: View | None = None
    kinds: frozenset[type[Any]] = frozenset()
    """The kinds of facts it holds, or held."""
    judged: Any = None
    """The judgement with which what is published about it agrees already."""
    fresh: tuple[str, ...] = ()
    """Of a row that was read back: the ids of the facts that came with its last batch."""
    stored_bytes: int = 0
    """How many bytes it has where it is stored."""
    losers: tuple[str, ...] = ()
    """Digests of events in whose place another one under the same id stands: each is told of once."""

    @property
    def name(self) -> str:
        """Its name among the rows of its kind: all of its id but the letter of the kind."""
        return self.id[1:]

    def hold(self, fact_id: str, at_ms: int, fact: Any) -> None:
        """Put a fact among the others, in the place of one of the same id."""
        if at_ms > self.newest_ms:
            self.facts[fact_id], self.newest_ms = fact, at_ms
        else:
            before = self.facts.get(fact_id)
            self.facts[fact_id] = fact
            if before is not None and at_ms < before.occurred_at:
                self._age()
        kind: Any = type(fact)
        if kind not in self.kinds:
            self.kinds = with_kind(self.kinds, kind)

    def publish(self, published: Published) -> None:
        """Note what was published. The row is as young as what that rests on."""
        told, before = self.published, None
        if told is _NOTHING:
            self.published = {published.id: published}
        else:
            assert isinstance(told, dict)
            before = told.get(published.id)
            told[published.id] = published
        if published.since_ms > self.newest_ms:
            self.newest_ms = published.since_ms
        elif before is not None and published.since_ms < before.since_ms:
            self._age()

    def _age(self) -> None:
        """What made it as young as it is may be gone: it is as young as it will be when it is read back."""
        held = (fact.occurred_at for fact in self.facts.values())
        self.newest_ms = max((*held, *(published.since_ms for published in self.published.values())), default=0)


class RowCodec:
    """Rows of one processor to bytes and back."""

    def __init__(self, fact_type: Any, identity: Callable[[Any], str]) -> None:
        """`fact_type`: the union of the structs that rows hold; `identity`: a fact's id inside its row."""
        self._identity = identity
        self._encode = msgspec.msgpack.Encoder().encode
        fields: list[Any] = [("facts", list[fact_type]), ("published", list[Published]), ("fresh", list[int], [])]
        fields.append(("losers", tuple[str, ...], ()))
        body: Any = msgspec.defstruct("Body", fields, array_like=True, gc=False)
        self._decoder = msgspec.msgpack.Decoder(body)

    def encode(self, row: Row, fresh: Collection[str] = ()) -> bytes:
        """The stored form of a row; `fresh` are the ids of the facts that came with its last batch."""
        return self.write(row, places_of(fresh, row.facts) if fresh else [])

    def write(self, row: Row, places: list[int]) -> bytes:
        """The same, given the places of the facts that came with its last batch."""
        published = row.published
        stored = [one.stored() for one in published.values()] if published else ()
        body = (list(row.facts.values()), stored, places)
        return _pack(row.batch, row.timer_ms) + self._encode((*body, row.losers) if row.losers else body)

    def decode(self, key: bytes, data: bytes, row_id: str | None = None) -> Row:
        """The row stored as `data` under `key`, whose id need not be looked for where it is known. Raises
        `UnreadableRowError`."""
        identity, row = self._identity, Row(split_key(key)[1] if row_id is None else row_id)
        row.batch, row.timer_ms = header(data)
        try:
            stored: Any = self._decoder.decode(memoryview(data)[_HEADER.size :])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableRowError(f"the row {key!r} cannot be read: {error}") from None
        if stored.fresh:
            if not all(-1 < place < len(stored.facts) for place in stored.fresh):
                raise UnreadableRowError(f"the row {key!r} names facts that it does not hold")
            row.fresh = tuple([identity(stored.facts[place]) for place in stored.fresh])
        _fill(row, stored.facts, identity)
        for published in stored.published:
            if published.carried is not None or published.told is not None:
                raise UnreadableRowError(f"the row {key!r} says more of what was published than is known")
            row.publish(published)
        row.losers = stored.losers
        return row


def _fill(row: Row, facts: Iterable[Any], identity: Callable[[Any], str]) -> None:
    """Hold facts in an empty row: what `Row.hold` does with facts that are there once, without a call for each."""
    held, kinds, newest_ms = row.facts, row.kinds, row.newest_ms
    for fact in facts:
        held[identity(fact)] = fact
        if fact.occurred_at > newest_ms:
            newest_ms = fact.occurred_at
        kind: Any = type(fact)
        if kind not in kinds:
            kinds = with_kind(kinds, kind)
    row.kinds, row.newest_ms = kinds, newest_ms


def places_of(fresh: Collection[str], facts: dict[str, Any]) -> list[int]:
    """The places of those facts, looked for from the end, where nearly all that is new stands."""
    places: list[int] = []
    missing, place = len(fresh), len(facts)
    for fact_id in tuple(facts)[::-1]:
        if not missing:
            break
        place -= 1
        if fact_id in fresh:
            places.append(place)
            missing -= 1
    places.reverse()
    return places


def header(data: bytes) -> tuple[int, int]:
    """The batch number and timer of a stored row. Raises `UnreadableRowError`."""
    if len(data) < _HEADER.size:
        raise UnreadableRowError(f"a row of {len(data)} bytes")
    batch, timer_ms = _HEADER.unpack_from(data)
    return batch, timer_ms


def key_prefix(state_key: str) -> bytes:
    """What the store keys of all rows of a keyed state, and of no other keyed state, begin with: the mark of keys that
    hold a scope, the length of the state's key, and that key."""
    encoded = state_key.encode()
    size = len(encoded)
    return (_HEADS[size] if size < _SHORT else SCOPED + _LENGTH.pack(size)) + encoded


def row_key(state_key: str, row_id: str) -> bytes:
    """The store key of a row."""
    return key_prefix(state_key) + row_id.encode()


def split_key(key: bytes) -> tuple[str, str]:
    """The keyed state's key and the row's id of a store key."""
    check_scoped(key)
    begin = len(SCOPED) + _LENGTH.size
    end = begin + _LENGTH.unpack_from(key, len(SCOPED))[0]
    return key[begin:end].decode(), key[end:].decode()


def earliest(times: Iterable[int]) -> int:
    """The earliest timer that ever fires, or NEVER."""
    return min((t for t in times if t != NEVER), default=NEVER)
