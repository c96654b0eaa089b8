"""The one agent shape: decode, advance the lane, make rows durable, publish, and only then come back for more.

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

from aiokafka.errors import MessageSizeTooLargeError
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import FORWARDS
from cloudtag.engine.step import Output, Step
from cloudtag.wire.registry import RegistryRefused
from streams import misplaced
from streams.apart import Apart
from streams.lanes import Lane, Lanes
from streams.letters import CUT_BYTES, letter_of, record_of
from streams.letters import STREAM as DEAD_LETTERS
from streams.misplaced import CAUSES, Misplaced
from streams.partition import partition_of
from streams.pauses import CannotJudgeError, Pauses
from streams.publisher import ROOM_BYTES, Addressed, Record, Target, check_size, group, publish
from streams.record_reader import RecordReader
from streams.tables.store import StoreError
from streams.tables.table import ForeignOwnerError, check_rows
from streams.tools import Tools
from streams.transport.ledger import Batch

logger = logging.getLogger(__name__)

NOT_JUDGED = frozenset((DeadLetter, Misplaced))
"""What a record that is no fact of this lane is read as."""


class Runner:
    """Runs one processor: its agent's body, and the settling of every step."""

    def __init__(self, lanes: Lanes, own: Sequence[str], tools: Tools) -> None:
        self.lanes = lanes
        self.topics = own
        self._tools = tools
        config = tools.config
        self._name = lanes.processor
        self.batches_done = 0
        reader = self._reader = RecordReader(self._name, own, config, tools.codec, tools.platforms)
        self.read = reader.read
        tools.metrics.show("misplaced", ((self._name, stream, why) for stream in reader.inputs for why in CAUSES))
        self.pauses = Pauses(self._name, tools.metrics, tools.spawn, self._revive)
        self._apart = Apart(self._step, self._renew, self._refuse, config.lateness_seconds * 1000)

    async def run(self, batches: AsyncIterator[Batch]) -> None:
        """The agent's body. Several may run at a time; a lane's batches still follow one another.

        What goes wrong with a lane pauses that lane alone. Raises ``ForeignOwnerError``: this worker must end.
        """
        async for batch in batches:
            lane = self.lanes[batch.partition]
            if lane.is_paused:
                self.pauses.park(lane, batch)
                continue
            async with lane.turn:
                await self._take(lane, batch)

    async def open(self, partition: int) -> None:
        """Open a lane over what recovery brought, and publish what a crash may have kept unsent; or pause it."""
        lane = self.lanes.open(partition)
        async with lane.turn:
            try:
                with _dead_if_it_fails(lane):
                    await self._settle(lane, lane.core.open())
            except ForeignOwnerError:
                raise
            except Exception as error:
                self.pauses.begin(lane, error)

    def pause(self, partition: int, error: Exception) -> None:
        """A partition that could not even be recovered: a paused lane, which is recovered on its own."""
        self.pauses.begin(self.lanes.open(partition), error)

    async def _take(self, lane: Lane, batch: Batch) -> None:
        if lane.is_paused:  # since this batch began to wait for its turn
            self.pauses.park(lane, batch)
            return
        try:
            with _dead_if_it_fails(lane):
                await self._judge(lane, batch)
        except ForeignOwnerError:
            raise
        except Exception as error:
            self.pauses.park(lane, batch)
            self.pauses.begin(lane, error)

    async def _revive(self, lane: Lane) -> None:
        """Bring a paused lane up to date, open it, judge what is parked. Raises whatever still stands in the way."""
        async with lane.turn:
            read = await self.lanes.table.catch_up(lane.partition, lambda: not lane.is_dropped)
            self._tools.metrics.count("restored_rows", read, self._name)
            await self._renew(lane)
            while lane.parked:
                batch = lane.parked[0]
                if batch.is_current:
                    passed_on = await self._pass_on(batch)
                    await self._apart.judge(lane, batch)
                    self._done(lane, batch, passed_on)
                lane.parked.popleft()
                self._tools.finish(batch)
            lane.is_paused = False
        self._tools.resume()

    async def _renew(self, lane: Lane) -> None:
        """Open the lane anew over its stored rows."""
        self.lanes.renew(lane)
        # Reading all rows takes a while: let others have their turn in between.
        await asyncio.sleep(0)
        await self._settle(lane, lane.core.open())

    async def _judge(self, lane: Lane, batch: Batch) -> None:
        passed_on = await self._pass_on(batch)
        begun = time.perf_counter()
        await self._step(lane, batch.records, batch.facts)
        self._done(lane, batch, passed_on)
        metrics = self._tools.metrics
        metrics.observe("batch_seconds", time.perf_counter() - begun, self._name)
        metrics.observe("batch_records", len(batch.records), self._name)

    async def _step(self, lane: Lane, records: Sequence[Any], facts: Sequence[Struct]) -> None:
        """Judge records and make everything durable. Raises ``CannotJudgeError`` before anything of it is."""
        begun = time.perf_counter()
        step, outputs = self._advance(lane, [fact for fact in facts if type(fact) not in NOT_JUDGED])
        self._tools.metrics.observe("judge_seconds", time.perf_counter() - begun, self._name)
        letters = [fact for fact in facts if type(fact) is DeadLetter]
        letters += self._refused(step, records, facts)
        await self._bury(letters)
        await self._settle(lane, step, outputs)

    def _advance(self, lane: Lane, facts: Sequence[Struct]) -> tuple[Step, list[Addressed]]:
        """Everything about a step that needs no broker: what fails here is the records' fault, or the detectors'."""
        try:
            step = lane.core.advance(facts)
            check_rows(step.rows)
            return step, self._addressed(step.outputs)
        except (OSError, StoreError, RegistryRefused):
            raise
        except Exception as error:
            raise CannotJudgeError(f"{type(error).__name__}: {error}") from error

    def _done(self, lane: Lane, batch: Batch, passed_on: Counter[str]) -> None:
        # What only passes through tells this lane no time: it must be told the time like an idle one.
        is_judged = any(type(fact) not in NOT_JUDGED and fact.occurred_at for fact in batch.facts)
        lane.done(len(batch.records), is_judged=is_judged)
        self.batches_done += 1
        for chunk in batch.chunks:
            count = chunk.count - passed_on[chunk.tp.topic]
            self._tools.metrics.count("records", count, self._name, self._reader.stream_of(chunk.tp.topic))

    async def _settle(self, lane: Lane, step: Step, outputs: list[Addressed] | None = None) -> None:
        """Rows to the changelog and the store, then outputs to their topics; each awaited."""
        outputs = self._addressed(step.outputs) if outputs is None else outputs
        if lane.is_dropped:
            # Its partition belongs to somebody else by now, who judges these records too.
            logger.warning("%s/%d was taken away in the middle of a batch", self._name, lane.partition)
            return
        metrics, name = self._tools.metrics, self._name
        before = self.lanes.table.bytes_written
        await self.lanes.table.put_many(lane.partition, step.rows)
        metrics.count("changelog_bytes", self.lanes.table.bytes_written - before, name)
        metrics.count("changelog_rows", len(step.rows), name)
        await self._publish(step.outputs, outputs)
        metrics.count("late", step.late, name)
        metrics.count("duplicates", step.duplicates, name)
        metrics.count("timers", step.wakes, name)

    def _addressed(self, outputs: list[Output]) -> list[Addressed]:
        """Outputs as bytes on their way, before anything is durable. Raises ``ValueError`` for what cannot be sent."""
        encode = self._tools.codec.encode
        records = [
            (self._target(out.stream, out.key), Record(out.key.encode(), encode(out.stream, out.record)))
            for out in outputs
        ]
        for (topic, _), record in records:
            check_size(record, f"an output for {topic}")
        return records

    async def _publish(self, outputs: list[Output], records: list[Addressed]) -> None:
        if not outputs:
            return
        await publish(self._tools.producer.client, group(records))
        for stream, count in Counter(out.stream for out in outputs).items():
            kind = "internal_records" if stream in FORWARDS else "outputs"
            self._tools.metrics.count(kind, count, self._name, stream)

    async def _pass_on(self, batch: Batch) -> Counter[str]:
        """Write what belongs to other partitions there; returns how many records of each topic that were."""
        found = [pair for pair in zip(batch.facts, batch.records, strict=True) if type(pair[0]) is Misplaced]
        if not found:
            return Counter()
        source, topic = self._reader.source, self._reader.misplaced
        records = [
            (
                (topic, fact.partition),
                Record(fact.key.encode(), record.value, misplaced.headers_of(source(record), fact)),
            )
            for fact, record in found
        ]
        await publish(self._tools.producer.client, group(records))
        misplaced.warn(fact for fact, _ in found)
        for fact, _ in found:
            self._tools.metrics.count("misplaced", 1, self._name, fact.stream, fact.cause)
        return Counter(record.topic for _, record in found)

    def _refused(self, step: Step, records: Sequence[Any], facts: Sequence[Struct]) -> list[DeadLetter]:
        """The dead letters of what the lane did not take."""
        if not step.too_late and not step.refused:
            return []
        read_of = {id(fact): record for fact, record in zip(facts, records, strict=True)}
        source = self._reader.source
        late = [
            letter_of(source(read_of[id(fact)]), "too_late", "older than what is still held") for fact in step.too_late
        ]
        erased = [
            letter_of(source(read_of[id(fact)]), "erased", "about a buyer who is forgotten") for fact in step.refused
        ]
        # They tell the place only: nobody is remembered by a letter about having been forgotten.
        return late + [replace(letter, key=None, value=None) for letter in erased]

    async def _refuse(self, record: Any, error: str) -> None:
        """A record that alone cannot be judged becomes a dead letter."""
        await self._bury([letter_of(self._reader.source(record), "cannot_judge", error)])

    async def _bury(self, letters: list[DeadLetter]) -> None:
        if not letters:
            return
        try:
            await self._send(letters, ROOM_BYTES)
        except MessageSizeTooLargeError:
            # The topic was made with a smaller limit than declared.
            await self._send(letters, CUT_BYTES)
        for letter in letters:
            self._tools.metrics.count("dead_letters", 1, self._name, letter.reason)

    async def _send(self, letters: list[DeadLetter], room_bytes: int) -> None:
        codec = self._tools.codec
        records = [
            (self._target(DEAD_LETTERS, letter.topic), record_of(letter, codec, room_bytes)) for letter in letters
        ]
        await publish(self._tools.producer.client, group(records))

    def _target(self, stream: str, key: str) -> Target:
        config = self._tools.config
        return config.topic(stream), partition_of(key, config.partitions)


@contextmanager
def _dead_if_it_fails(lane: Lane) -> Iterator[None]:
    """Whatever ends a step before it is settled, a cancellation too: the core is not to be advanced any more."""
    try:
        yield
    except BaseException:
        lane.is_paused = True
        raise
