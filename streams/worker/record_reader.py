"""What a record read from Kafka is to a task: a fact, a dead letter, or something that belongs to another partition."""

import logging
from collections.abc import Sequence
from typing import Any

from cloudtag.config import Config
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INPUTS
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.wire import Undecodable
from cloudtag.wire.oversized import OversizedBatch
from cloudtag.wire.registry import RegistryRefused
from streams.kafka import topics
from streams.kafka.dead_letters import DeadLetterReason, dead_letter_of
from streams.kafka.partitioner import Misplaced, partition_of
from streams.transport.decoded import DecodedRecord
from streams.worker import misplaced
from streams.worker.couriers import Couriers
from streams.worker.dead_letter_budget import DeadLetterBudget
from streams.worker.misplaced import MOST_HOPS, Origin
from streams.worker.platforms import Platforms
from streams.worker.tools import CodecProtocol

logger = logging.getLogger(__name__)

ONCE_COMPACTED = frozenset(("shops", "accounts"))
"""Their topics were compacted once and may still hold tombstones; elsewhere a record without a value is a mistake."""

NOTHING = DecodedRecord()


class RecordReader:
    """Reads the records of one processor's topics."""

    def __init__(
        self,
        processor: str,
        own: Sequence[str],
        config: Config,
        codec: CodecProtocol,
        platforms: Platforms,
        couriers: Couriers | None = None,
        budget: DeadLetterBudget | None = None,
    ) -> None:
        """`own`: the topics the processor reads; `couriers`: counted where scans are read; `budget`: what dead letters
        may take, shared by all readers of a worker."""
        self._budget = budget or DeadLetterBudget(config.dead_letter_bytes_per_hour)
        self._used_by = self._budget.used_by
        self._name = processor
        self._codec = codec
        self._platforms = platforms
        self._couriers = couriers
        self._prefix_length = len(config.topic_prefix)
        self._future_ms = config.future_seconds * 1000
        self._partitions = config.partitions
        self.misplaced = config.topic(topics.misplaced(processor))
        """Where what is in the wrong partition is passed on."""
        streams = map(self.stream_of, own)
        self.inputs = {stream: INPUTS[stream].key for stream in streams if stream in INPUTS}
        """The key field of each input stream among them."""
        self._streams: dict[str, str] = {}
        """The stream of each topic of which something was read where it lay."""

    def stream_of(self, topic: str) -> str:
        """The stream a topic carries."""
        return topic[self._prefix_length :]

    def source(self, record: Any) -> Any:
        """The record as its producer wrote it, also when it was passed on since."""
        return misplaced.origin_of(record) if record.topic == self.misplaced else record

    def read(self, topic: str, record: Any) -> DecodedRecord:
        """The fact in a record and its event time, or what is to be done with it instead.

        A dead letter for what cannot be read or believed, `Misplaced` for what belongs to another partition. Raises
        ``OSError`` or ``RegistryRefused`` where nothing can be said of it now, ``TooManyDeadLettersError`` where too
        much before it could not be read.
        """
        if self._used_by:
            self._budget.check((topic, record.partition))
        stream = self._streams.get(topic) or self._stream_here(topic)
        decoded = self._of(record) if stream is None else self._read(stream, record, record.partition)
        if decoded.letter is not None:
            self.charge(record, decoded.letter)
        elif self._couriers is not None and decoded.fact is not None:
            self._couriers.see(decoded.fact, record)
        return decoded

    def charge(self, record: Any, letter: DeadLetter) -> None:
        """A record of this topic and partition becomes that dead letter."""
        size_bytes = len(letter.key or b"") + len(letter.value or b"")
        self._budget.charge((record.topic, record.partition), size_bytes)

    def _stream_here(self, topic: str) -> str | None:
        """The stream of a topic whose records lie where their producers put them; none of what was passed on."""
        if topic == self.misplaced:
            return None
        return self._streams.setdefault(topic, self.stream_of(topic))

    def _of(self, record: Any) -> DecodedRecord:
        """What was passed on, as it was where it lay first."""
        here = record.partition
        if isinstance(record.value, OversizedBatch):
            return self._read(self.stream_of(self.misplaced), record, here)
        try:
            record = misplaced.origin_of(record)
        except misplaced.NoOriginError as error:
            return _dead(record, "no_origin", str(error))
        if record.stream not in self.inputs:
            return _dead(record, "no_origin", f"{self._name} does not read {record.stream} as input")
        return self._read(record.stream, record, here)

    def _read(self, stream: str, record: Any, here: int) -> DecodedRecord:
        if record.value is None and stream in ONCE_COMPACTED:
            # A tombstone frees room in the log; what the record said when it was there stays a fact.
            return NOTHING
        key_field = self.inputs.get(stream)
        try:
            fact: Any = self._codec.decode(stream, record.value)
            if key_field is not None:
                fact = with_canonical_numbers(fact)
        except Undecodable as error:
            return _dead(record, error.reason, error.error)
        except (OSError, RegistryRefused):
            raise  # says nothing about the record: it is read again later
        except Exception as error:
            logger.exception("%s/%d at %d: reading failed", record.topic, record.partition, record.offset)
            return _dead(record, "cannot_read", f"{type(error).__name__}: {error}")
        at_ms: int = fact.occurred_at
        if key_field is None:
            return (
                DecodedRecord(at_ms, is_watermark=True) if type(fact) is WatermarkRecord else DecodedRecord(at_ms, fact)
            )
        if at_ms > record.timestamp + self._future_ms:
            hours = (at_ms - record.timestamp) // 3_600_000
            return _dead(record, "from_the_future", f"occurred_at is {hours} h after the broker's time")
        key: str = getattr(fact, key_field)
        wanted = partition_of(key, self._partitions)
        if wanted != here:
            return _elsewhere(stream, key, wanted, record)
        # Here and not above: where it is passed on to it is read again.
        self._platforms.see(self._name, fact.platform)
        return DecodedRecord(at_ms, fact)


def _elsewhere(stream: str, key: str, wanted: int, record: Any) -> DecodedRecord:
    """What to do with a record that is not in the wanted partition: pass it on, unless that has not helped."""
    hops, cause = 1, misplaced.cause_of(record.key, key)
    if isinstance(record, Origin):
        hops, cause = record.hops + 1, record.cause
    if hops > MOST_HOPS:
        return _dead(record, "misplaced", f"passed on {MOST_HOPS} times and still not in partition {wanted}")
    return DecodedRecord(misplaced=Misplaced(stream, key, wanted, cause, hops))


def _dead(record: Any, reason: DeadLetterReason, error: str) -> DecodedRecord:
    return DecodedRecord(letter=dead_letter_of(record, reason, error))
