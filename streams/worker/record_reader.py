"""What a record read from Kafka is to a task: a fact, a dead letter, or something that belongs to another partition."""

import logging
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cloudtag.config import Config
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INPUTS
from cloudtag.wire import Undecodable
from cloudtag.wire.oversized import OversizedBatch
from cloudtag.wire.registry import RegistryRefused
from streams.kafka import topics
from streams.kafka.dead_letters import letter_of
from streams.kafka.partitioner import partition_of
from streams.worker import misplaced
from streams.worker.misplaced import MOST_HOPS, Misplaced, Origin
from streams.worker.platforms import Platforms
from streams.worker.tools import CodecProtocol

logger = logging.getLogger(__name__)

ONCE_COMPACTED = frozenset(("shops", "accounts"))
"""Their topics were compacted once and may still hold tombstones; elsewhere a record without a value is a mistake."""


class RecordReader:
    """Reads the records of one processor's topics."""

    def __init__(
        self, processor: str, own: Sequence[str], config: Config, codec: CodecProtocol, platforms: Platforms
    ) -> None:
        """`own`: the topics the processor reads."""
        self._name = processor
        self._codec = codec
        self._platforms = platforms
        self._prefix_length = len(config.topic_prefix)
        self._future_ms = config.future_seconds * 1000
        self._partitions = config.partitions
        self.misplaced = config.topic(topics.misplaced(processor))
        """Where what is in the wrong partition is passed on."""
        streams = map(self.stream_of, own)
        self.inputs = {stream: INPUTS[stream].key for stream in streams if stream in INPUTS}
        """The key field of each input stream among them."""

    def stream_of(self, topic: str) -> str:
        """The stream a topic carries."""
        return topic[self._prefix_length :]

    def source(self, record: Any) -> Any:
        """The record as its producer wrote it, also when it was passed on since."""
        return misplaced.origin_of(record) if record.topic == self.misplaced else record

    def read(self, topic: str, record: Any) -> tuple[int | None, Struct]:
        """The fact in a record and its event time, or what is to be done with it instead.

        A dead letter for what cannot be read or believed, `Misplaced` for what belongs to another partition.
        """
        here = record.partition
        if topic != self.misplaced or isinstance(record.value, OversizedBatch):
            return self._read(self.stream_of(topic), record, here)
        try:
            record = misplaced.origin_of(record)
        except misplaced.NoOriginError as error:
            return None, letter_of(record, "no_origin", str(error))
        if record.stream not in self.inputs:
            return None, letter_of(record, "no_origin", f"{self._name} does not read {record.stream} as input")
        return self._read(record.stream, record, here)

    def _read(self, stream: str, record: Any, here: int) -> tuple[int | None, Struct]:
        if record.value is None and stream in ONCE_COMPACTED:
            # A tombstone frees room in the log; what the record said when it was there stays a fact.
            return None, WatermarkRecord(0)
        try:
            fact: Any = self._codec.decode(stream, record.value)
        except Undecodable as error:
            return None, letter_of(record, error.reason, error.error)
        except (OSError, RegistryRefused):
            raise  # says nothing about the record: it is read again later
        except Exception as error:
            logger.exception("%s/%d at %d: reading failed", record.topic, record.partition, record.offset)
            return None, letter_of(record, "cannot_read", f"{type(error).__name__}: {error}")
        at_ms: int = fact.occurred_at
        if at_ms > record.timestamp + self._future_ms and stream in INPUTS:
            hours = (at_ms - record.timestamp) // 3_600_000
            return None, letter_of(record, "from_the_future", f"occurred_at is {hours} h after the broker's time")
        key_field = self.inputs.get(stream)
        if key_field is not None:
            key: str = getattr(fact, key_field)
            wanted = partition_of(key, self._partitions)
            if wanted != here:
                return None, _elsewhere(stream, key, wanted, record)
            # Here and not above: where it is passed on to it is read again.
            self._platforms.see(self._name, fact.platform)
        return at_ms, fact


def _elsewhere(stream: str, key: str, wanted: int, record: Any) -> Struct:
    """What to do with a record that is not in the wanted partition: pass it on, unless that has not helped."""
    hops, cause = 1, misplaced.cause_of(record.key, key)
    if isinstance(record, Origin):
        hops, cause = record.hops + 1, record.cause
    if hops > MOST_HOPS:
        return letter_of(record, "misplaced", f"passed on {MOST_HOPS} times and still not in partition {wanted}")
    return Misplaced(stream, key, wanted, cause, hops)
