"""Brings shelves up to date with their changelog: in batches, and never forever."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.tables.store import Shelf

logger = logging.getLogger(__name__)

POLL_MS = 250
FETCH_BYTES = 4 << 20


class RecoveryStalled(RuntimeError):
    """A changelog is not at its end and has given nothing for too long."""


class RecoveryGivenUp(Exception):
    """The caller no longer wants the partitions: a new rebalance has begun."""


class ChangelogReader:
    """Reads changelog partitions to their end. ``stall_seconds`` bounds how long nothing may come."""

    def __init__(self, client_settings: dict[str, Any], stall_seconds: float) -> None:
        self._settings = client_settings
        self._stall_seconds = stall_seconds

    async def catch_up(self, shelves: dict[tuple[str, int], Shelf], is_wanted: Callable[[], bool]) -> dict[Any, int]:
        """Apply what the shelves miss of their (topic, partition); returns the records read per partition.

        Raises ``RecoveryStalled``, or ``RecoveryGivenUp`` as soon as ``is_wanted`` says no.
        """
        if not shelves:
            return {}
        consumer = AIOKafkaConsumer(
            **self._settings,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        await consumer.start()
        try:
            return await self._read(consumer, shelves, is_wanted)
        finally:
            await consumer.stop()

    async def _read(
        self, consumer: AIOKafkaConsumer, shelves: dict[tuple[str, int], Shelf], is_wanted: Callable[[], bool]
    ) -> dict[Any, int]:
        ends = await self._position(consumer, shelves)
        counts = dict.fromkeys(shelves, 0)
        missing = {tp for tp, end in ends.items() if await consumer.position(tp) < end}
        last_progress = time.monotonic()
        while missing:
            if not is_wanted():
                raise RecoveryGivenUp
            found = await consumer.getmany(*missing, timeout_ms=POLL_MS)
            for tp, records in found.items():
                target = (tp.topic, tp.partition)
                # The position, not the last record's offset: the end of the log may hold no record at all.
                shelves[target].apply({r.key: r.value for r in records}, records[-1].offset + 1)
                counts[target] += len(records)
                last_progress = time.monotonic()
            missing = {tp for tp in missing if await consumer.position(tp) < ends[tp]}
            if time.monotonic() - last_progress > self._stall_seconds:
                raise RecoveryStalled(f"nothing read for {self._stall_seconds:.0f} s of {_names(missing)}")
        for tp, end in ends.items():
            shelf = shelves[tp.topic, tp.partition]
            shelf.apply({}, max(shelf.next_offset, end))
        return counts

    async def _position(
        self, consumer: AIOKafkaConsumer, shelves: dict[tuple[str, int], Shelf]
    ) -> dict[TopicPartition, int]:
        tps = [TopicPartition(*target) for target in shelves]
        consumer.assign(tps)
        begins, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        for tp in tps:
            shelf = shelves[tp.topic, tp.partition]
            if shelf.next_offset > ends[tp]:
                logger.warning("%s/%d ends before the store: the store is foreign, wiped", tp.topic, tp.partition)
                shelf.wipe()
            consumer.seek(tp, max(shelf.next_offset, begins[tp]))
        return dict(ends)


def _names(tps: Iterable[TopicPartition]) -> str:
    return ", ".join(sorted(f"{tp.topic}/{tp.partition}" for tp in tps))
