"""The one agent shape: decode, advance the lane, make rows durable, publish, and only then come back for more.

State first, outputs second, acknowledgement last. A crash between any two of them repeats work; it loses nothing,
and what it repeats carries the same ids and revisions.
"""

import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka.errors import MessageSizeTooLargeError
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.config import Config
from cloudtag.contract.forwards import TimePassed
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import FORWARDS, INPUTS
from cloudtag.engine.step import Output, Step
from cloudtag.wire import Undecodable
from streams import misplaced, topics
from streams.lanes import Lane, Lanes
from streams.letters import CUT_BYTES, ROOM_BYTES, record_of
from streams.letters import STREAM as DEAD_LETTERS
from streams.metrics import Metrics
from streams.misplaced import CAUSES, MOST_HOPS, Misplaced, Origin
from streams.partition import partition_of
from streams.publisher import Record, Target, group, publish
from streams.tables.changelog import HasClient
from streams.transport.ledger import Batch

logger = logging.getLogger(__name__)

NOT_JUDGED = frozenset((DeadLetter, Misplaced))
"""What a record that is no fact of this lane is read as."""


class CodecProtocol(Protocol):
    """Bytes to structs and back (see ``cloudtag.wire.Codec``)."""

    def encode(self, stream: str, record: Struct) -> bytes: ...

    def decode(self, stream: str, data: bytes | None) -> Struct: ...


@dataclass(slots=True)
class Tools:
    """What every runner of a worker shares."""

    config: Config
    codec: CodecProtocol
    producer: HasClient
    metrics: Metrics


class Runner:
    """Runs one processor: its agent's body, and the settling of every step."""

    def __init__(self, lanes: Lanes, own: Sequence[str], tools: Tools) -> None:
        self.lanes = lanes
        self.topics = own
        self._tools = tools
        config = tools.config
        self._name = lanes.processor
        self._misplaced = config.topic(topics.misplaced(self._name))
        self._future_ms = config.future_seconds * 1000
        self.batches_done = 0
        self._prefix_length = len(config.topic_prefix)
        self._partitions = config.partitions
        streams = map(self._stream_of, own)
        self._inputs = {stream: INPUTS[stream].key for stream in streams if stream in INPUTS}
        tools.metrics.begin("misplaced", ((self._name, stream, why) for stream in self._inputs for why in CAUSES))

    async def run(self, batches: AsyncIterator[Batch]) -> None:
        """The agent's body. Several may run at a time; a lane's batches still follow one another."""
        async for batch in batches:
            lane = self.lanes[batch.partition]
            async with lane.turn:
                await self._judge(lane, batch)

    async def open(self, partition: int) -> None:
        """Open a lane over what recovery brought, and publish what a crash may have kept unsent."""
        lane = self.lanes.open(partition)
        async with lane.turn:
            await self._settle(lane, lane.core.open())

    async def _judge(self, lane: Lane, batch: Batch) -> None:
        passed_on = await self._pass_on(batch)
        begun = time.perf_counter()
        facts = [fact for fact in batch.facts if type(fact) not in NOT_JUDGED]
        step = lane.core.advance(facts)
        judged = time.perf_counter()
        letters = [fact for fact in batch.facts if type(fact) is DeadLetter]
        letters += self._too_late(step, batch) + self._erased(step, batch)
        await self._bury(letters)
        await self._settle(lane, step)
        if any(fact.occurred_at for fact in facts):
            # What only passes through tells this lane no time: it must be ticked like an idle one.
            lane.active_at = time.monotonic()
        self.batches_done += 1
        metrics = self._tools.metrics
        for chunk in batch.chunks:
            count = chunk.count - passed_on[chunk.tp.topic]
            metrics.count("records", count, self._name, self._stream_of(chunk.tp.topic))
        metrics.observe("judge_seconds", judged - begun, self._name)
        metrics.observe("batch_seconds", time.perf_counter() - begun, self._name)
        metrics.observe("batch_records", len(batch.records), self._name)

    def read(self, topic: str, record: Any) -> tuple[int | None, Struct]:
        """The fact in a record and its event time, or what is to be done with it instead.

        A dead letter for what cannot be read or believed, `Misplaced` for what belongs to another partition.
        """
        here = record.partition
        if topic != self._misplaced:
            return self._read(self._stream_of(topic), record, here)
        try:
            record = misplaced.origin_of(record)
        except misplaced.NoOriginError as error:
            return None, _letter(record, "no_origin", str(error))
        if record.stream not in self._inputs:
            return None, _letter(record, "no_origin", f"{self._name} does not read {record.stream} as input")
        return self._read(record.stream, record, here)

    def _read(self, stream: str, record: Any, here: int) -> tuple[int | None, Struct]:
        if record.value is None and stream in INPUTS and INPUTS[stream].is_kept:
            # A tombstone frees room in the log; what the record said when it was there stays a fact.
            return None, TimePassed(0)
        try:
            fact: Any = self._tools.codec.decode(stream, record.value)
        except Undecodable as error:
            return None, _letter(record, error.reason, error.error)
        at_ms: int = fact.occurred_at
        if at_ms > record.timestamp + self._future_ms and stream in INPUTS:
            hours = (at_ms - record.timestamp) // 3_600_000
            return None, _letter(record, "from_the_future", f"occurred_at is {hours} h after the broker's time")
        key_field = self._inputs.get(stream)
        if key_field is not None:
            key: str = getattr(fact, key_field)
            wanted = partition_of(key, self._partitions)
            if wanted != here:
                return None, _elsewhere(stream, key, wanted, record)
        return at_ms, fact

    async def _settle(self, lane: Lane, step: Step) -> None:
        """Rows to the changelog and the store, then outputs to their topics; each awaited."""
        if lane.is_dropped:
            # Its partition belongs to somebody else by now, who judges these records too.
            logger.warning("%s/%d was taken away in the middle of a batch", self._name, lane.partition)
            return
        metrics, name = self._tools.metrics, self._name
        before = self.lanes.table.bytes_written
        await self.lanes.table.put_many(lane.partition, step.rows)
        metrics.count("changelog_bytes", self.lanes.table.bytes_written - before, name)
        metrics.count("changelog_rows", len(step.rows), name)
        await self._publish(step.outputs)
        metrics.count("late", step.late, name)
        metrics.count("duplicates", step.duplicates, name)
        metrics.count("wakes", step.wakes, name)

    async def _publish(self, outputs: list[Output]) -> None:
        if not outputs:
            return
        encode = self._tools.codec.encode
        records = [
            (self._target(out.stream, out.key), Record(out.key.encode(), encode(out.stream, out.record)))
            for out in outputs
        ]
        await publish(self._tools.producer.client, group(records))
        for stream, count in Counter(out.stream for out in outputs).items():
            kind = "forwarded" if stream in FORWARDS else "outputs"
            self._tools.metrics.count(kind, count, self._name, stream)

    async def _pass_on(self, batch: Batch) -> Counter[str]:
        """Write what belongs to other partitions there; returns how many records of each topic that were."""
        found = [pair for pair in zip(batch.facts, batch.records, strict=True) if type(pair[0]) is Misplaced]
        if not found:
            return Counter()
        records = [
            (
                (self._misplaced, fact.partition),
                Record(fact.key.encode(), record.value, misplaced.headers_of(self._source(record), fact)),
            )
            for fact, record in found
        ]
        await publish(self._tools.producer.client, group(records))
        misplaced.warn(fact for fact, _ in found)
        for fact, _ in found:
            self._tools.metrics.count("misplaced", 1, self._name, fact.stream, fact.cause)
        return Counter(record.topic for _, record in found)

    def _source(self, record: Any) -> Any:
        """The record as its producer wrote it, also when it was passed on since."""
        return misplaced.origin_of(record) if record.topic == self._misplaced else record

    def _too_late(self, step: Step, batch: Batch) -> list[DeadLetter]:
        sources = self._sources(step.too_late, batch)
        return [_letter(source, "too_late", "older than what is still held") for source in sources]

    def _erased(self, step: Step, batch: Batch) -> list[DeadLetter]:
        """Letters that tell the place only: nobody is remembered by a letter about having been forgotten."""
        sources = self._sources(step.refused, batch)
        letters = [_letter(source, "erased", "about a buyer who is forgotten") for source in sources]
        return [replace(letter, key=None, value=None) for letter in letters]

    def _sources(self, facts: Sequence[Struct], batch: Batch) -> list[Any]:
        """The records those facts were read of, as their producers wrote them."""
        if not facts:
            return []
        read_from = {id(fact): record for fact, record in zip(batch.facts, batch.records, strict=True)}
        return [self._source(read_from[id(fact)]) for fact in facts]

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

    def _stream_of(self, topic: str) -> str:
        return topic[self._prefix_length :]


def _letter(record: Any, reason: str, error: str) -> DeadLetter:
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        reason=reason,
        error=error,
        seen_at=record.timestamp,
    )


def _elsewhere(stream: str, key: str, wanted: int, record: Any) -> Struct:
    """What to do with a record that is not in the wanted partition: pass it on, unless that has not helped."""
    hops, cause = 1, misplaced.cause_of(record.key, key)
    if isinstance(record, Origin):
        hops, cause = record.hops + 1, record.cause
    if hops > MOST_HOPS:
        return _letter(record, "misplaced", f"passed on {MOST_HOPS} times and still not in partition {wanted}")
    return Misplaced(stream, key, wanted, cause, hops)
