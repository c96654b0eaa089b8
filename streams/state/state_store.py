"""The rows of one processor: first on the broker, then in the store."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from streams.kafka.producer import OutRecord, ProducerHandle, Target, check_size, publish
from streams.state.changelog import MARKER, Changelogs, checkpoint_of
from streams.state.store import Store, StoredRows, StorePartition

logger = logging.getLogger(__name__)


class ForeignOwnerError(RuntimeError):
    """Another worker has taken over a changelog partition that this one still writes to: this one must end."""


class WrittenRows(NamedTuple):
    """What one call has written to a changelog: rows, and the bytes of their keys and values."""

    rows: int = 0
    size_bytes: int = 0


def check_rows(rows: StoredRows) -> None:
    """Raise ``ValueError`` for a row that no changelog takes, before any of them is written."""
    for key, value in rows.items():
        check_size(OutRecord(key, value), f"the row {key[2:60]!r}")


class StateStore:
    """A changelog topic and this worker's store partitions of it."""

    def __init__(
        self, processor: str, topic: str, store: Store, producer: ProducerHandle, changelogs: Changelogs
    ) -> None:
        self.processor = processor
        self.topic = topic
        self._store = store
        self._producer = producer
        self._changelogs = changelogs

    def store_part(self, partition: int) -> StorePartition:
        """The partition's rows as far as they are in the store."""
        return self._store.store_part(self.processor, partition)

    def release(self, partition: int) -> None:
        """The partition has gone elsewhere."""
        self._store.release(self.processor, partition)

    async def catch_up(self, partition: int, is_wanted: Callable[[], bool]) -> int:
        """Bring one partition's rows up to date with its changelog; how many were read. Raises as `Changelogs` does."""
        target = (self.topic, partition)
        read = await self._changelogs.catch_up({target: self.store_part(partition)}, is_wanted)
        return read[target]

    async def put_many(self, partition: int, rows: StoredRows) -> WrittenRows:
        """Make rows durable: returns once the broker has them in the changelog and the store holds them.

        Other partitions are written meanwhile: what it says is of this call alone. Raises ``ForeignOwnerError`` when
        another worker has marked the partition as its own.
        """
        if not rows:
            return WrittenRows()
        store_part = self.store_part(partition)
        records = [OutRecord(key, value) for key, value in rows.items()]
        written = await self._write(partition, records)
        # Between our own records there should be nothing: look first, so that a store never skips what it has not read.
        strange = await self._between(partition, store_part.next_offset, written)
        if written[-1].stop > store_part.next_offset:
            # Not when a rebalance has overtaken a slow write: catching up has read these rows by now.
            store_part.apply(rows, written[-1].stop, checkpoint_of(records[-1]))
        done = WrittenRows(len(rows), sum(len(key) + len(value or b"") for key, value in rows.items()))
        known = {key: store_part.get(key) for key in strange}
        if wrong := {key: value for key, value in known.items() if value != strange[key]}:
            logger.warning("%s/%d: %d rows of an earlier owner written over", self.topic, partition, len(wrong))
            again = await self.put_many(partition, wrong)
            done = WrittenRows(done.rows + again.rows, done.size_bytes + again.size_bytes)
        return done

    async def _write(self, partition: int, records: list[OutRecord]) -> list[range]:
        written = await publish(self._producer, {(self.topic, partition): records})
        return written[self.topic, partition]

    async def _between(self, partition: int, expected: int, written: list[range]) -> dict[bytes, bytes | None]:
        """The rows that others wrote before or between ours: our own sent twice, or those of an earlier owner that
        came late.

        The store knows better than they do: the caller writes again whatever they say differently.
        """
        rows: dict[bytes, bytes | None] = {}
        owners = []

        def look(_: Target, records: list[Any]) -> None:
            for record in records:
                if record.key != MARKER:
                    rows[record.key] = record.value
                elif not self._changelogs.is_own(record.value):
                    owners.append(record.value)

        for part in written:
            if part.start > expected:
                gap = {(self.topic, partition): range(expected, part.start)}
                await self._changelogs.read(gap, look, lambda: True)
            expected = part.stop
        if owners:
            raise ForeignOwnerError(f"{self.topic}/{partition} now belongs to {owners[-1].decode(errors='replace')}")
        return rows
