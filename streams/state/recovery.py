"""Brings a store partition up to date with its changelog, by the reader's rule, and finds what is to be mended."""

from collections.abc import Iterable, Sequence
from typing import Any

from cloudtag.changelog.reading import LogReader
from cloudtag.changelog.records import (
    BID_KEY,
    CLAIM_KEY,
    EPOCH_KEY,
    OWN,
    OWNER_KEY,
    QUARANTINE_PREFIX,
    SLOTS_PREFIX,
    reason_of,
)
from cloudtag.changelog.writing import LogWriter, slots_in
from cloudtag.engine.rows import key_prefix, split_key
from cloudtag.engine.task_row import TASK_KEY
from streams.state.changelog import OwnerTerm, as_read, checkpoint_of
from streams.state.store import StorePartition


class UnreadableTaskError(RuntimeError):
    """A task's own row cannot be read: nobody knows how far event time has come, and what was sent."""


class ClaimedInVainError(Exception):
    """Another owner's record lies between this worker's bid and its own record, which so does not count."""


class Recovery:
    """Reads one partition. What the store notes as read is never past something that is still needed of the log."""

    def __init__(self, store_part: StorePartition) -> None:
        self._store_part = store_part
        slots = slots_in(store_part.rows_of(SLOTS_PREFIX))
        self._reader = LogReader(_offset_in(store_part, EPOCH_KEY), slots, _offset_in(store_part, CLAIM_KEY))
        self._settled = self._reader.epoch, self._reader.claimed
        self.count = 0
        """The records read that somebody wrote as owner."""
        self.lost: list[int] = []
        """The offsets of records of which not even the key can be read."""

    def take(self, batches: Iterable[Sequence[Any]]) -> None:
        """Apply the next records."""
        last = None
        for batch in batches:
            last = self._read(batch) or last
        self._apply(last)

    def _read(self, records: Sequence[Any]) -> Any:
        """Read records, none of which is in the store yet. Returns the last of which, once what was read is there, the
        store needs nothing any more."""
        reader, last, place = self._reader, None, 0
        while place < len(records):
            if (end := reader.take_plain(records, place)) > place:
                self.count += end - place
                last, self._settled = records[end - 1], (reader.epoch, reader.claimed)
                place = end
                continue
            self._take_one(records[place])
            if reader.is_settled:
                last, self._settled = records[place], (reader.epoch, reader.claimed)
            place += 1
        return last

    def _take_one(self, record: Any) -> None:
        known = self._reader.lost
        self._reader.take(as_read(record))
        if self._reader.lost > known:
            self.lost.append(record.offset)
        self.count += record.key not in (OWNER_KEY, BID_KEY)

    def _apply(self, last: Any) -> None:
        """Put what was read into the store; `last`: the last record of which the store then needs nothing any more."""
        reader = self._reader
        rows, reader.rows = reader.rows, {}
        for key, offset in zip((EPOCH_KEY, CLAIM_KEY), self._settled, strict=True):
            if offset >= 0:
                rows[key] = offset.to_bytes(8)
        store_part = self._store_part
        if last is not None:
            store_part.apply(rows, last.offset + 1, checkpoint_of(last))
        else:
            store_part.apply(rows, store_part.next_offset, store_part.checkpoint)

    def finish(self, term: OwnerTerm, owner: str) -> tuple[LogWriter, dict[bytes, bytes | None]]:
        """All before the record that begins the term is read: its writer, and what it must write first.

        Raises ``ClaimedInVainError`` and ``UnreadableTaskError``.
        """
        reader, store_part = self._reader, self._store_part
        if term.before and reader.claimed >= term.before:
            raise ClaimedInVainError
        claimed = term.epoch if term.before else reader.claimed
        reader.drop_loose_parts()
        # An owner record in vain is written over by that of a new owner.
        stale = reader.stale - {EPOCH_KEY} if term.before else reader.stale
        mended: dict[bytes, bytes | None] = {key: store_part.get(key) for key in stale}
        for key, unreadable in reader.broken.items():
            if key == TASK_KEY:
                raise UnreadableTaskError(f"the task's own row at offset {unreadable.offset}: {unreadable.reason}")
            state_key = state_key_of(key)
            if state_key is None:
                self.lost.append(unreadable.offset)
            else:
                mended[QUARANTINE_PREFIX + state_key] = reason_of(unreadable.offset, unreadable.reason)
        if not mended:
            begun: dict[bytes, bytes | None] = {EPOCH_KEY: term.epoch.to_bytes(8), CLAIM_KEY: claimed.to_bytes(8)}
            store_part.apply(begun, term.epoch + 1, term.checkpoint)
        return LogWriter(term.epoch, reader.slots, claimed, owner), mended


def _offset_in(store_part: StorePartition, key: bytes) -> int:
    found = store_part.get(key)
    return -1 if found is None else int.from_bytes(found)


def state_key_of(key: bytes) -> bytes | None:
    """The stored key of the keyed state that a store key is about, or none."""
    if key.startswith(QUARANTINE_PREFIX):
        return key[len(QUARANTINE_PREFIX) :] or None
    try:
        prefix = key_prefix(split_key(key)[0])
    except (ValueError, IndexError, LookupError):
        return None
    except Exception:  # struct.error has no common base with them
        return None
    return prefix if key.startswith(prefix) and prefix != OWN else None
