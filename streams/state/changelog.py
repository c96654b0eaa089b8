"""The changelogs on the broker: owner records written, partitions read in batches, to an end we set ourselves.

Before reading, the new owner writes an *owner record* into the partition and reads up to it. So the end does not depend
on what a broker reports as the end of a log (the embedded one reports the start of the last batch), everything that an
earlier owner had acknowledged lies before it, and an earlier owner who still writes finds the record in its way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.changelog.records import Record, bid_record, epoch_in, owner_record
from cloudtag.wire.oversized import OversizedBatch
from streams.kafka import frames, whole_batches
from streams.kafka.packing import PLAIN, Packing
from streams.kafka.producer import ProducerHandle, Target, publish

POLL_MS = 250
FETCH_BYTES = 512 << 10
"""Of a partition at a time. More takes longer: what a fetch has brought is copied several times on its way to rows, and
stays in the processor's cache meanwhile."""


class RecoveryStalledError(RuntimeError):
    """A changelog is not at its end and has given nothing for too long, or what comes next cannot be read."""


class RecoveryGivenUpError(Exception):
    """The caller no longer wants the partitions: a new rebalance has begun."""


IsMember = Callable[[], Awaitable[bool]]
"""Asks the group's coordinator whether this worker is still a member of the generation that it was assigned in."""


Apply = Callable[[Target, list[Sequence[Any]]], None]
"""Takes what was read of a partition: batches of records, none of them empty."""


class OwnerTerm(NamedTuple):
    """What begins a term of ownership."""

    epoch: int
    """Where its record is: the owner record, or the renewal."""
    checkpoint: int
    """That record's checksum."""
    before: int = 0
    """Of an owner record: it counts where that of the owner before lies before this offset. Of a renewal 0."""


class Changelogs:
    """Writes owner records and reads changelog partitions. ``owner`` names this worker's process, uniquely."""

    def __init__(
        self,
        settings: dict[str, Any],
        producer: ProducerHandle,
        owner: str,
        stall_seconds: float,
        is_member: IsMember | None = None,
        packing: Packing = PLAIN,
    ) -> None:
        """``is_member``: none where no group says who owns what; ``packing``: of what is written."""
        self._settings = settings
        self._producer = producer
        self.owner = owner
        self._stall_seconds = stall_seconds
        self._is_member = is_member
        self._packing = packing
        self.records_read = 0

    def is_own(self, owner: bytes | None) -> bool:
        """Whether an owner record's name is this worker's."""
        return owner == self.owner.encode()

    async def claim(self, targets: Iterable[Target], is_wanted: Callable[[], bool]) -> dict[Target, OwnerTerm]:
        """Write an owner record into each partition, behind a bid for it.

        Between the two the group is asked. So whoever is assigned the partition after this worker bids after it, and
        this one's record does not count behind that of a successor, however long it sleeps in between. Raises
        ``RecoveryGivenUpError`` where the group says no, and ``is_wanted`` with it.
        """
        bids = await self.write({target: [bid_record()] for target in targets})
        await self._confirm(is_wanted)
        records = {target: owner_record(self.owner, offsets[0].stop) for target, offsets in bids.items()}
        written = await self.write({target: [record] for target, record in records.items()})
        return {
            target: OwnerTerm(offsets[0].start, checkpoint_of(records[target]), bids[target][0].stop)
            for target, offsets in written.items()
        }

    async def _confirm(self, is_wanted: Callable[[], bool]) -> None:
        """Return once the group's coordinator has said that this worker is a member. One that is none any more joins
        anew, and then the partitions are not wanted."""
        begun = time.monotonic()
        while self._is_member is not None and not await self._is_member() and is_wanted():
            if time.monotonic() - begun > self._stall_seconds:
                raise RecoveryStalledError(f"the group has not answered for {self._stall_seconds:.0f} s")
            await asyncio.sleep(POLL_MS / 1000)
        if not is_wanted():
            raise RecoveryGivenUpError

    async def write(self, records: dict[Target, list[Record]]) -> dict[Target, list[range]]:
        """Write records; returns where they are (see ``streams.kafka.producer.publish``)."""
        return await publish(self._producer, records, self._packing)

    async def read(
        self,
        ranges: dict[Target, range],
        apply: Apply,
        is_wanted: Callable[[], bool],
    ) -> None:
        """Hand on all records whose offsets lie in the ranges, in order per partition.

        Raises ``RecoveryStalledError``, or ``RecoveryGivenUpError`` as soon as ``is_wanted`` says no.
        """
        if not ranges:
            return
        whole_batches.use()
        frames.use()
        consumer = self.consumer(key_deserializer=whole_batches.IN_BATCHES)
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

    def consumer(self, **more: Any) -> AIOKafkaConsumer:
        """A client that reads changelogs, not started; `more`: settings of aiokafka's."""
        return AIOKafkaConsumer(
            **self._settings,
            **more,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=FETCH_BYTES,
        )

    async def _read_all(
        self,
        consumer: AIOKafkaConsumer,
        wanted: dict[TopicPartition, range],
        apply: Apply,
        is_wanted: Callable[[], bool],
    ) -> None:
        missing = dict(wanted)
        last_progress = time.monotonic()
        while missing:
            if not is_wanted():
                raise RecoveryGivenUpError
            found = await consumer.getmany(*missing, timeout_ms=POLL_MS)
            for tp, batches in found.items():
                # Meanwhile the client asks for what comes next.
                await asyncio.sleep(0)
                last_progress = time.monotonic()
                # Of a batch that was not unpacked there is one record.
                refuse_oversized((batch[0] for batch in batches), tp)
                self.records_read += sum(map(len, batches))
                if within := _before(missing[tp].stop, batches):
                    apply((tp.topic, tp.partition), within)
                # Compaction may have removed the last records of the range: the position counts, not their offsets.
                if await consumer.position(tp) >= missing[tp].stop:
                    del missing[tp]
            if time.monotonic() - last_progress > self._stall_seconds:
                raise RecoveryStalledError(f"nothing read for {self._stall_seconds:.0f} s of {_names(missing)}")


def refuse_oversized(records: Iterable[Any], tp: TopicPartition) -> None:
    """Raise ``RecoveryStalledError`` for a batch that was not unpacked: a row left out would be a wrong state."""
    for record in records:
        if isinstance(record.value, OversizedBatch):
            raise RecoveryStalledError(f"{tp.topic}/{tp.partition} at {record.offset}: {record.value.told}")


def _before(stop: int, batches: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """What is before an offset: nearly always all. No batch of it is empty."""
    if batches[-1][-1].offset < stop:
        return batches
    found = ([record for record in batch if record.offset < stop] for batch in batches)
    return [batch for batch in found if batch]


def as_read(record: Any) -> Record:
    """A Kafka record as a changelog's."""
    epoch = epoch_in(record.headers) if record.value is None else None
    return Record(record.key or b"", record.value, epoch, record.offset)


def checkpoint_of(record: Any) -> int:
    """A checksum of a changelog record."""
    return crc32(record.value or b"", crc32(record.key or b""))


def _names(tps: Iterable[TopicPartition]) -> str:
    return ", ".join(sorted(f"{tp.topic}/{tp.partition}" for tp in tps))
