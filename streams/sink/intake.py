"""Reading the log: what cannot be fetched or read holds up its own partition alone, and is tried again."""

import logging
import time
from asyncio import sleep
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.kafka.backoff import Backoffs
from streams.kafka.fetching import ENDS, Records, salvage
from streams.kafka.log_throttle import LogThrottle
from streams.sink.config import SinkConfig
from streams.sink.partitions import Partitions, name_of
from streams.sink.reader import Reader

log = logging.getLogger(__name__)
log.addFilter(LogThrottle())

MAX_RECORDS = 20_000
"""Read in one round: bounds how much is read again after a crash."""
TAKEN_AT_ONCE = 500
"""Records are decoded so many at a time. In between whoever has stored a batch can begin with the next: else the
warehouse, or this, would wait for the other."""
CALM_SECONDS = 5.0
"""A partition that brings nothing is well when it has been fetched for so long without a fault."""


class Intake:
    """Brings the records of the next round, and keeps the faults of partitions that cannot be fetched or read."""

    def __init__(self, config: SinkConfig, partitions: Partitions, reader: Reader) -> None:
        self._poll_ms = config.poll_ms
        self._partitions = partitions
        self._reader = reader
        self._faults = Backoffs(config.retry_first_seconds, config.retry_longest_seconds, time.monotonic)

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Take the next records in. Raises what says that the consumer itself is over."""
        waiting, found = self._partitions.waiting, await self._fetch(consumer)
        waiting |= {where: records[0].offset for where, records in found.items()}
        try:
            for where, records in found.items():
                await self._take(consumer, where, records)
        finally:
            waiting.clear()

    async def _take(self, consumer: AIOKafkaConsumer, where: TopicPartition, records: Sequence[Any]) -> None:
        waiting = self._partitions.waiting
        for first in range(0, len(records), TAKEN_AT_ONCE):
            await sleep(0)
            if where not in waiting:
                # Taken away meanwhile, were it to come back at once: its next owner reads on from what was committed.
                return
            part = records[first : first + TAKEN_AT_ONCE]
            if not self._take_part(consumer, where, part):
                del waiting[where]
                return
            waiting[where] = part[-1].offset + 1
        del waiting[where]
        self._faults.open(name_of(where))

    def _take_part(self, consumer: AIOKafkaConsumer, where: TopicPartition, records: Sequence[Any]) -> bool:
        """Whether all of them could be read."""
        partition = self._partitions.of(where)
        for record in records:
            try:
                read = self._reader.read(partition.stream, record)
            except Exception as error:
                # Says nothing about the record (its registry is away): it is fetched again later.
                consumer.seek(where, record.offset)
                self._hold(consumer, where, error)
                return False
            partition.take(read)
        return True

    def is_held(self, where: TopicPartition) -> bool:
        """Whether nothing is to be fetched of a partition now."""
        self._faults.forgive(name_of(where), CALM_SECONDS)
        return not self._faults.is_open(name_of(where))

    def is_failing(self, where: TopicPartition) -> bool:
        """Whether the last try to fetch or read a partition failed."""
        return self._faults.is_shut(name_of(where))

    def forget(self, where: TopicPartition) -> None:
        """The partition is somebody else's by now, with its faults."""
        self._faults.open(name_of(where))

    async def _fetch(self, consumer: AIOKafkaConsumer) -> Records:
        """The next records; a partition that cannot be fetched is held back alone."""
        try:
            found: Records = await consumer.getmany(timeout_ms=self._poll_ms, max_records=MAX_RECORDS)
            return found
        except ENDS:
            raise
        except Exception as error:
            records, where = salvage(error)
            self._hold(consumer, where, error)
            return records

    def _hold(self, consumer: AIOKafkaConsumer, where: TopicPartition, error: Exception) -> None:
        """Fetch nothing more of a partition for a while."""
        seconds = self._faults.shut(name_of(where))
        consumer.pause(where)
        why = f"{type(error).__name__}: {error}"
        log.error("%s/%d cannot be read, next try in %.1f s: %s", where.topic, where.partition, seconds, why)
