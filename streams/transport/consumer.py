"""The consumer: keeps tasks supplied with batches, commits what the in-flight offsets allows, and lets go in order.

Four private habits of Faust's consumer are replaced: how records become messages, how acknowledgements become
offsets, what is waited for when partitions are revoked, and when the flow may be resumed.
"""

import asyncio
from collections.abc import Mapping, Set
from itertools import chain
from typing import Any

from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP
from mode import Service
from mode.utils.objects import cached_property

from streams.transport.batching import Batching
from streams.transport.in_flight import Batch, InFlightOffsets
from streams.transport.message import BatchMessage
from streams.transport.outages import Outages
from streams.transport.partition_buffers import PartitionBuffers, TaskId
from streams.transport.thread import BatchConsumerThread

FETCH_SECONDS = 0.25
"""How long one look for records waits at most; a seek waits for it."""
PATIENCE_SECONDS = 1.0
"""How long a task waits for a topic whose records are on the broker and do not arrive."""
BATCHES_PER_TASK = 2
"""Handed out at a time: one in the agent's hands, the next ready."""


class BatchConsumer(Consumer):
    """Faust's consumer, delivering batches. What it reads from the app: `app.batching` (see `streams.worker.app`)."""

    in_flight: InFlightOffsets
    buffers: PartitionBuffers
    _thread: BatchConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        batching: Batching = self.app.batching  # type: ignore[attr-defined]
        self.in_flight = InFlightOffsets()
        half = self._most_in_flight_bytes = batching.buffer_bytes // 2
        self.buffers = PartitionBuffers(batching.group_of, batching.read_of, batching.batch_records, half)
        self._skew_ms = batching.skew_ms
        self._patience: dict[TaskId, float] = {}
        self._task_tps: dict[TaskId, list[TP]] = {}
        self._drain_seconds: float = batching.drain_seconds
        self._committed: dict[TP, int] = {}
        self._taken: dict[TP, int] = {}
        """Up to where the records of each partition have come here from the thread that fetches."""
        self._is_rebalancing = False
        self._must_seek = True
        self._is_paused = batching.is_paused
        self._outages = Outages(self.buffers, self._go_on, batching.report)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @cached_property
    def _work(self) -> asyncio.Event:
        """Set when a task may have a batch to cut."""
        return asyncio.Event()

    @cached_property
    def _room(self) -> asyncio.Event:
        """Set when a partition may be fetched again."""
        return asyncio.Event()

    @cached_property
    def _commit_lock(self) -> asyncio.Lock:
        return asyncio.Lock()

    @property
    def thread(self) -> BatchConsumerThread:
        """The thread that talks to the broker."""
        return self._thread

    # -- from the broker to the agents

    async def _drain_messages(self, fetcher: Any) -> None:
        """Body of Faust's fetcher service: keep every partition's buffer filled."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                if not self.flow_active:
                    await self.wait(self.can_resume_flow.wait())
                    continue
                below_low_water = self._outages.open_among(self.buffers.below_low_water(self._active()))
                if below_low_water:
                    await self._fetch(below_low_water)
                else:
                    self._room.clear()
                    await self.wait(self._room.wait())
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError:
            # Faust takes an end in the middle of a rebalance for a crash, and has nobody to begin anew.
            if not self.app.should_stop:
                raise

    def _active(self) -> Set[TP]:
        # Faust looks at the type of each whenever it is asked.
        return self._get_active_partitions() if self._active_partitions is None else self._active_partitions

    async def _fetch(self, below_low_water: Set[TP]) -> None:
        thread = self._thread
        consumer = thread._ensure_consumer()
        fetched = await thread.fetch(consumer, below_low_water, FETCH_SECONDS)
        if fetched.epoch != thread.epoch or not self.flow_active:
            return  # a seek has taken the position back, or will before the flow goes on
        self._taken.update(fetched.positions)
        for tp, found in fetched.records.items():
            self.buffers.add(TP(tp.topic, tp.partition), found)
        self._outages.fetched(fetched.records.keys(), {TP(*tp): error for tp, error in thread.faults.items()})
        self._outages.look()
        self._work.set()

    @Service.task
    async def _hand_out(self) -> None:
        while not self.should_stop:
            # Its task is cancelled when the service stops: Faust's own wait looks out for that with three tasks a time.
            await self._work.wait()
            self._work.clear()
            while self.flow_active and (task := self._next_task()) is not None:
                batch = self.buffers.next_batch(task, self._is_dry)
                self._outages.look()
                self.in_flight.deliver(batch)
                self._room.set()
                await self.callback(BatchMessage(batch, self.app.consumer_generation_id))

    def _next_task(self) -> TaskId | None:
        """The task that is furthest behind and can take a batch, unless it must wait for others, or for room."""
        if self.in_flight.held_bytes >= self._most_in_flight_bytes:
            return None
        horizon: int | None = None
        for task, clock in self.buffers.clocks().items():
            if self._is_paused(task):
                continue
            if horizon is None:
                horizon = clock + self._skew_ms
            if clock > horizon:
                return None
            if self._has_turn(task) and not self._must_wait(task):
                return task
        return None

    def _has_turn(self, task: TaskId) -> bool:
        """Whether nothing of a task is in an agent's hands, or one batch, and enough for a second waits here."""
        handed_out = self.in_flight.outstanding(*task)
        if not handed_out:
            return True
        return handed_out < BATCHES_PER_TASK and self.buffers.has_ready(task)

    def _must_wait(self, task: TaskId) -> bool:
        """Whether a topic of the task has records on the broker, none of them here, and there is patience left."""
        now = asyncio.get_running_loop().time()
        if not any(self._unread(tp) and not self.buffers.buffered(tp) for tp in self._tps_of(task)):
            self._patience.pop(task, None)
            return False
        if task not in self._patience:
            self._patience[task] = now + PATIENCE_SECONDS
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._work.set)
        return now < self._patience[task]

    def _is_dry(self, tp: TP) -> bool:
        """Whether all that is known to be on the broker of a partition has come here."""
        return not self._unread(tp)

    def _tps_of(self, task: TaskId) -> list[TP]:
        """The assigned partitions of a task; looked up once per assignment."""
        if not self._task_tps:
            for tp in self.assignment():
                self._task_tps.setdefault(self.buffers.task_of(tp), []).append(tp)
        return self._task_tps.get(task, [])

    # -- from the agents to the broker

    def finish(self, batch: Batch) -> None:
        """An agent came back for more: the batch is done."""
        self.in_flight.ack(batch)
        self._work.set()

    def resume(self) -> None:
        """A task that was paused takes batches again."""
        self._work.set()

    def is_paused(self, tp: TP) -> bool:
        """Whether records of a partition wait for the end of a pause, and so are no sign of a worker that hangs."""
        return self._is_paused(self.buffers.task_of(tp)) or self.is_out(tp)

    def is_out(self, tp: TP) -> bool:
        """Whether a partition's records cannot be fetched or read for now."""
        return self._outages.is_out(tp)

    def _go_on(self) -> None:
        self._room.set()
        self._work.set()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002
        """Commit the acknowledged prefix of every assigned partition; false when there was nothing or it failed."""
        async with self._commit_lock:
            return await self.force_commit(topics)

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002
        """Commit now; callers hold the commit lock."""
        done = self.in_flight.committable()
        wanted = {tp: end for tp, end in done.items() if end > self._committed.get(tp, -1)}
        if not wanted:
            return False
        assigned = self.assignment()
        wanted = {tp: end for tp, end in wanted.items() if tp in assigned}
        if not wanted or not await self._commit(wanted):
            return False
        self._committed.update(wanted)
        return True

    async def wait_empty(self) -> None:
        """Wait for the batches in agents' hands, at most as long as the group will wait for us, and commit."""
        try:
            await asyncio.wait_for(self.in_flight.wait_idle(), self._drain_seconds)
        except TimeoutError:
            self.log.error("Batches unfinished after %s s; they will be judged again", self._drain_seconds)
        await self.commit()

    def lag(self) -> dict[TP, int]:
        """Records per assigned partition that are on the broker and not acknowledged."""
        lag = self._thread.all_unread(self._taken)
        for tp, count in chain(self.buffers.counts(), self.in_flight.counts()):
            if tp in lag:
                lag[tp] += count
        return lag

    def _unread(self, tp: TP) -> int:
        """Records on the broker that have not come here: also those that the other thread has just fetched."""
        return self._thread.unread(tp, self._taken.get(tp))

    # -- rebalance and seek

    def stop_flow(self) -> None:
        """Nothing more is handed out, and what was fetched is forgotten: the flow only goes on after a seek."""
        super().stop_flow()
        self._must_seek = True
        self.buffers.clear()
        self._taken.clear()

    def resume_flow(self) -> None:
        """Go on, unless a rebalance has begun since, or positions still stand behind forgotten records."""
        if self._is_rebalancing or (self._must_seek and self.assignment()):
            self.log.info("Not resuming: a rebalance is under way")
            return
        super().resume_flow()
        self._room.set()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what is in hand, commit it, then forget."""
        self._is_rebalancing = True
        await super().on_partitions_revoked(revoked)
        self._forget()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """A new generation: everything starts from what is committed."""
        self.stop_flow()
        self._forget()
        self._is_rebalancing = False
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Put every partition to its committed offset and drop what was delivered before."""
        committed: Mapping[TP, int] = await self.seek_to_committed()
        self._forget()
        self._committed.update(committed)
        # Nothing is fetched before the flow goes on: here both threads stand at the same place.
        self._taken.update(self._thread.positions(self.assignment()))
        self._must_seek = False

    def _forget(self) -> None:
        self.in_flight.clear()
        self.buffers.clear()
        self._committed.clear()
        self._taken.clear()
        self._task_tps.clear()
        self._outages.forget()

    def on_buffer_full(self, tp: TP) -> None:
        """The feed bounds what is handed out per task; Faust's pressure callbacks must not touch the fetch set."""

    def on_buffer_drop(self, tp: TP) -> None:
        """See ``on_buffer_full``."""

    async def on_stop(self) -> None:
        """Let the hand-out see that it is over, and stop."""
        self._work.set()
        await super().on_stop()

    async def verify_all_partitions_active(self) -> None:
        """Left to the watchdog."""
