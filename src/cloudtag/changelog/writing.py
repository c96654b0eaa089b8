"""The writer's rule: who writes looks at where it landed, and goes on only if nobody has taken the log over.

One writer stands for one term of ownership: from an owner record, or a renewal, to the first failure. A step that is
not known to be ours in whole ends it; whoever goes on begins a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from cloudtag.changelog.parts import Slots, read_slots, row_records, whole_record
from cloudtag.changelog.reading import LogReader, ReadStored
from cloudtag.changelog.records import (
    CLAIM_KEY,
    EPOCH_KEY,
    QUARANTINE_PREFIX,
    SLOTS_PREFIX,
    TASK_RECORD_KEY,
    Record,
    own_rows,
    quarantine_record,
    restated_record,
    task_record,
    tombstone,
)
from cloudtag.engine.task_row import TASK_KEY

NOBODY = b"\x02Q"
"""The key of a quarantine of no key."""
StoredRows = Mapping[bytes, bytes | None]
"""Store key → value; `None` removes it."""


class ReplacedError(Exception):
    """The log has another owner by now: nothing that this writer wrote since counts."""

    def __init__(self, owner: bytes | None) -> None:
        """`owner`: its name, where the record that says so was seen."""
        super().__init__(f"the changelog belongs to {(owner or b'somebody else').decode(errors='replace')}")
        self.owner = owner


class EndedError(RuntimeError):
    """A write of this term has failed or was cancelled: what the log holds of it is not known."""


class Found(Struct, frozen=True):
    """What lay in the gaps: what is to be put into the store, and what must be written over with what the store has."""

    rows: dict[bytes, bytes | None]
    wrong: set[bytes]
    released: set[bytes]
    """The store keys an operator wrote to."""


class LogWriter:
    """One term of ownership of one partition. Use: `records`, write them, `landed`, read the gaps, `judge`."""

    def __init__(
        self, epoch: int, slots: dict[bytes, Slots], claimed: int, name: str, *, is_ended: bool = False
    ) -> None:
        """`epoch`: the offset of the owner record or the renewal, of which everything before it was read; `slots`: the
        parts there are; `claimed`: the offset of the owner record; `name`: the owner's."""
        self.epoch, self.next_offset = epoch, epoch + 1
        self.judged_offset = epoch + 1
        """Of all before it is known that nobody else has taken the log over."""
        self.slots = slots
        self.is_ended = is_ended
        self.claimed = claimed
        self._epoch, self._claimed, self._name = epoch.to_bytes(8), claimed.to_bytes(8), name.encode()

    def records(self, rows: StoredRows) -> tuple[list[Record], dict[bytes, bytes | None]]:
        """The records of a step, the task's own last, and what the store is to hold once they are in the log.

        Raises ``EndedError``, and ``ValueError`` for a row without a head.
        """
        if self.is_ended:
            raise EndedError("the changelog is to be read anew first")
        records, stored = list[Record](), {**rows, EPOCH_KEY: self._epoch, CLAIM_KEY: self._claimed}
        epoch, slots_of, apart, add = self._epoch, self.slots, own_rows(rows), records.append
        for key, row in rows.items():
            if key in apart:
                if key != TASK_KEY:
                    add(self._own(key, row))
                continue
            slots = slots_of.get(key) if slots_of else None
            if slots is None and (whole := whole_record(epoch, key, row)) is not None:
                add(whole)
                continue
            made, after = row_records(epoch, key, row, slots or Slots())
            records += made
            if slots is not None or any(after.counts):
                stored[SLOTS_PREFIX + key] = after.stored()
        if TASK_KEY in rows:
            own = rows[TASK_KEY]
            records.append(task_record(self._epoch, own) if own else tombstone(self._epoch, TASK_RECORD_KEY))
        return records, stored

    def _own(self, key: bytes, reason: bytes | None) -> Record:
        """The record of what belongs to no keyed state, and is not the task's own."""
        if key == EPOCH_KEY:
            return restated_record(self._epoch, self._claimed, self._name)
        assert key.startswith(QUARANTINE_PREFIX), key
        if reason is None:
            return tombstone(self._epoch, b"\x02Q" + key[len(QUARANTINE_PREFIX) :])
        return quarantine_record(self._epoch, key[len(QUARANTINE_PREFIX) :], reason)

    def renewal(self) -> Record:
        """The first record of this owner's next term, whose offset is the epoch of that. It says nothing to anybody,
        and counts only where nobody else has taken the log over before it (see `may_renew`)."""
        return tombstone(self._epoch, NOBODY)

    def may_renew(self, between: Iterable[Record], is_own: Callable[[bytes | None], bool]) -> None:
        """Raises ``ReplacedError`` where somebody else has taken the log over before a renewal; `between`: what lies
        from `judged_offset` to it.

        Then the renewal has an old epoch, and is stale. Else whoever takes the log over does so behind it, and what is
        written under its epoch from then on is.
        """
        reader = LogReader(self.epoch, dict(self.slots), self.claimed)
        for record in between:
            reader.take(record)
        if reader.epoch > self.epoch and not is_own(reader.owner):
            raise ReplacedError(reader.owner)

    def landed(self, written: Iterable[range]) -> list[range]:
        """Where the records of a write are; returns the gaps before and between them, which must be read.

        Raises ``EndedError`` where they lie before what was written last: it is another log under the same name.
        """
        gaps = []
        for part in written:
            if part.start < self.next_offset:
                self.is_ended = True
                raise EndedError("the changelog was made anew while it was written to")
            if part.start > self.next_offset:
                gaps.append(range(self.next_offset, part.start))
            self.next_offset = part.stop
        return gaps

    def judge(self, found: Iterable[Record], stored: StoredRows, held: ReadStored) -> Found:
        """What the records in the gaps mean; `stored`: what the store is to hold of this write, `held`: what it holds.

        They are stale rows of an earlier owner, or ours, sent twice. Raises ``ReplacedError``.
        """
        for key, value in own_rows(stored).items():
            if key.startswith(SLOTS_PREFIX):
                self._keep(key[len(SLOTS_PREFIX) :], value)
        strange = list(found)
        if not strange:
            # Nearly always: nobody writes to it but its owner.
            self.judged_offset = self.next_offset
            return Found({}, set(), set())
        reader = LogReader(self.epoch, self.slots, self.claimed)
        for record in strange:
            reader.take(record)
        if reader.epoch > self.epoch:
            self.is_ended = True
            raise ReplacedError(reader.owner)
        self.judged_offset = self.next_offset
        rows, wrong = dict[bytes, bytes | None](), reader.stale | reader.broken.keys() | reader.unfinished
        for key, row in reader.rows.items():
            if key.startswith(SLOTS_PREFIX) or key in reader.by_hand:
                rows[key] = row
            elif row != (stored[key] if key in stored else held(key)):
                wrong.add(key)
        return Found(rows, wrong - reader.by_hand, reader.by_hand)

    def _keep(self, key: bytes, stored: bytes | None) -> None:
        if stored is None:
            self.slots.pop(key, None)
        else:
            self.slots[key] = read_slots(stored)


def slots_in(store: Iterable[tuple[bytes, bytes]]) -> dict[bytes, Slots]:
    """The rows that have parts, from what a store holds under `SLOTS_PREFIX`."""
    return {key[len(SLOTS_PREFIX) :]: read_slots(value) for key, value in store}
