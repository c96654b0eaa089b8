"""What a step of a task sends: its outputs, dead letters, and records that belong to other partitions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka.errors import MessageSizeTooLargeError
from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INTERNAL
from cloudtag.engine.task_result import Output
from streams.kafka.dead_letters import CUT_BYTES, record_of
from streams.kafka.dead_letters import STREAM as DEAD_LETTERS
from streams.kafka.partitioner import Misplaced, partition_of
from streams.kafka.producer import ROOM_BYTES, Addressed, OutRecord, Target, check_size, group, publish
from streams.worker import misplaced
from streams.worker.record_reader import RecordReader
from streams.worker.tools import Tools


class Outbox:
    """Of one processor. Whatever it sends has been acknowledged when the call returns, and is counted."""

    def __init__(self, name: str, reader: RecordReader, tools: Tools) -> None:
        """`name`: of the processor; `reader`: what has read its records."""
        self._name, self._reader, self._tools = name, reader, tools
        self._topics: dict[str, str] = {}
        """The topic of each stream that was sent to."""

    def addressed(self, outputs: list[Output]) -> list[Addressed]:
        """Outputs as bytes on their way, before anything is durable. Raises ``ValueError`` for what cannot be sent."""
        encode, target_of, records = self._tools.codec.encode, self._target, list[Addressed]()
        for output in outputs:
            letter = output.record
            out = self._on_topic(output, letter) if isinstance(letter, DeadLetter) else output
            target, record = target_of(out.stream, out.key), OutRecord(out.key.encode(), encode(out.stream, out.record))
            check_size(record, target)
            records.append((target, record))
        return records

    async def publish(self, outputs: list[Output], records: list[Addressed]) -> None:
        """Send outputs, given again as bytes."""
        if not outputs:
            return
        await publish(self._tools.producer, group(records), self._tools.packing)
        for stream, count in Counter(out.stream for out in outputs).items():
            kind = "internal_records" if stream in INTERNAL else "outputs"
            self._tools.metrics.count(kind, count, self._name, stream)
            if stream == DEAD_LETTERS:
                self._count(out.record for out in outputs if isinstance(out.record, DeadLetter))

    async def pass_on(self, found: Sequence[tuple[Any, Misplaced]]) -> None:
        """Write what belongs to other partitions there."""
        if not found:
            return
        source, topic = self._reader.source, self._reader.misplaced
        records = [
            (
                (topic, where.partition),
                OutRecord(where.key.encode(), record.value, misplaced.headers_of(source(record), where)),
            )
            for record, where in found
        ]
        await publish(self._tools.producer, group(records))
        misplaced.warn(where for _, where in found)
        for _, where in found:
            self._tools.metrics.count("misplaced", 1, self._name, where.stream, where.cause)

    async def dead_letter(self, letters: list[DeadLetter]) -> None:
        """Send dead letters, cut as far as their topic asks for."""
        if not letters:
            return
        try:
            await self._send(letters, ROOM_BYTES)
        except MessageSizeTooLargeError:
            # The topic was made with a smaller limit than declared.
            await self._send(letters, CUT_BYTES)
        self._count(letters)

    def _count(self, letters: Iterable[DeadLetter]) -> None:
        for letter in letters:
            self._tools.metrics.count("dead_letters", 1, self._name, letter.reason)

    def _on_topic(self, out: Output, letter: DeadLetter) -> Output:
        """A dead letter that the task wrote names its stream, those on the broker name a topic."""
        topic = self._tools.config.topic(letter.topic)
        return Output(out.stream, topic, replace(letter, topic=topic))

    async def _send(self, letters: list[DeadLetter], room_bytes: int) -> None:
        codec = self._tools.codec
        records = [
            (self._target(DEAD_LETTERS, letter.topic), record_of(letter, codec, room_bytes)) for letter in letters
        ]
        await publish(self._tools.producer, group(records))

    def _target(self, stream: str, key: str) -> Target:
        config = self._tools.config
        topic = self._topics.get(stream)
        if topic is None:
            topic = self._topics[stream] = config.topic(stream)
        return topic, partition_of(key, config.partitions)
