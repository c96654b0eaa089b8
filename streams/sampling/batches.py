"""Record batches as a fetch brings them: what their head says, and their records.

aiokafka's consumer hands out records without the batch they came in, so the bytes of a fetch are cut into batches here
by Kafka's own layout: 8 bytes of offset, 4 of length, and the format version at byte 16 in every version.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from aiokafka.record.memory_records import MemoryRecords

from cloudtag.doctor.sample import SampledBatch, SampledRecord
from streams.kafka.codecs import CODECS
from streams.kafka.unpacking import BatchTooLargeError

_OFFSET, _LENGTH, _DELTA, _COUNT = struct.Struct(">q"), struct.Struct(">i"), struct.Struct(">i"), struct.Struct(">i")
_LENGTH_AT = 8
_OVERHEAD = 12
_VERSION_AT = 16
_OLD_ATTRIBUTES_AT = 17
"""Of formats 0 and 1: the byte after the version."""
_ATTRIBUTES_AT = 22
"""Of format 2: the lower byte of two, after the version and the checksum."""
_DELTA_AT = 23
_COUNT_AT = 57
_LEAST_OLD, _LEAST = 18, 61
_CODEC, _BROKER_TIME, _CONTROL = 0x07, 0x08, 0x20
_V2 = 2


@dataclass(frozen=True, slots=True)
class FetchedBatch:
    """A batch: its head, its records, its first offset and the one after it."""

    head: SampledBatch
    records: tuple[SampledRecord, ...]
    first_offset: int
    next_offset: int

    @property
    def size_bytes(self) -> int:
        """What its records' keys and values have, unpacked."""
        return sum(len(record.key or b"") + len(record.value or b"") for record in self.records)


def batches(data: bytes, partition: int) -> Iterator[FetchedBatch]:
    """The whole batches in the bytes of a fetch. Transactions' markers have a head without records.

    A batch that cannot be unpacked here comes with its fault and without records.
    """
    for raw in _cut(data):
        yield (_new if raw[_VERSION_AT] >= _V2 else _old)(raw, partition)


def _cut(data: bytes) -> Iterator[bytes]:
    """The batches that are there as a whole: a fetch may end inside of one."""
    place = 0
    while place + _OVERHEAD <= len(data):
        end = place + _OVERHEAD + _LENGTH.unpack_from(data, place + _LENGTH_AT)[0]
        raw = data[place:end]
        if end > len(data) or len(raw) < _LEAST_OLD or (raw[_VERSION_AT] >= _V2 and len(raw) < _LEAST):
            return
        yield raw
        place = end


def _new(raw: bytes, partition: int) -> FetchedBatch:
    first = _OFFSET.unpack_from(raw)[0]
    after = first + _DELTA.unpack_from(raw, _DELTA_AT)[0] + 1
    attributes, count = raw[_ATTRIBUTES_AT], _COUNT.unpack_from(raw, _COUNT_AT)[0]
    if attributes & _CONTROL:
        return FetchedBatch(SampledBatch("none", raw[_VERSION_AT], True, 0), (), first, after)
    records, fault = _records(raw, partition)
    return FetchedBatch(_head(raw, attributes, count, fault), records, first, after)


def _old(raw: bytes, partition: int) -> FetchedBatch:
    """Formats 0 and 1: a compressed batch carries the offset of its last record, and its count shows only inside."""
    last = _OFFSET.unpack_from(raw)[0]
    records, fault = _records(raw, partition)
    first = records[0].offset if records else last
    return FetchedBatch(_head(raw, raw[_OLD_ATTRIBUTES_AT], max(len(records), 1), fault), records, first, last + 1)


def _head(raw: bytes, attributes: int, count: int, fault: str | None) -> SampledBatch:
    number = attributes & _CODEC
    codec = CODECS.get(number, f"codec {number}")
    return SampledBatch(codec, raw[_VERSION_AT], bool(attributes & _BROKER_TIME), count, fault)


def _records(raw: bytes, partition: int) -> tuple[tuple[SampledRecord, ...], str | None]:
    try:
        found = MemoryRecords(raw).next_batch()
        if found is None or not found.validate_crc():
            return (), "its checksum is wrong"
        return tuple(
            SampledRecord(partition, record.offset, record.key, record.value, record.timestamp or 0) for record in found
        ), None
    except (UnsupportedCodecError, BatchTooLargeError) as error:
        return (), str(error)
    except (CorruptRecordException, RuntimeError, ValueError, OSError, EOFError, AssertionError) as error:
        # Each codec's library has its own ways to say that bytes make no sense.
        return (), f"it cannot be unpacked ({type(error).__name__})"
