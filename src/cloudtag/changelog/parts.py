"""Rows that are too large for one record: cut in parts, in one of two slots, so that the last whole one stays readable.

The parts go into the slot that the row's last parts are not in; then the snapshot names them. Until it is in the log
the row is what it was. What lies in the slot left behind is removed after that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import blake2b

from msgspec import Struct

from cloudtag.changelog.records import Record, part_key, part_record, parted_record, snapshot_record, tombstone

SNAPSHOT_BYTES = 512 << 10
"""A row of more bytes is cut, into parts of so many."""
_HEAD_BYTES = 16
_STORED = struct.Struct(">BQHH")


class Slots(Struct, frozen=True):
    """Which parts of a row may be in the log: how many in each of the two slots; the last parted snapshot's slot and
    sequence number."""

    slot: int = 1
    seq: int = 0
    counts: tuple[int, int] = (0, 0)

    def stored(self) -> bytes | None:
        """As a store keeps it; none where there are no parts."""
        return _STORED.pack(self.slot, self.seq, *self.counts) if any(self.counts) else None

    def with_count(self, slot: int, count: int) -> Slots:
        """The same with another number of parts in a slot."""
        counts = (count, self.counts[1]) if slot == 0 else (self.counts[0], count)
        return Slots(self.slot, self.seq, counts)


def read_slots(stored: bytes) -> Slots:
    """What `stored` gave."""
    slot, seq, first, second = _STORED.unpack(stored)
    return Slots(slot, seq, (first, second))


def row_records(epoch: bytes, key: bytes, row: bytes | None, slots: Slots) -> tuple[list[Record], Slots]:
    """The records by which a row becomes `row`, or goes; and what there is of parts once they are in the log."""
    if row is None or len(row) <= SNAPSHOT_BYTES:
        first = tombstone(epoch, b"\x02S" + key) if row is None else snapshot_record(epoch, key, row)
        return [first, *_without(epoch, key, slots, 0, 0), *_without(epoch, key, slots, 1, 0)], Slots()
    slot = 1 - slots.slot
    bodies = list(pieces(row))
    records = [part_record(epoch, key, row, slot, number, body) for number, body in enumerate(bodies)]
    records.append(parted_record(epoch, key, row, slot, len(bodies), digest_of(row)))
    records += _without(epoch, key, slots, slot, len(bodies))
    records += _without(epoch, key, slots, 1 - slot, 0)
    counts = (len(bodies), 0) if slot == 0 else (0, len(bodies))
    return records, Slots(slot, int.from_bytes(row[:8]), counts)


def whole_record(epoch: bytes, key: bytes, row: bytes | None) -> Record | None:
    """The one record of a row without parts, before or now: what most are. None for any other."""
    return None if row is None or len(row) > SNAPSHOT_BYTES else snapshot_record(epoch, key, row)


def pieces(row: bytes) -> Iterator[bytes]:
    """The parts of a row: its body, without the head that the snapshot repeats."""
    for start in range(_HEAD_BYTES, len(row), SNAPSHOT_BYTES):
        yield row[start : start + SNAPSHOT_BYTES]


def digest_of(row: bytes) -> bytes:
    """By which a row that was put together again is known."""
    return blake2b(memoryview(row)[_HEAD_BYTES:], digest_size=8).digest()


def _without(epoch: bytes, key: bytes, slots: Slots, slot: int, kept: int) -> list[Record]:
    """Tombstones of a slot's parts but the first `kept`: the last one first, so that what is left is counted from 0."""
    return [tombstone(epoch, part_key(key, slot, number)) for number in reversed(range(kept, slots.counts[slot]))]
