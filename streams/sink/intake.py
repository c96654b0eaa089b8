"""Reading the log: what cannot be fetched or read holds up its own partition alone, and is tried again."""

import logging
import time

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
        for where, records in (await self._fetch(consumer)).items():
            partition = self._partitions.of(where)
            for record in records:
                try:
                    read = self._reader.read(partition.stream, record)
                except Exception as error:
                    # Says nothing about the record (its registry is away): it is fetched again later.
                    consumer.seek(where, record.offset)
                    self._hold(consumer, where, error)
                    break
                partition.take(read)
            else:
                self._faults.open(name_of(where))

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
