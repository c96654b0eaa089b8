"""The sink: from Kafka into the warehouse, every record once.

It reads, cuts, stores, and commits only at cuts. After a crash it reads again from the last cut committed, and what
it had stored already comes under the same tokens. While the warehouse cannot store, the partitions concerned are
paused and Kafka is the buffer.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.errors import Outage, TooMuchPoison
from cloudtag.warehouse.veil import Veil
from streams import codecs
from streams.fetching import ENDS, Records, salvage
from streams.gates import EVERYTHING, Gates
from streams.metrics import Labels, replace
from streams.sink import metrics
from streams.sink.contact import Contact
from streams.sink.cuts import CutRule
from streams.sink.letters import Letters
from streams.sink.partition import Partition, Span
from streams.sink.reader import Reader
from streams.sink.writer import Writer

log = logging.getLogger(__name__)
MAX_RECORDS = 20_000
"""Read in one round: bounds how much is read again after a crash."""
CALM_SECONDS = 5.0
"""A partition that brings nothing is well when it has been fetched for so long without a fault."""
MOST_HELD = 100_000
"""Rows held before partitions with whole batches waiting are paused. Beyond it a partition holds one batch more."""

MEASURE_SECONDS = 1.0


def wall_ms() -> int:
    """The machine's clock, to compare with broker time."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class SinkConfig:
    """Where the sink reads and writes. Times are seconds unless the name says otherwise."""

    bootstrap: str | list[str]
    connect: Callable[[], Client]
    secret: bytes
    database: str = "cloudtag"
    group: str = "cloudtag-sink"
    prefix: str = ""
    streams: tuple[str, ...] = tuple(TABLES)
    rule: CutRule = field(default_factory=CutRule)
    retry_first_seconds: float = 0.5
    retry_longest_seconds: float = 30.0
    session_timeout_ms: int = 30_000
    poll_ms: int = 200
    kafka: Mapping[str, Any] = field(default_factory=dict)
    """More for aiokafka's clients, such as `security_protocol` and `sasl_plain_username`."""


class Sink(ConsumerRebalanceListener):  # type: ignore[misc]
    """A service: `await Sink(config).run(stop)`."""

    def __init__(self, config: SinkConfig, reader: Reader | None = None) -> None:
        self._config = config
        self._reader = reader or Reader()
        self._stream_of = {config.prefix + stream: stream for stream in config.streams}
        self._letters = Letters(config.bootstrap, config.prefix + "dead-letters", config.kafka)
        self._gates = Gates(config.retry_first_seconds, config.retry_longest_seconds, time.monotonic)
        self._faults = Gates(config.retry_first_seconds, config.retry_longest_seconds, time.monotonic)
        """Of partitions that cannot be fetched or read; those of `_gates` cannot be stored."""
        self._warehouse = Contact(Writer(config.connect, config.database, Veil(config.secret)), self._gates)
        self._partitions: dict[TopicPartition, Partition] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self._storing = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None
        self._is_assigned = False
        self._is_stopping = False
        self._lag_labels: set[Labels] = set()
        metrics.begin(config.streams)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. What is not stored then is read again by the next sink.

        Raises aiokafka's errors when the broker cannot be reached at the start, ``MissingCodecError`` when some
        compressed records could not be read.
        """
        codecs.check()
        consumer = self._consumer = self._new_consumer()
        consumer.subscribe(list(self._stream_of), listener=self)
        measuring = asyncio.create_task(self._keep_measuring(consumer))
        try:
            await consumer.start()
            while not (stop.is_set() or measuring.done()):
                await self._round(consumer)
            if measuring.done():
                measuring.result()
        finally:
            self._is_stopping = True
            measuring.cancel()
            await consumer.stop()
            await self._letters.stop()
            await self._warehouse.close()
            self._consumer = None

    @property
    def is_waiting(self) -> bool:
        """Whether some insert failed and was not repeated with success yet."""
        return self._gates.is_any_shut

    @property
    def obstacle(self) -> str | None:
        """Why the sink is not ready, or none. Says the state, no data."""
        if self._is_stopping:
            return "stopping"
        if self._consumer is None or not self._is_assigned:
            return "waiting for partitions"
        return self._warehouse.obstacle

    async def behind(self) -> int | None:
        """Records on the broker that are not stored; none while that is not known of every partition."""
        lags = {} if self._consumer is None else await self._lags(self._consumer)
        known = [lag for lag in lags.values() if lag is not None]
        return sum(known) if lags and len(known) == len(lags) else None

    async def _lags(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int | None]:
        """Records not stored per assigned partition; none where the end of the log is not known yet."""
        lags: dict[TopicPartition, int | None] = {}
        for where in consumer.assignment():
            end, partition = await self._end(consumer, where), self._partitions.get(where)
            if end is None:
                lags[where] = None
                continue
            # Where nothing is held the position tells: it has passed what holds an offset and is no record.
            is_level = partition is None or partition.oldest_ms is None
            begin = partition.stored_offset if partition and not is_level else await consumer.position(where)
            lags[where] = max(0, end - begin)
        return lags

    async def _end(self, consumer: AIOKafkaConsumer, where: TopicPartition) -> int | None:
        """The offset after the last record that can be read; none while that is not known.

        A transaction leaves a marker behind its records, which is never handed out: where everything was read, the end
        is behind the last record taken.
        """
        end: int | None = consumer.last_stable_offset(where)
        partition = self._partitions.get(where)
        if end is not None and partition is not None and await consumer.position(where) >= end:
            return partition.next_offset
        return end

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """What was read of them but not stored is for their next owner; the batch being stored is finished first."""
        self._is_assigned = False
        async with self._storing:
            for where in revoked:
                self._partitions.pop(where, None)
                self._uncommitted.pop(where, None)
                self._faults.open(_name(where))
                metrics.PAUSED.labels(self._stream_of[where.topic], str(where.partition)).set(0)
            self._gates.forget()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - aiokafka's
        """Nothing to prepare: a partition begins with its first record."""
        self._is_assigned = True

    def _new_consumer(self) -> AIOKafkaConsumer:
        config = self._config
        return AIOKafkaConsumer(
            bootstrap_servers=config.bootstrap,
            group_id=config.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # What an upstream transaction took back was never said.
            isolation_level="read_committed",
            session_timeout_ms=config.session_timeout_ms,
            rebalance_timeout_ms=config.session_timeout_ms,
            heartbeat_interval_ms=max(500, config.session_timeout_ms // 10),
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=config.poll_ms,
            # Topics may be created after the sink was started.
            metadata_max_age_ms=30_000,
            **config.kafka,
        )

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        """Store what earlier rounds read while the next records are read: one waits for the warehouse meanwhile."""
        await asyncio.gather(self._read(consumer), self._store_held(consumer))

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        for where, records in (await self._fetch(consumer)).items():
            partition = self._partition(where)
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
                self._faults.open(_name(where))

    async def _fetch(self, consumer: AIOKafkaConsumer) -> Records:
        """The next records; a partition that cannot be fetched is held back alone."""
        try:
            found: Records = await consumer.getmany(timeout_ms=self._config.poll_ms, max_records=MAX_RECORDS)
            return found
        except ENDS:
            raise
        except Exception as error:
            records, where = salvage(error)
            self._hold(consumer, where, error)
            return records

    def _hold(self, consumer: AIOKafkaConsumer, where: TopicPartition, error: Exception) -> None:
        """Fetch nothing more of a partition for a while."""
        seconds = self._faults.shut(_name(where))
        consumer.pause(where)
        why = f"{type(error).__name__}: {error}"
        log.error("%s/%d cannot be read, next try in %.1f s: %s", where.topic, where.partition, seconds, why)

    async def _store_held(self, consumer: AIOKafkaConsumer) -> None:
        async with self._storing:
            for where, partition in list(self._partitions.items()):
                partition.end_tail(await self._end(consumer, where))
            await self._store_ended()
            await self._commit(consumer)
            self._hold_back(consumer)
            await self._warehouse.ask()

    def _partition(self, where: TopicPartition) -> Partition:
        known = self._partitions.get(where)
        if known is None:
            stream = self._stream_of[where.topic]
            known = Partition(stream, where.topic, where.partition, self._config.rule, wall_ms)
            self._partitions[where] = known
        return known

    async def _store_ended(self) -> None:
        # Reading goes on meanwhile and may add partitions.
        for where, partition in list(self._partitions.items()):
            while partition.ended and self._gates.is_open(partition.stream) and self._gates.is_open(_name(where)):
                span = partition.ended[0]
                try:
                    await self._store(partition, span)
                except Exception as error:
                    self._put_off(where, partition.stream, error)
                    break
                self._gates.open(partition.stream)
                self._gates.open(_name(where))
                partition.ended.popleft()
                self._uncommitted[where] = partition.stored_offset = span.next_offset

    async def _store(self, partition: Partition, span: Span) -> None:
        letters = list(span.letters)
        if span.rows:
            batch = partition.batch_of(span)
            log.debug("storing %s", batch.token)
            for rejected in await self._warehouse.store(batch):
                letters.append(partition.letter_of(rejected))
                metrics.DEAD_LETTERS.labels(partition.stream).inc()
            log.debug("stored %s", batch.token)
            metrics.BATCHES.labels(partition.stream).inc()
            metrics.ROWS.labels(partition.stream).inc(len(span.rows))
        await self._letters.send(letters)

    def _put_off(self, where: TopicPartition, stream: str, error: Exception) -> None:
        """Wait before the next try: with the partition if its batch is at fault, with the table, or with everything."""
        gate = _name(where)
        if isinstance(error, Outage) and not isinstance(error, TooMuchPoison):
            gate = stream if error.is_answered else EVERYTHING
        elif not isinstance(error, Outage | KafkaError):
            log.error("a batch of %s could not be stored, which nobody foresaw", gate, exc_info=error)
        seconds = self._gates.shut(gate)
        metrics.RETRIES.labels(stream).inc()
        log.warning("%s cannot be stored, next try in %.1f s: %s", gate, seconds, error)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        if not self._uncommitted:
            return
        try:
            await consumer.commit(dict(self._uncommitted))
        except (KafkaError, IllegalStateError) as error:
            # Tried again in the next round, or read again by the partition's next owner: harmless either way.
            log.warning("offsets were not committed: %s", error)
        else:
            self._uncommitted.clear()

    def _hold_back(self, consumer: AIOKafkaConsumer) -> None:
        paused = consumer.paused()
        is_much = self._held_rows() > MOST_HELD
        for where in consumer.assignment():
            partition = self._partitions.get(where)
            stream = self._stream_of[where.topic]
            self._faults.forgive(_name(where), CALM_SECONDS)
            is_shut = not (self._gates.is_open(stream) and self._gates.is_open(_name(where)))
            is_full = partition is not None and bool(partition.ended) and (is_shut or is_much)
            is_held = is_full or not self._faults.is_open(_name(where))
            is_failing = any(gates.is_shut(_name(where)) for gates in (self._gates, self._faults))
            metrics.PAUSED.labels(stream, str(where.partition)).set(is_failing)
            if is_held and where not in paused:
                consumer.pause(where)
            elif not is_held and where in paused:
                consumer.resume(where)

    def _held_rows(self) -> int:
        return sum(partition.held_rows for partition in self._partitions.values())

    async def _keep_measuring(self, consumer: AIOKafkaConsumer) -> None:
        """Beside the rounds, which wait for the warehouse."""
        while True:
            await self._measure(consumer)
            await asyncio.sleep(MEASURE_SECONDS)

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        with suppress(IllegalStateError):  # partitions go while they are looked at
            lags: dict[Labels, float] = {
                (self._stream_of[where.topic], str(where.partition)): lag
                for where, lag in (await self._lags(consumer)).items()
                if lag is not None
            }
            self._lag_labels = replace(metrics.LAG, self._lag_labels, lags)
        now = wall_ms()
        oldest: dict[str, int] = dict.fromkeys(self._config.streams, now)
        for partition in self._partitions.values():
            at_ms = partition.oldest_ms
            oldest[partition.stream] = min(oldest[partition.stream], now if at_ms is None else at_ms)
        for stream, at_ms in oldest.items():
            metrics.LAG_SECONDS.labels(stream).set((now - at_ms) / 1000)
            metrics.IS_BLOCKED.labels(stream).set(self._gates.has_failed(stream))
        metrics.HELD_ROWS.set(self._held_rows())


def _name(where: TopicPartition) -> str:
    """The gate of a partition; no stream has a name like it."""
    return f"{where.topic}/{where.partition}"
