"""The reader's rule: what a changelog says, of which nothing counts that an owner wrote after it was replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cloudtag.changelog.parts import Slots, digest_of
from cloudtag.changelog.records import (
    BID_KEY,
    BY_HAND,
    EPOCH_KEY,
    OWNER_KEY,
    PART,
    QUARANTINE,
    SLOTS_PREFIX,
    SNAPSHOT,
    SNAPSHOT_MARK,
    TASK,
    HasKeyAndValue,
    PlainRows,
    Record,
    UnreadableRecordError,
    claim_of,
    epoch_of,
    inline_row,
    part_of,
    place_of_part,
    plain_rows,
    said,
    snapshot_of,
    stored_key,
)

ReadStored = Callable[[bytes], bytes | None]
"""What a store has under a key."""


class Unreadable(NamedTuple):
    """Where a record is that cannot be read, and what is wrong with it."""

    offset: int
    reason: str


class LogReader:
    """Takes the records of a changelog in order; says what they make of a store.

    A record whose epoch is older than the newest owner before it is *stale*: it is not read, and the owner must write
    over it, for compaction knows nothing of epochs and may keep it in the place of what is true.
    """

    def __init__(self, epoch: int = -1, slots: dict[bytes, Slots] | None = None, claimed: int = -1) -> None:
        """`epoch`: the newest before the first record; `slots`: the rows that have parts, by then; `claimed`: where the
        newest owner record is."""
        self.epoch, self.claimed = epoch, claimed
        self.owner: bytes | None = None
        """The name of the newest owner, if its record was among those taken."""
        self.slots = {} if slots is None else slots
        self.rows: dict[bytes, bytes | None] = {}
        """What is to be put into the store; whoever does takes it out."""
        self.stale: set[bytes] = set()
        """The store keys of what is to be written over."""
        self.broken: dict[bytes, Unreadable] = {}
        """The store keys of what cannot be read and has not been replaced since."""
        self.by_hand: set[bytes] = set()
        """The store keys an operator wrote to."""
        self.lost = 0
        """Records of which not even the key could be read."""
        self._parts: dict[tuple[bytes, int], dict[int, tuple[int, bytes]]] = {}

    @property
    def is_settled(self) -> bool:
        """Whether the store, once it has the rows, needs nothing any more of the records taken so far."""
        return not (self._parts or self.stale or self.broken)

    @property
    def unfinished(self) -> set[bytes]:
        """The store keys of rows of which there are parts that no snapshot has named."""
        return {key for key, _ in self._parts}

    def take(self, record: Record) -> None:
        """Take the next record."""
        if (row := inline_row(record, self.epoch)) is not None:
            key = record.key[2:]
            self._forget_parts(key)
            self._put(key, row)
            return
        if record.key == BID_KEY:
            return
        try:
            if record.key == OWNER_KEY and record.value is not None:
                self._claimed(record.offset, record.value)
                return
            key = stored_key(record.key)
        except UnreadableRecordError:
            self.lost += 1
            return
        try:
            epoch = epoch_of(record)
            if epoch == BY_HAND:
                self.by_hand.add(key)
            elif epoch < self.epoch:
                self._note_part(record)
                self.stale.add(key)
                return
            else:
                self.epoch = epoch
            if record.key[1:2] == PART:
                self._part(record)
            else:
                self._read(key, record)
        except UnreadableRecordError as error:
            self.broken[key] = Unreadable(record.offset, str(error))

    def take_plain(self, records: Sequence[HasKeyAndValue], start: int) -> int:
        """Take whole rows of the newest owner from `start` on, as long as nothing else comes; returns where that ends.

        What `take` makes of each of them, for the many that most logs are made of: nothing else is to be looked at
        while the reader is settled, and it stays so.
        """
        if not self.is_settled or self.epoch < 0:
            return start
        head = SNAPSHOT_MARK + self.epoch.to_bytes(8)
        own: PlainRows | None = getattr(records, "plain_rows", None)
        return plain_rows(records, start, head, self.rows) if own is None else own(start, head, self.rows)

    def _claimed(self, offset: int, value: bytes) -> None:
        found = claim_of(value)
        if found.epoch:
            counts, epoch, claimed = found.epoch >= self.epoch, found.epoch, found.place
        else:
            counts, epoch, claimed = not found.place or self.claimed < found.place, offset, offset
        if counts and epoch >= self.epoch:
            self.epoch, self.claimed, self.owner = epoch, claimed, found.name
            self.stale.discard(EPOCH_KEY)
        else:
            # Compaction keeps the last of a key: it would keep this one in the place of the owner's.
            self.stale.add(EPOCH_KEY)

    def _part(self, record: Record) -> None:
        self._note_part(record)
        if record.value is not None:
            key, slot, number = place_of_part(record.key)
            self._parts.setdefault((key, slot), {})[number] = part_of(record.value)

    def _read(self, key: bytes, record: Record) -> None:
        kind, value = record.key[1:2], record.value
        if kind == SNAPSHOT:
            if value is not None:
                self._snapshot(key, value)
                return
            self._forget_parts(key)
        elif kind not in (TASK, QUARANTINE):
            raise UnreadableRecordError(f"records of kind {kind!r} are not read by this version")
        self._put(key, None if value is None else said(value))

    def _put(self, key: bytes, row: bytes | None) -> None:
        self.rows[key] = row
        self.stale.discard(key)
        self.broken.pop(key, None)

    def _snapshot(self, key: bytes, value: bytes) -> None:
        found = snapshot_of(value)
        if not found.parts:
            self._forget_parts(key)
            self._put(key, found.row)
            return
        pieces = self._parts.get((key, found.slot), {})
        slots = self.slots.get(key, Slots())
        if not pieces and (slots.slot, slots.seq) == (found.slot, found.seq):
            return  # The same once more, sent again after an answer was lost: its parts were taken with the first.
        bodies = [pieces[n][1] for n in range(found.parts) if n in pieces and pieces[n][0] == found.seq]
        row = b"".join((found.row, *bodies))
        if len(bodies) != found.parts or digest_of(row) != found.digest:
            raise UnreadableRecordError(f"{len(bodies)} of {found.parts} parts of the row are there")
        self._forget_parts(key)
        self._keep(key, Slots(found.slot, found.seq, slots.counts))
        self._put(key, row)

    def _note_part(self, record: Record) -> None:
        """Whoever wrote it: a part that is in the log must be removed some day."""
        if record.key[1:2] != PART:
            return
        key, slot, number = place_of_part(record.key)
        slots = self.slots.get(key, Slots())
        count = slots.counts[slot]
        if record.value is not None:
            self._keep(key, slots.with_count(slot, max(count, number + 1)))
        elif number == count - 1:
            self._keep(key, slots.with_count(slot, number))

    def _keep(self, key: bytes, slots: Slots) -> None:
        stored = slots.stored()
        if stored is None:
            self.slots.pop(key, None)
        else:
            self.slots[key] = slots
        self.rows[SLOTS_PREFIX + key] = stored

    def _forget_parts(self, key: bytes) -> None:
        if self._parts:
            self._parts.pop((key, 0), None)
            self._parts.pop((key, 1), None)

    def drop_loose_parts(self) -> None:
        """The end is reached: parts that no snapshot has named belong to a step that was cut off."""
        self._parts.clear()
