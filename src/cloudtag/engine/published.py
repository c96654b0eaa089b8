"""What was last published under an id: objects while a row is in memory, their bytes where it is stored."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.internal import Cause
from cloudtag.contract.streams import INTERNAL, PUBLISHED, REVISED, InternalStream

StoredPublished = tuple[str, str, int, bool, bytes, int, bytes | None]
"""What is stored of something published: id, stream, revision, whether it stands, digest, since when, body."""

_MAP_16, _SHORT_MAP, _MOST_OF_SHORT = 0xDE, 0x80, 15
"""MessagePack's heads of maps: with two bytes of count, and with the count inside up to so many."""
_ARRAY_16 = b"\xdc"
"""MessagePack's head of a longer array: two bytes of count follow."""
_APPENDED = {stream.struct: stream.appended for stream in INTERNAL.values() if stream.appended}
_encode = msgspec.msgpack.Encoder().encode
_encode_in_order = msgspec.msgpack.Encoder(order="deterministic").encode
_DECODERS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    name: msgspec.msgpack.Decoder(tuple[Cause, ...] if isinstance(stream, InternalStream) else stream.struct)
    for name, stream in PUBLISHED.items()
}


class Published(Struct, array_like=True, eq=False, gc=False):
    """What was last published under an id.

    `since_ms` is the event time of the oldest fact it rests on (when that leaves retention, it stands). What the record
    says is known by `told`, the record as it was concluded; of a row that was read back it is known by `digest`, until
    the same is concluded again.

    It is read as it lies: what is stored of it comes first, in that order.
    """

    id: str
    stream: str
    revision: int
    stands: bool
    digest: bytes
    since_ms: int
    raw: bytes | None
    """The body's bytes, if the row was stored or read back since it was set."""
    carried: Any = None
    """The body, if it was set here or was asked for since the row was read back."""
    told: Any = None

    @property
    def is_final(self) -> bool:
        """Whether it was told once and for good: nothing replaces it or takes it back."""
        return self.stream not in REVISED

    @property
    def body(self) -> Any:
        """The record as it was published, where taking it back must repeat it; of an internal record why it was
        published anew. None where there is nothing to repeat."""
        if self.carried is None and self.raw is not None:
            self.carried = _DECODERS[self.stream].decode(self.raw)
        return self.carried

    def set_body(self, body: Any) -> None:
        """Replace the body; nothing is encoded until the row is stored."""
        self.carried, self.raw = body, None

    def says(self, record: Any) -> bool:
        """Whether it says what a new conclusion says."""
        told = self.told
        if told is not None:
            return bool(told is record or told == record)
        if self.digest != _digest(record):
            return False
        self.told = record
        return True

    def stored(self) -> StoredPublished:
        """What is stored of it."""
        if not self.digest:
            self.digest = _digest(self.told)
        if self.raw is None and self.carried:
            self.raw = _shortest(_encode(self.carried))
        return self.id, self.stream, self.revision, self.stands, self.digest, self.since_ms, self.raw


def read_published(stored: StoredPublished) -> Published:
    """What `stored` gave; its body is decoded when somebody asks for it."""
    return Published(*stored)


def _digest(record: Any) -> bytes:
    data = _encode_in_order(record)
    if data[0] == _MAP_16:
        data = _shortest(data)
    appended = _APPENDED.get(type(record))
    if appended is not None and not getattr(record, appended):
        data = _without_last(data)
    return blake2b(data, digest_size=8).digest()


def _without_last(data: bytes) -> bytes:
    """The bytes of a record from before a field was appended, where that says nothing: an array shorter by one."""
    return _shorter(data[:3]) + data[3:-1]


@cache
def _shorter(head: bytes) -> bytes:
    """The head of an array that is shorter by one: there are as many as records have numbers of fields."""
    return _ARRAY_16 + (int.from_bytes(head[1:], "big") - 1).to_bytes(2, "big")


def _shortest(data: bytes) -> bytes:
    """A map with the shortest head: msgspec takes a longer one for fields that are there and not set, and then a field
    that is new and says nothing would make everything published look changed."""
    if data[0] == _MAP_16 and data[1] == 0 and data[2] <= _MOST_OF_SHORT:
        return bytes((_SHORT_MAP | data[2],)) + data[3:]
    return data
