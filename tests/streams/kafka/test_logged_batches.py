"""A log that is read back, with an end to what is unpacked: what aiokafka makes of the same bytes, in both ways."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from cloudtag.native.choice import Way
from cloudtag.wire.oversized import OversizedBatch
from streams.kafka.bounded_batches import RECORD_BYTES, BoundedRecords, unpacker
from streams.kafka.codecs import CODECS
from streams.kafka.whole_batches import IN_BATCHES, RecordsOrBatches
from tests.unpacking import limited
from tests.ways import both_ways

__all__ = ["both_ways"]

TP = TopicPartition("changelog", 3)
LIMIT = 100_000
CRC_AT, ATTRIBUTES_AT, COUNT_AT = 17, 21, 57
CONTROL = 0x20


@pytest.fixture(autouse=True)
def bounded(both_ways: Way) -> Iterator[Way]:
    """In each way, with a limit."""
    with limited(LIMIT):
        yield both_ways


def batch(offset: int, count: int, codec: int = 0, size: int = 50, attributes: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=codec, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 24,
    )  # fmt: skip
    for place in range(count):
        value = None if place == 1 else b"%d" % place + bytes(size)
        builder.append(place, 1_000, b"key %d" % place, value, headers=[] if value else [("epoch", bytes(8))])
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8)
    made[ATTRIBUTES_AT + 1] |= attributes
    return summed(made)


def summed(made: bytearray) -> bytes:
    made[CRC_AT : CRC_AT + 4] = struct.pack(">I", calc_crc32c(bytes(made[ATTRIBUTES_AT:])))
    return bytes(made)


def opened(data: bytes, offset: int) -> RecordsOrBatches:
    return RecordsOrBatches(TP, BoundedRecords(data), [], offset, IN_BATCHES, None, True, READ_UNCOMMITTED)


def told(records: Any) -> list[tuple[Any, ...]]:
    return [(record.offset, record.key, record.value, tuple(record.headers)) for record in records]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("offset", range(9, 16))
def test_the_records_and_the_next_offset_are_aiokafkas(codec: int, offset: int) -> None:
    log = {11: batch(9, 3, codec), 12: batch(12, 1, attributes=CONTROL), 15: batch(13, 3, codec)}
    data = b"".join(made for last, made in log.items() if last >= offset)
    stock = PartitionRecords(TP, MemoryRecords(data), [], offset, None, None, True, READ_UNCOMMITTED)
    expected, made = told(stock), opened(data, offset)
    batches = list(made)
    assert all(map(len, batches))
    assert told(chain.from_iterable(batches)) == expected
    assert made.next_fetch_offset == stock.next_fetch_offset == 16


@pytest.mark.parametrize("codec", [0, 4])
def test_a_plain_batch_is_made_natively_where_that_is_chosen(codec: int, bounded: Way) -> None:
    (found,) = opened(batch(9, 3, codec), 9)
    assert isinstance(found, list) == (bounded == "pure")


@pytest.mark.parametrize("codec", [0, 4])
@pytest.mark.parametrize("place", [CRC_AT, ATTRIBUTES_AT + 10, -1])
def test_a_damaged_batch_is_refused_after_those_before_it(codec: int, place: int) -> None:
    damaged = bytearray(batch(6, 2, codec))
    damaged[place] ^= 1
    made = opened(batch(4, 2, codec) + bytes(damaged), 4)
    assert [record.offset for record in next(made)] == [4, 5]
    with pytest.raises(CorruptRecordException):
        next(made)
    assert made.next_fetch_offset == 6


def test_what_is_wrong_in_a_batch_whose_checksum_is_right_is_said_by_aiokafka() -> None:
    wrong = bytearray(batch(6, 2))
    wrong[COUNT_AT : COUNT_AT + 4] = struct.pack(">i", 1)
    with pytest.raises(CorruptRecordException, match="unconsumed"):
        next(opened(summed(wrong), 6))


def test_a_batch_that_unpacks_to_too_much_is_one_that_says_so() -> None:
    found, after = opened(batch(4, 3, 4, LIMIT) + batch(7, 2), 4)
    assert [type(record.value) for record in found] == [OversizedBatch]
    assert [record.offset for record in chain(found, after)] == [6, 7, 8]


def test_no_more_is_unpacked_of_one_fetch_than_a_batch_may_be() -> None:
    records = BoundedRecords(b"".join(batch(place * 3, 3, 4, LIMIT // 5) for place in range(5)))
    made = RecordsOrBatches(TP, records, [], 0, IN_BATCHES, None, True, READ_UNCOMMITTED)
    assert len(next(made)) == 3
    assert records._taken_bytes == unpacker().unpacked_bytes + 3 * RECORD_BYTES
    assert len(list(made)) == 2
    assert made.next_fetch_offset == 9


def test_older_formats_are_left_to_aiokafka() -> None:
    builder = LegacyRecordBatchBuilder(magic=1, compression_type=0, batch_size=1 << 16)
    builder.append(0, 1_000, b"key", b"value")
    data = bytes(builder.build())
    assert [told(found) for found in opened(data, 0)] == [[(0, b"key", b"value", ())]]
