"""Brings store partitions up to date with their changelog: in batches, to an end we set ourselves, and never forever.

Before reading, the new owner writes a *marker* into the partition and reads up to it. So the end does not depend on
what a broker reports as the end of a log (the embedded one reports the start of the last batch), everything that an
earlier owner had acknowledged lies before it, and an earlier owner who still writes finds the marker in its way.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.wire.oversized import OversizedBatch
from streams.kafka.producer import OutRecord, ProducerHandle, Target, publish
from streams.state.store import StorePartition

logger = logging.getLogger(__name__)

POLL_MS = 250
FETCH_BYTES = 4 << 20
MARKER = b"\xffowner"
"""A key no row can have: a row key begins with another mark.

One per partition, so that compaction keeps only the last.
"""


class RecoveryStalledError(RuntimeError):
    """A changelog is not at its end and has given nothing for too long, or what comes next cannot be read."""


class RecoveryGivenUpError(Exception):
    """The caller no longer wants the partitions: a new rebalance has begun."""


class Changelogs:
    """Writes markers and reads changelog partitions. ``owner`` names this worker's process, uniquely."""

    def __init__(self, settings: dict[str, Any], producer: ProducerHandle, owner: str, stall_seconds: float) -> None:
        self._settings = settings
        self._producer = producer
        self._owner = owner.encode()
        self._stall_seconds = stall_seconds
        self.records_read = 0

    def is_own(self, marker: bytes) -> bool:
        """Whether a marker's value names this worker."""
        return marker == self._owner

    async def catch_up(
        self, store_parts: dict[Target, StorePartition], is_wanted: Callable[[], bool]
    ) -> dict[Target, int]:
        """Apply what the store partitions miss; returns the rows read per partition.

        Raises ``RecoveryStalledError``, or ``RecoveryGivenUpError`` as soon as ``is_wanted`` says no.
        """
        marks = await self._mark(store_parts)
        await self._expose_foreign(store_parts, marks, is_wanted)
        counts = dict.fromkeys(store_parts, 0)

        def apply(target: Target, records: list[Any]) -> None:
            rows = {record.key: record.value for record in records if record.key != MARKER}
            store_parts[target].apply(rows, records[-1].offset + 1, checkpoint_of(records[-1]))
            counts[target] += len(rows)

        missing = {target: range(store_parts[target].next_offset, mark) for target, mark in marks.items()}
        await self.read({target: offsets for target, offsets in missing.items() if offsets}, apply, is_wanted)
        for target, mark in marks.items():
            store_parts[target].apply({}, mark + 1, checkpoint_of(OutRecord(MARKER, self._owner)))
        return counts

    async def _expose_foreign(
        self, store_parts: dict[Target, StorePartition], marks: dict[Target, int], is_wanted: Callable[[], bool]
    ) -> None:
        """Wipe the store partitions whose last record is not the changelog's: a topic made anew, another cluster."""
        doubtful = {target: store_part for target, store_part in store_parts.items() if not store_part.is_trusted}
        foreign = {target for target, store_part in store_parts.items() if store_part.next_offset > marks[target]}

        def compare(target: Target, records: list[Any]) -> None:
            store_part = store_parts[target]
            if records[0].offset == store_part.next_offset - 1 and checkpoint_of(records[0]) != store_part.checkpoint:
                foreign.add(target)

        last = {
            target: range(store_part.next_offset - 1, store_part.next_offset) for target, store_part in doubtful.items()
        }
        await self.read({target: at for target, at in last.items() if target not in foreign}, compare, is_wanted)
        for target in foreign:
            logger.warning("the rows stored for %s/%d are of another changelog, wiped", *target)
            store_parts[target].wipe()
        for store_part in doubtful.values():
            store_part.is_trusted = True

    async def read(
        self,
        ranges: dict[Target, range],
        apply: Callable[[Target, list[Any]], None],
        is_wanted: Callable[[], bool],
    ) -> None:
        """Hand on all records whose offsets lie in the ranges, in order per partition."""
        if not ranges:
            return
        consumer = AIOKafkaConsumer(
            **self._settings,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        await consumer.start()
        try:
            wanted = {TopicPartition(*target): offsets for target, offsets in ranges.items()}
            consumer.assign(list(wanted))
            for tp, offsets in wanted.items():
                consumer.seek(tp, offsets.start)
            # The client cannot stop a task of its own that has not begun: let them begin.
            await asyncio.sleep(0)
            await self._read_all(consumer, wanted, apply, is_wanted)
        finally:
            await consumer.stop()

    async def _read_all(
        self,
        consumer: AIOKafkaConsumer,
        wanted: dict[TopicPartition, range],
        apply: Callable[[Target, list[Any]], None],
        is_wanted: Callable[[], bool],
    ) -> None:
        missing = dict(wanted)
        last_progress = time.monotonic()
        while missing:
            if not is_wanted():
                raise RecoveryGivenUpError
            found = await consumer.getmany(*missing, timeout_ms=POLL_MS)
            for tp, records in found.items():
                last_progress = time.monotonic()
                self.records_read += len(records)
                _refuse_oversized(records)
                if within := [record for record in records if record.offset < missing[tp].stop]:
                    apply((tp.topic, tp.partition), within)
                # Compaction may have removed the last records of the range: the position counts, not their offsets.
                if await consumer.position(tp) >= missing[tp].stop:
                    del missing[tp]
            if time.monotonic() - last_progress > self._stall_seconds:
                raise RecoveryStalledError(f"nothing read for {self._stall_seconds:.0f} s of {_names(missing)}")

    async def _mark(self, targets: Iterable[Target]) -> dict[Target, int]:
        records = {target: [OutRecord(MARKER, self._owner)] for target in targets}
        written = await publish(self._producer, records)
        return {target: offsets[0].start for target, offsets in written.items()}


def _refuse_oversized(records: Iterable[Any]) -> None:
    for record in records:
        if isinstance(record.value, OversizedBatch):
            raise RecoveryStalledError(f"{record.topic}/{record.partition} at {record.offset}: {record.value.told}")


def checkpoint_of(record: Any) -> int:
    """A checksum of a changelog record."""
    return crc32(record.value or b"", crc32(record.key))


def _names(tps: Iterable[TopicPartition]) -> str:
    return ", ".join(sorted(f"{tp.topic}/{tp.partition}" for tp in tps))
