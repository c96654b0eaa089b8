"""The one agent shape: take a batch that was read, advance the task, make rows durable, publish, come back for more.

State first, outputs second, acknowledgement last. A crash between any two of them repeats work; it loses nothing,
and what it repeats carries the same ids and revisions.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cloudtag.engine.keyed_state import UnreadableStateError
from cloudtag.engine.task_result import TaskResult
from cloudtag.wire.registry import RegistryRefused
from streams.kafka.dead_letters import dead_letter_of
from streams.kafka.partitioner import CAUSES
from streams.kafka.producer import Addressed
from streams.state.state_store import ForeignOwnerError
from streams.state.store import StoreError
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch
from streams.worker.isolation import RecordIsolation
from streams.worker.outbox import Outbox
from streams.worker.pauses import CannotJudgeError, Pauses, StuckError
from streams.worker.record_reader import RecordReader
from streams.worker.refusals import refused
from streams.worker.tasks import RunningTask, Tasks
from streams.worker.tools import Tools

logger = logging.getLogger(__name__)


class Runner:
    """Runs one processor: its agent's body, and making every step durable and published."""

    def __init__(self, tasks: Tasks, own: Sequence[str], reader: RecordReader, tools: Tools) -> None:
        """``own``: the topics the processor reads; ``reader`` has read what comes from them."""
        self.tasks = tasks
        self.topics = own
        self._tools = tools
        config = tools.config
        self._name = tasks.processor
        self.batches_done = 0
        self._reader = reader
        self._outbox = Outbox(self._name, reader, tools)
        tools.metrics.show("misplaced", ((self._name, stream, why) for stream in reader.inputs for why in CAUSES))
        self.pauses = Pauses(self._name, tools.metrics, tools.spawn, self._revive)
        self._apart = RecordIsolation(self._step, self._renew, self._refuse, config.lateness_seconds * 1000)

    async def run(self, batches: AsyncIterator[Batch]) -> None:
        """The agent's body. Several may run at a time; a task's batches still follow one another.

        What goes wrong with a task pauses that task alone. Raises ``ForeignOwnerError``: this worker must end.
        """
        async for batch in batches:
            task = self.tasks[batch.partition]
            if task.is_paused:
                self.pauses.park(task, batch)
                continue
            async with task.turn:
                await self._take(task, batch)

    async def open(self, partition: int) -> None:
        """Open a task over what recovery brought, and publish what a crash may have kept unsent; or pause it."""
        task = self.tasks.open(partition)
        async with task.turn:
            try:
                with _dead_if_it_fails(task):
                    await self._open_core(task)
            except ForeignOwnerError:
                raise
            except Exception as error:
                self.pauses.begin(task, error)

    def pause(self, partition: int, error: Exception) -> None:
        """A partition that could not even be recovered: a paused task, which is recovered on its own."""
        self.pauses.begin(self.tasks.open(partition), error)

    async def take_in(self, partition: int, offset: int, records: list[Any]) -> None:
        """Take in what others wrote to a partition's changelog, from ``offset`` on. Raises ``ForeignOwnerError``."""
        if not self.tasks.is_live(partition):
            return
        task = self.tasks[partition]
        async with task.turn:
            if task.is_paused or task.is_dropped:
                return
            try:
                with _dead_if_it_fails(task):
                    if await self.tasks.table.take_in(partition, offset, records):
                        await self._renew(task)
            except ForeignOwnerError:
                raise
            except Exception as error:
                self.pauses.begin(task, error)

    async def _take(self, task: RunningTask, batch: Batch) -> None:
        if task.is_paused:  # since this batch began to wait for its turn
            self.pauses.park(task, batch)
            return
        try:
            with _dead_if_it_fails(task):
                await self._judge(task, batch)
        except ForeignOwnerError:
            raise
        except Exception as error:
            self.pauses.park(task, batch)
            self.pauses.begin(task, error)

    async def _revive(self, task: RunningTask) -> None:
        """Bring a paused task up to date, open it, judge what is parked. Raises whatever still stands in the way."""
        async with task.turn:
            read = await self.tasks.table.go_on(task.partition, lambda: not task.is_dropped)
            self._tools.metrics.count("restored_rows", read[task.partition], self._name)
            await self._renew(task)
            while task.parked:
                batch = task.parked[0]
                if batch.is_current:
                    await self._outbox.pass_on(batch.content.misplaced)
                    await self._apart.judge(task, batch.content)
                    self._done(task, batch)
                task.parked.popleft()
                self._tools.finish(batch)
            task.is_paused = False
        self._tools.resume()

    async def _renew(self, task: RunningTask) -> None:
        """Open the task anew over its stored rows."""
        self.tasks.renew(task)
        # Reading all rows takes a while: let others have their turn in between.
        await asyncio.sleep(0)
        await self._open_core(task)

    async def _open_core(self, task: RunningTask) -> None:
        """Read the stored rows, make durable and publish what a crash may have kept unsent."""
        while True:
            try:
                step = task.core.open()
                break
            except UnreadableStateError as error:
                await self._set_aside(task, error)
                self.tasks.renew(task)
        await self._settle(task, step)

    async def _set_aside(self, task: RunningTask, error: UnreadableStateError) -> None:
        logger.error("%s/%d: a key is set aside: %s", self._name, task.partition, error)
        await self.tasks.table.set_aside(task.partition, error.prefix, str(error))

    async def _judge(self, task: RunningTask, batch: Batch) -> None:
        begun = time.perf_counter()
        await self._outbox.pass_on(batch.content.misplaced)
        await self._step(task, batch.content)
        self._done(task, batch)
        metrics = self._tools.metrics
        metrics.observe("batch_seconds", time.perf_counter() - begun, self._name)
        metrics.observe("batch_records", batch.count, self._name)

    async def _step(self, task: RunningTask, content: DecodedBatch) -> None:
        """Judge records and make everything durable. Raises ``CannotJudgeError`` before anything of them is, and
        ``StuckError`` where what time brings about besides cannot be judged."""
        is_more_due = await self._part(task, content)
        while is_more_due and not task.is_dropped:
            await asyncio.sleep(0)
            try:
                is_more_due = await self._part(task, DecodedBatch())
            except CannotJudgeError as error:
                raise StuckError(f"what is stored cannot be judged: {error}") from error.__cause__

    async def _part(self, task: RunningTask, content: DecodedBatch) -> bool:
        """One step of the core, made durable and published; whether more is due than it took."""
        begun = time.perf_counter()
        while True:
            try:
                step, outputs = self._advance(task, content)
                break
            except UnreadableStateError as error:
                await self._set_aside(task, error)
                await self._renew(task)
        self._tools.metrics.observe("judge_seconds", time.perf_counter() - begun, self._name)
        await self._outbox.dead_letter(content.letters + refused(step, content.sources, self._reader))
        await self._settle(task, step, outputs)
        return step.is_more_due

    def _advance(self, task: RunningTask, content: DecodedBatch) -> tuple[TaskResult, list[Addressed]]:
        """Everything about a step that needs no broker: what fails here is the records' fault, or the detectors'."""
        try:
            step = task.core.advance(content.facts, content.reached_ms)
            return step, self._outbox.addressed(step.outputs)
        except (OSError, StoreError, RegistryRefused, UnreadableStateError):
            raise
        except Exception as error:
            raise CannotJudgeError(f"{type(error).__name__}: {error}") from error

    def _done(self, task: RunningTask, batch: Batch) -> None:
        content = batch.content
        # What only passes through does not move this task's watermark: it gets watermark records like an idle one.
        task.done(batch.count, is_judged=bool(content.facts or content.reached_ms))
        passed_on = Counter([record.topic for record, _ in content.misplaced]) if content.misplaced else {}
        self.batches_done += 1
        for chunk in batch.chunks:
            topic = chunk.tp.topic
            count = chunk.count - passed_on.get(topic, 0)
            self._tools.metrics.count("records", count, self._name, self._reader.stream_of(topic))

    async def _settle(self, task: RunningTask, step: TaskResult, outputs: list[Addressed] | None = None) -> None:
        """Rows to the changelog and the store, then outputs to their topics; each awaited."""
        outputs = self._outbox.addressed(step.outputs) if outputs is None else outputs
        if task.is_dropped:
            # Its partition belongs to somebody else by now, who judges these records too.
            logger.warning("%s/%d was taken away in the middle of a batch", self._name, task.partition)
            return
        metrics, name = self._tools.metrics, self._name
        # Tasks of the processor write at the same time: only what the call says of itself is this step's.
        written = await self.tasks.table.put_many(task.partition, step.rows)
        metrics.count("changelog_bytes", written.size_bytes, name)
        metrics.count("changelog_rows", written.rows, name)
        await self._outbox.publish(step.outputs, outputs)
        metrics.count("late", step.late, name)
        metrics.count("duplicates", step.duplicates, name)
        metrics.count("timers", step.timers, name)

    async def _refuse(self, record: Any, error: str) -> None:
        """A record that alone cannot be judged becomes a dead letter."""
        self._reader.charge(record, letter := dead_letter_of(self._reader.source(record), "cannot_judge", error))
        await self._outbox.dead_letter([letter])


@contextmanager
def _dead_if_it_fails(task: RunningTask) -> Iterator[None]:
    """Whatever ends a step before it is durable and published, a cancellation too: the core is not to be advanced any
    more."""
    try:
        yield
    except BaseException:
        task.is_paused = True
        raise
