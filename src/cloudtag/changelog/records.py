"""The records of a changelog, format 2: their keys and values, and under which keys a store keeps what they say.

Every key begins with the format and a kind, every value with a head of 26 bytes: format, kind, the owner's epoch, the
batch, the timer. The engine's stored row begins with the last two of them, so that a snapshot is that row with a few
bytes put in. A tombstone has no value: the epoch it was written under is in a header of the record.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct

from cloudtag.engine.rows import key_prefix
from cloudtag.engine.task_row import TASK_KEY, TaskRow

FORMAT = 2
MARK = bytes([FORMAT])
"""What every key and every value begin with."""
OWNER_PROTOCOL = 2
"""By which rules a log changes hands. 1: an owner record counts wherever it lies. 2: it counts behind its bid alone,
and may be restated. A reader of 1 takes a restated one for a new owner, and what the true one writes then for stale:
workers of two protocols never share a group."""
OWNER, TASK, SNAPSHOT, PART, FACTS, ERASURE, QUARANTINE = b"O", b"T", b"S", b"P", b"F", b"E", b"Q"
HEAD = struct.Struct(">cc8s8s8s")
"""Format, kind, epoch, batch, timer."""
EPOCH_HEADER = "epoch"
"""The header of a tombstone that names the epoch it was written under."""
BY_HAND = (1 << 64) - 1
"""The epoch of what an operator writes: it is read whoever owns the partition."""

OWNER_KEY, TASK_RECORD_KEY = MARK + OWNER, MARK + TASK
BID_KEY = OWNER_KEY + b"?"
"""The key of what says that somebody is about to take the log over, and nothing else."""
SNAPSHOT_MARK = MARK + SNAPSHOT
"""What the keys and the values of snapshots begin with."""
OWN = key_prefix("")
"""What the store keys begin with that belong to no keyed state."""
_OWN_BYTES = len(OWN)
EPOCH_KEY, SLOTS_PREFIX, QUARANTINE_PREFIX = OWN + OWNER, OWN + PART, OWN + QUARANTINE
"""Where a store keeps the newest epoch; and, by row key, which slots have parts; and, by state key, why it is aside."""
CLAIM_KEY = OWN + b"C"
"""Where a store keeps the offset of the newest owner record that counts."""

_NOTHING = bytes(8)
_ROW_HEAD = 16
_SNAPSHOT = struct.Struct(">8sBH8s")
_INLINE = bytes(11)
"""Slot, number of parts and digest of a snapshot whose body is in it."""
_PLACE = slice(HEAD.size + 8, HEAD.size + _SNAPSHOT.size)
_BODY = HEAD.size + _SNAPSHOT.size
_PART_PLACE = struct.Struct(">BH")
_ABOUT = struct.Struct(">Q")


PlainRows = Callable[[int, bytes, dict[bytes, bytes | None]], int]
"""`plain_rows` as a batch of records has it that does it by itself."""


class HasKeyAndValue(Protocol):
    """A record as Kafka's client hands it on."""

    @property
    def key(self) -> bytes | None: ...

    @property
    def value(self) -> bytes | None: ...


class Record(Struct, frozen=True, gc=False):
    """A record of a changelog: on its way out, or as it was read. `epoch` is that of a tombstone's header."""

    key: bytes
    value: bytes | None
    epoch: int | None = None
    offset: int = -1

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """What it is sent with."""
        if self.value is not None or self.epoch is None:
            return ()
        return ((EPOCH_HEADER, self.epoch.to_bytes(8)),)


class UnreadableRecordError(ValueError):
    """A record is not of this format, or is cut off."""


class Snapshot(NamedTuple):
    """What a snapshot says: the row itself, or, in `row`, only its head, and where its parts are."""

    row: bytes
    seq: int
    slot: int
    parts: int
    digest: bytes


class OwnerClaim(NamedTuple):
    """What an owner record says."""

    epoch: int
    """The epoch that it restates; 0 of one that begins its own."""
    place: int
    """Of a restated one where the first was; else before which offset that of the owner before it must be, or 0."""
    name: bytes


def bid_record() -> Record:
    """The mark behind which an owner record may count. Every reader passes over it."""
    return tombstone(_NOTHING, BID_KEY)


def owner_record(name: str, before: int = 0) -> Record:
    """Says who owns the partition from here on. Its offset is the epoch.

    It counts only where the newest owner record that counts lies before `before`, the offset behind its bid; 0: anyway.
    """
    return Record(OWNER_KEY, HEAD.pack(MARK, OWNER, _NOTHING, before.to_bytes(8), _NOTHING) + name.encode())


def restated_record(epoch: bytes, claimed: bytes, name: bytes) -> Record:
    """The owner's own record, at offset `claimed`, once more: in the place of one that does not count."""
    return Record(OWNER_KEY, HEAD.pack(MARK, OWNER, epoch, claimed, _NOTHING) + name)


def task_record(epoch: bytes, row: bytes) -> Record:
    """The task's own row: the last record of every step."""
    batch = msgspec.msgpack.decode(row, type=TaskRow).batch
    return Record(TASK_RECORD_KEY, HEAD.pack(MARK, TASK, epoch, batch.to_bytes(8), _NOTHING) + row)


def snapshot_record(epoch: bytes, key: bytes, row: bytes) -> Record:
    """A row that fits into a record. Its sequence number is its batch: no row is written twice in one."""
    if len(row) < _ROW_HEAD:
        raise ValueError(f"the row {key!r} has no batch and timer")
    value = b"".join((SNAPSHOT_MARK, epoch, row[:_ROW_HEAD], row[:8], _INLINE, row[_ROW_HEAD:]))
    return Record(SNAPSHOT_MARK + key, value)


def parted_record(epoch: bytes, key: bytes, row: bytes, slot: int, parts: int, digest: bytes) -> Record:
    """Names the parts that are a row. They lie in the log before it."""
    return Record(b"\x02S" + key, b"\x02S" + epoch + row[:_ROW_HEAD] + _SNAPSHOT.pack(row[:8], slot, parts, digest))


def part_record(epoch: bytes, key: bytes, row: bytes, slot: int, number: int, body: bytes) -> Record:
    """A piece of a row; `row`: the whole of it, whose head says which snapshot the piece belongs to."""
    value = b"\x02P" + epoch + row[:_ROW_HEAD] + row[:8] + body
    return Record(part_key(key, slot, number), value)


def quarantine_record(epoch: bytes, state_key: bytes, reason: bytes) -> Record:
    """Sets a key aside; `reason` as `reason_of` made it."""
    return Record(b"\x02Q" + state_key, HEAD.pack(MARK, QUARANTINE, epoch, _NOTHING, _NOTHING) + reason)


def reason_of(offset: int, text: str) -> bytes:
    """Why a key is set aside, and at which offset the record is that could not be read."""
    return _ABOUT.pack(offset) + text.encode()


def told_reason(reason: bytes) -> tuple[int, str]:
    """The offset and the text of a reason."""
    return _ABOUT.unpack_from(reason)[0], reason[_ABOUT.size :].decode(errors="replace")


def own_rows(rows: Mapping[bytes, bytes | None]) -> dict[bytes, bytes | None]:
    """Those among the rows of a store that belong to no keyed state: a few, in whatever order they came."""
    return {key: row for key, row in rows.items() if key[:_OWN_BYTES] == OWN}


def tombstone(epoch: bytes, key: bytes) -> Record:
    """Removes what stands under a record's key."""
    return Record(key, None, int.from_bytes(epoch))


def part_key(key: bytes, slot: int, number: int) -> bytes:
    """The record key of a piece of a row."""
    return b"\x02P" + key + _PART_PLACE.pack(slot, number)


def place_of_part(record_key: bytes) -> tuple[bytes, int, int]:
    """Row key, slot and number of a part. Raises ``UnreadableRecordError``."""
    if len(record_key) <= 2 + _PART_PLACE.size:
        raise UnreadableRecordError("the key of a part is cut off")
    slot, number = _PART_PLACE.unpack_from(record_key, len(record_key) - _PART_PLACE.size)
    if slot > 1:
        raise UnreadableRecordError(f"there is no slot {slot}")
    return record_key[2 : -_PART_PLACE.size], slot, number


def stored_key(record_key: bytes) -> bytes:
    """The key under which a store keeps what a record says. Raises ``UnreadableRecordError``."""
    if record_key[:1] != MARK:
        raise UnreadableRecordError("the key is of no known format")
    match record_key[1:2]:
        case b"S":
            return record_key[2:]
        case b"P":
            return place_of_part(record_key)[0]
        case b"F":
            return record_key[2:-1]
        case b"T":
            return TASK_KEY
        case b"O":
            return EPOCH_KEY
        case b"Q":
            return QUARANTINE_PREFIX + record_key[2:]
    raise UnreadableRecordError(f"the kind {record_key[1:2]!r} is not known")


def epoch_of(record: Record) -> int:
    """The epoch a record was written under. Raises ``UnreadableRecordError``."""
    value = record.value
    if value is None:
        if record.epoch is None:
            raise UnreadableRecordError("a tombstone without an epoch")
        return record.epoch
    if len(value) < HEAD.size or value[:1] != MARK or value[1:2] != record.key[1:2]:
        raise UnreadableRecordError("the value is not of this format")
    return int.from_bytes(value[2:10])


def claim_of(value: bytes) -> OwnerClaim:
    """What an owner record says. Raises ``UnreadableRecordError``."""
    if len(value) < HEAD.size or value[:2] != OWNER_KEY:
        raise UnreadableRecordError("the owner's record is not of this format")
    return OwnerClaim(int.from_bytes(value[2:10]), int.from_bytes(value[10:18]), value[HEAD.size :])


def said(value: bytes) -> bytes:
    """What stands behind the head of a task's, an owner's or a quarantine's record."""
    return value[HEAD.size :]


def snapshot_of(value: bytes) -> Snapshot:
    """What a snapshot says. Raises ``UnreadableRecordError``."""
    if len(value) < HEAD.size + _SNAPSHOT.size:
        raise UnreadableRecordError("the snapshot is cut off")
    seq, slot, parts, digest = _SNAPSHOT.unpack_from(value, HEAD.size)
    if slot > 1:
        raise UnreadableRecordError(f"there is no slot {slot}")
    row = value[10 : HEAD.size] + value[HEAD.size + _SNAPSHOT.size :]
    return Snapshot(row, int.from_bytes(seq), slot, parts, digest)


def inline_row(record: Record, epoch: int) -> bytes | None:
    """The row of a snapshot that is whole and of this epoch: what most records are, told from the others at once."""
    if record.value is None or epoch < 0:
        return None
    return plain_row(record.key, record.value, SNAPSHOT_MARK + epoch.to_bytes(8))


def plain_row(key: bytes, value: bytes, head: bytes) -> bytes | None:
    """The same of a record's bytes; `head`: what its value must begin with, the mark of a snapshot and the epoch."""
    if key[:2] != SNAPSHOT_MARK or value[:10] != head or value[_PLACE] != _INLINE:
        return None
    return value[10:26] + value[_BODY:]


def plain_rows(records: Sequence[HasKeyAndValue], start: int, head: bytes, rows: dict[bytes, bytes | None]) -> int:
    """Put the rows of the records from `start` on into `rows` as long as `plain_row` has one; returns where that ends.

    Written out, for a log is read back at the speed of this loop.
    """
    for place in range(start, len(records)):
        record = records[place]
        key, value = record.key, record.value
        if not (value and key and key[:2] == SNAPSHOT_MARK and value[:10] == head and value[_PLACE] == _INLINE):
            return place
        rows[key[2:]] = value[10:26] + value[_BODY:]
    return len(records)


def part_of(value: bytes) -> tuple[int, bytes]:
    """Sequence number and bytes of a part. Raises ``UnreadableRecordError``."""
    if len(value) < HEAD.size + 8:
        raise UnreadableRecordError("the part is cut off")
    return int.from_bytes(value[HEAD.size : HEAD.size + 8]), value[HEAD.size + 8 :]


def epoch_in(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """The epoch that the headers of a tombstone name, if they do."""
    return next((int.from_bytes(value) for name, value in headers if name == EPOCH_HEADER), None)
