"""The sink: from Kafka into the warehouse, every record once.

It reads, cuts, stores, and commits only at cuts. After a crash it reads again from the last cut committed, and what
it had stored already comes under the same tokens. While the warehouse cannot store, the partitions concerned are
paused and Kafka is the buffer.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from cloudtag.contract.records import DeadLetter
from cloudtag.warehouse.errors import OutageError, TooManyUnstorableError
from cloudtag.warehouse.forgotten import ErasureDebt
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from streams.health.watchdog import NO_MEMBER, UNASSIGNED, Pulse
from streams.kafka import bounded_batches, codecs, group_leader, session_fetcher
from streams.kafka.backoff import EVERYTHING, Backoffs
from streams.kafka.log_throttle import LogThrottle
from streams.kafka.membership import has_left_group
from streams.kafka.weights import DECODED_FACTOR, fetch_bytes
from streams.sink import sink_metrics as metrics
from streams.sink.config import SinkConfig
from streams.sink.contact import Contact
from streams.sink.dead_letters import DeadLetterProducer
from streams.sink.intake import Intake
from streams.sink.lags import Lags, end_of, lags
from streams.sink.outage_log import OutageLog
from streams.sink.partition_batches import PartitionBatches, PendingBatch
from streams.sink.partitions import Partitions, name_of
from streams.sink.reader import Reader
from streams.sink.writer import Writer
from streams.worker.worker_metrics import Labels, Shown, replace

log = logging.getLogger(__name__)
log.addFilter(LogThrottle())
FETCH_BYTES = 1 << 20


def _writers(config: SinkConfig) -> list[Writer]:
    # A value has one key and is stored once, over whichever connection.
    pseudonymizer, debt = Pseudonymizer(config.secret, config.cache_bytes), ErasureDebt()
    return [Writer(config.connect, config.database, pseudonymizer, debt) for _ in range(config.connections)]


class Sink(ConsumerRebalanceListener):  # type: ignore[misc]
    """A service: `await Sink(config).run(stop)`."""

    def __init__(self, config: SinkConfig, reader: Reader | None = None) -> None:
        self._config = config
        self._letters = DeadLetterProducer(config.bootstrap, config.prefix + "dead-letters", config.kafka)
        self._gates = Backoffs(config.retry_first_seconds, config.retry_longest_seconds, time.monotonic)
        """Of what cannot be stored: single partitions, tables, or everything."""
        self._outages = OutageLog()
        self._warehouse = Contact(
            _writers(config),
            self._gates,
            config.streams,
            self._outages,
        )
        self._partitions = Partitions(config)
        self._intake = Intake(config, self._partitions, reader or Reader())
        self._lags = Lags(config.streams, self._partitions, self._gates)
        self._uncommitted: dict[TopicPartition, int] = {}
        self._storing = asyncio.Lock()
        self._turns = asyncio.Semaphore(config.connections)
        self._consumer: AIOKafkaConsumer | None = None
        self._is_assigned = False
        self._is_stopping = False
        self._shown: Shown = {}
        metrics.begin(config.streams)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. What is not stored then is read again by the next sink.

        Raises aiokafka's errors when the broker cannot be reached at the start, ``MissingCodecError`` when some
        compressed records could not be read.
        """
        codecs.check()
        bounded_batches.bound(self._config.unpacked_batch_bytes)
        session_fetcher.use()
        group_leader.use()
        consumer = self._consumer = self._new_consumer()
        consumer.subscribe(self._partitions.topics, listener=self)
        measuring = asyncio.create_task(self._lags.keep_measuring(consumer))
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
        if obstacle := self._warehouse.obstacle:
            return obstacle
        return "partitions are paused" if any(map(self._is_failing, self._consumer.assignment())) else None

    def pulses(self) -> Iterator[Pulse]:
        """What must have an end: waiting for partitions, and a client that its group has lost."""
        consumer = self._consumer
        yield Pulse(0, consumer is not None and not self._is_assigned, UNASSIGNED)
        yield Pulse(0, consumer is not None and has_left_group(consumer), NO_MEMBER)

    async def behind(self) -> int | None:
        """Records on the broker that are not stored; none while that is not known of every partition."""
        found = {} if self._consumer is None else await lags(self._consumer, self._partitions)
        known = [lag for lag in found.values() if lag is not None]
        return sum(known) if found and len(known) == len(found) else None

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """What was read of them but not stored is for their next owner; the batch being stored is finished first."""
        self._is_assigned = False
        async with self._storing:
            for where in revoked:
                self._partitions.drop(where)
                self._uncommitted.pop(where, None)
                self._intake.forget(where)
            self._shown = replace(metrics.PAUSED, self._shown, {})
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
            max_partition_fetch_bytes=self._fetch_bytes(),
            fetch_max_wait_ms=config.poll_ms,
            # Topics may be created after the sink was started.
            metadata_max_age_ms=30_000,
            **config.kafka,
        )

    def _fetch_bytes(self) -> int:
        """All that is fetched may be read in one round, and takes more then."""
        room = self._config.buffer_bytes // DECODED_FACTOR
        return fetch_bytes(FETCH_BYTES, room, len(self._partitions.topics) * self._config.partitions)

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        """Store what earlier rounds read while the next records are read: one waits for the warehouse meanwhile, and so
        begins first."""
        await asyncio.gather(self._store_held(consumer), self._intake.read(consumer))

    async def _store_held(self, consumer: AIOKafkaConsumer) -> None:
        async with self._storing:
            for where, partition in self._partitions:
                partition.end_tail(await end_of(consumer, self._partitions, where))
            await self._store_ended()
            await self._commit(consumer)
            self._hold_back(consumer)
            await self._warehouse.ask()

    async def _store_ended(self) -> None:
        """Of each partition one batch after the other; of several as many at a time as there are connections."""
        waiting = [(where, partition) for where, partition in self._partitions if partition.ended]
        await asyncio.gather(*(self._store_ended_of(where, partition) for where, partition in waiting))

    async def _store_ended_of(self, where: TopicPartition, partition: PartitionBatches) -> None:
        is_stored = True
        while is_stored and partition.ended:
            async with self._turns:
                is_stored = await self._store_next(where, partition)

    async def _store_next(self, where: TopicPartition, partition: PartitionBatches) -> bool:
        """Whether the next batch of a partition could be stored. Whoever has waited for a turn looks whether others
        have failed meanwhile."""
        if not (self._gates.is_open(partition.stream) and self._gates.is_open(name_of(where))):
            return False
        span = partition.ended[0]
        try:
            await self._store(partition, span)
        except Exception as error:
            self._put_off(where, partition.stream, error)
            return False
        self._gates.open(partition.stream)
        self._gates.open(name_of(where))
        self._outages.stored(EVERYTHING, partition.stream)
        partition.ended.popleft()
        self._uncommitted[where] = partition.stored_offset = span.next_offset
        return True

    async def _store(self, partition: PartitionBatches, span: PendingBatch) -> None:
        rejected: list[DeadLetter] = []
        if span.rows:
            batch = partition.batch_of(span)
            log.debug("storing %s", batch.token)
            rejected = [partition.dead_letter_of(row) for row in await self._warehouse.store(batch)]
            log.debug("stored %s", batch.token)
        await self._letters.send([*span.letters, *rejected])
        # Not before: a batch whose dead letters cannot be sent is stored again, and would be counted again.
        metrics.DEAD_LETTERS.labels(partition.stream).inc(len(rejected))
        metrics.BATCHES.labels(partition.stream).inc(bool(span.rows))
        metrics.ROWS.labels(partition.stream).inc(len(span.rows) - len(rejected))

    def _put_off(self, where: TopicPartition, stream: str, error: Exception) -> None:
        """Wait before the next try: with the partition if its batch is at fault, with the table, or with everything."""
        gate = name_of(where)
        if isinstance(error, OutageError) and not isinstance(error, TooManyUnstorableError):
            gate = stream if error.is_answered else EVERYTHING
        elif not isinstance(error, OutageError | KafkaError):
            log.error("a batch could not be stored, which nobody foresaw: %s", gate, exc_info=error)
        self._gates.shut(gate)
        metrics.RETRIES.labels(stream).inc()
        # One partition is told of as its table: an outage of one kind has as many lines as there are tables at most.
        self._outages.failed(EVERYTHING if gate == EVERYTHING else stream, f"{gate}: {error}")

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
        already = consumer.paused()
        may_read = self._readable(consumer)
        failing: dict[Labels, float] = {}
        for where in consumer.assignment():
            partition, stream = self._partitions.get(where), self._partitions.stream_of(where)
            is_shut = not (self._gates.is_open(stream) and self._gates.is_open(name_of(where)))
            is_full = partition is not None and bool(partition.ended) and is_shut
            # Asked first: it also forgives partitions that are well by now.
            is_held = self._intake.is_held(where) or is_full or not may_read(where)
            failing[stream, str(where.partition)] = self._gates.is_shut(name_of(where)) or self._intake.is_failing(
                where
            )
            if is_held and where not in already:
                consumer.pause(where)
            elif not is_held and where in already:
                consumer.resume(where)
        self._shown = replace(metrics.PAUSED, self._shown, failing)

    def _readable(self, consumer: AIOKafkaConsumer) -> Callable[[TopicPartition], bool]:
        """Which partitions may be read: all while there is room. Else none while a batch waits that can be stored, and
        then the one that holds most: of a batch that has not ended nothing can be stored, so that one is ended."""
        if self._partitions.held_bytes <= self._config.buffer_bytes:
            return lambda _: True
        held: dict[TopicPartition, int] = {}
        for where in consumer.assignment():
            if self._is_failing(where) or self._gates.has_failed(self._partitions.stream_of(where)):
                continue
            partition = self._partitions.get(where)
            if partition is not None and partition.ended:
                return lambda _: False
            held[where] = 0 if partition is None else partition.held_bytes
        most = max(held.values(), default=0)
        return lambda where: held.get(where) == most

    def _is_failing(self, where: TopicPartition) -> bool:
        """Whether the last try to fetch, read or store a partition's records failed, for a reason of its own."""
        return self._gates.is_shut(name_of(where)) or self._intake.is_failing(where)
