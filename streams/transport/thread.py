"""The thread that talks to the broker: fetches, seeks and commits, and keeps the group membership alive.

A fetch hands out records and moves the position past them in one step; a seek moves it back. The two never overlap
here (one lock), and every fetch says under which *epoch* (number of seeks so far) it happened. So the other thread
can distinguish records that a later seek will bring again from records that will never come again.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Set
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, credentials_to_aiokafka_auth, server_list
from faust.types import TP

from streams.kafka import group_leader, session_fetcher
from streams.kafka.fetching import ENDS, salvage
from streams.kafka.membership import has_left_group, is_refused
from streams.kafka.session_fetcher import SessionFetcher

FETCH_MAX_WAIT_MS = 100
"""How long the broker may hold a fetch back for more bytes; stock Faust waits 1500 ms."""
REQUEST_TIMEOUT_MS = 40_000
LOOK_AT_ALL_SECONDS = 1.0
"""How often it is asked where all partitions stand, and not only those that brought something."""
COMMIT_SECONDS = 10.0
"""How long one commit may take."""
MEMBER_SECONDS = 5.0
"""How long one question about the membership may take."""


class Fetched(NamedTuple):
    """What one fetch brought."""

    epoch: int
    records: Mapping[TopicPartition, list[Any]] = {}
    positions: Mapping[TP, int] = {}
    """Up to where partitions are read with that: behind the last record, and behind what is no record. Of those that
    are not here nothing has changed."""


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread with epochs, patience at commits, and a short fetch wait."""

    epoch = 0
    fetches_begun = fetches_done = 0
    faults: Mapping[TopicPartition, Exception] = {}
    """The partitions the last fetch has failed for, and why: corrupt batches, records no client can take apart, no
    permission. The client would end at the first of them."""
    _position_lock: asyncio.Lock
    _looked_at_all = 0.0
    _states: tuple[Any, Mapping[TP, Any]] = None, {}
    """An assignment, and of each partition of it what the client knows."""

    async def on_start(self) -> None:
        """Make the lock in the thread's own loop, then connect."""
        self._position_lock = asyncio.Lock()
        await super().on_start()

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        # Faust falls back to a round-robin assignor when it knows no tables, which spreads the topics of one task
        # over several workers; its own assignor keeps partition p of all topics together.
        self._assignor = self.app.assignor
        session_fetcher.use()
        group_leader.use()
        conf = self.app.conf
        return AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            bootstrap_servers=server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # What an upstream transaction took back was never said.
            isolation_level="read_committed",
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            **credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )

    async def fetch(self, consumer: AIOKafkaConsumer, tps: Set[TP], seconds: float) -> Fetched:
        """What a fetch brings; called on the other thread. It does not stand in the queue of other calls, of whose two
        places it would hold one nearly all the time."""
        work = self._fetch_records(consumer, tps, timeout=seconds)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def _fetch_records(  # type: ignore[override]
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: Set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - the name is Faust's
        max_records: int | None = None,
    ) -> Fetched:
        self.fetches_begun += 1
        try:
            return await self._fetch(consumer, active_partitions, timeout, max_records)
        finally:
            self.fetches_done += 1

    async def _fetch(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: Set[TP],
        timeout: float | None,  # noqa: ASYNC109 - the client's
        max_records: int | None,
    ) -> Fetched:
        async with self._position_lock:
            if not self.consumer.flow_active:
                return Fetched(self.epoch)
            fetcher = consumer._fetcher
            if consumer._closed or fetcher._closed:
                raise ConsumerStoppedError
            with fetcher._subscriptions.fetch_context():
                try:
                    self.faults = {}
                    records = await fetcher.fetched_records(active_partitions, timeout=timeout, max_records=max_records)
                except ENDS:
                    raise
                except Exception as error:
                    records, fault = salvage(error)
                    self.faults = {fault: error}
            return Fetched(self.epoch, records, self.positions(self._moved(fetcher)))

    def _moved(self, fetcher: SessionFetcher) -> Iterable[tuple[str, int]]:
        """The partitions that may be read further than before. Once a second all: a log may have lost its beginning."""
        moved, now = fetcher.taken(), time.monotonic()
        if now < self._looked_at_all + LOOK_AT_ALL_SECONDS:
            return moved
        self._looked_at_all = now
        return self.assignment()

    @property
    def has_left_group(self) -> bool:
        """Whether the client's task that keeps it in its group has ended: it is assigned nothing any more, and is not
        told when what it has goes to others."""
        return self._consumer is not None and has_left_group(self._consumer)

    @property
    def is_refused(self) -> bool:
        """Whether the group has members of another protocol, and lets this client never in."""
        return self._consumer is not None and is_refused(self._consumer)

    async def is_member(self) -> bool:
        """Ask the group's coordinator whether this client still is in the generation that it was assigned in; false
        also where it does not answer."""
        return bool(await self.call_thread(self._beats))

    async def _beats(self) -> bool:
        coordinator = self._ensure_consumer()._coordinator
        try:
            async with asyncio.timeout(MEMBER_SECONDS):
                await coordinator.ensure_coordinator_known()
                return bool(await coordinator._do_heartbeat())
        except TimeoutError:
            return False

    def positions(self, wanted: Iterable[tuple[str, int]]) -> dict[TP, int]:
        """Up to where assigned partitions are fetched, as far as that is known."""
        found: dict[TP, int] = {}
        for tp in map(TP._make, wanted):
            if (state := self._state(tp)) is not None and state.has_valid_position:
                found[tp] = state.position
        return found

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Put every partition back to where the group left off, or to its beginning; a new epoch starts."""
        offsets: Mapping[TP, int] = await self.call_thread(self._seek_to_committed)
        return offsets

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        async with self._position_lock:
            consumer = self._ensure_consumer()
            assigned = consumer.assignment()
            if not assigned:
                return {}
            committed = await consumer._coordinator.fetch_committed_offsets(list(assigned))
            offsets = {tp: found.offset for tp, found in committed.items() if found.offset >= 0}
            # Stock Faust leaves a partition without a committed offset where it stands, also when records
            # were already taken from it.
            if fresh := [tp for tp in assigned if tp not in offsets]:
                await consumer.seek_to_beginning(*fresh)
            for tp, offset in offsets.items():
                consumer.seek(tp, offset)
            self.epoch += 1
            return {TP(tp.topic, tp.partition): offset for tp, offset in offsets.items()}

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        wanted = {TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(end, "") for tp, end in offsets.items()}
        try:
            # The client tries without end when one topic of them is gone, and a rebalance waits for the commit.
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._ensure_consumer().commit(wanted)
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            # Nothing is lost: the next commit covers these too, and after a rebalance the records come again.
            self.log.warning("Offsets not committed, will try again: %r", error)
            return False
        return True

    def unread(self, tp: TP, taken: int | None = None) -> int:
        """Records of an assigned partition that are on the broker and not fetched; 0 while that is unknown.

        `taken`: up to where whoever asks has got the records. The position runs ahead of that while a fetch is on its
        way from this thread to the other. Those behind the beginning of a transaction that is open count when it ends:
        nobody can read them before.
        """
        return _unread(self._state(tp), taken)

    def all_unread(self, taken: Mapping[TP, int]) -> dict[TP, int]:
        """The same of every assigned partition."""
        return {tp: _unread(state, taken.get(tp)) for tp, state in self._states_now().items()}

    def _state(self, tp: TP) -> Any:
        return self._states_now().get(tp)

    def _states_now(self) -> Mapping[TP, Any]:
        """What the client knows of each assigned partition. Asked again and again about hundreds, by both threads: each
        is found once for an assignment."""
        subscription = self._ensure_consumer()._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None:
            return {}
        known, states = self._states
        if assignment is not known:
            states = {TP(*tp): assignment.state_value(tp) for tp in assignment.tps}
            self._states = assignment, states
        return states

    def verify_event_path(self, now: float, tp: TP) -> None:
        """The stock check guesses from private clocks; the watchdog compares what is pending with what is done."""


def _unread(state: Any, taken: int | None) -> int:
    if state is None or state.lso is None or not state.has_valid_position:
        return 0
    behind: int = state.lso - (state.position if taken is None else taken)
    return max(0, behind)
