"""Batches instead of records: the same records as aiokafka makes of the same bytes, and the same place to go on."""

import dataclasses
import struct
from dataclasses import fields
from itertools import chain
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import ConsumerRecord
from msgspec.structs import astuple

from streams.kafka import whole_batches
from streams.kafka.whole_batches import IN_BATCHES, FetchedRecord, RecordsOrBatches

TP = TopicPartition("changelog", 3)
CRC_AT, ATTRIBUTES_AT, LAST_DELTA_AT = 17, 21, 23
CONTROL = 0x20


def batch(offset: int, count: int, *, last_delta: int | None = None, attributes: int = 0) -> bytes:
    """Records at these offsets; `last_delta`: the last offset as compaction leaves it, from the first one on."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 20,
    )  # fmt: skip
    for place in range(count):
        value = None if place == 1 else b"value %d" % place
        headers = [("epoch", bytes(8))] if value is None else []
        builder.append(place, 1_000 + place, b"key %d" % place, value, headers=headers)
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8, "big")
    made[LAST_DELTA_AT : LAST_DELTA_AT + 4] = struct.pack(">i", count - 1 if last_delta is None else last_delta)
    made[ATTRIBUTES_AT : ATTRIBUTES_AT + 2] = struct.pack(">h", attributes)
    made[CRC_AT : CRC_AT + 4] = struct.pack(">I", calc_crc32c(bytes(made[ATTRIBUTES_AT:])))
    return bytes(made)


def read(data: bytes, offset: int, keys: Any) -> tuple[list[Any], int]:
    """What is made of fetched bytes, and where the next fetch begins."""
    made = RecordsOrBatches(TP, MemoryRecords(data), [], offset, keys, None, True, READ_UNCOMMITTED)
    return list(made), made.next_fetch_offset


def told(records: Any) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.timestamp_type, r.key, r.value, tuple(r.headers)) for r in records]


@pytest.mark.parametrize("offset", range(9, 22))
def test_wherever_a_fetch_begins_the_records_and_the_next_offset_are_aiokafkas(offset: int) -> None:
    log = {
        11: batch(9, 3), 12: batch(12, 1), 17: batch(13, 2, last_delta=4), 18: batch(18, 1, attributes=CONTROL),
        20: batch(19, 2), 21: batch(21, 0, last_delta=0),
    }  # fmt: skip
    # As a broker does: from the batch on that the offset is in.
    data = b"".join(made for last, made in log.items() if last >= offset)
    stock = PartitionRecords(TP, MemoryRecords(data), [], offset, None, None, True, READ_UNCOMMITTED)
    expected = told(stock)
    assert [where for where, *_ in expected] == [n for n in (9, 10, 11, 12, 13, 14, 19, 20) if n >= offset]
    batches, following = read(data, offset, IN_BATCHES)
    assert all(batches), "an empty batch would have no first record"
    assert (told(chain.from_iterable(batches)), following) == (expected, stock.next_fetch_offset)
    records, following = read(data, offset, None)
    assert (told(records), following) == (expected, stock.next_fetch_offset)


def test_a_record_has_the_fields_of_aiokafkas_in_its_order() -> None:
    assert FetchedRecord.__struct_fields__ == tuple(field.name for field in fields(ConsumerRecord))
    data = batch(9, 3)
    stock = PartitionRecords(TP, MemoryRecords(data), [], 9, None, None, True, READ_UNCOMMITTED)
    made, _ = read(data, 9, None)
    assert all(type(record) is FetchedRecord for record in made)
    assert [astuple(record) for record in made] == [dataclasses.astuple(record) for record in stock]


def test_what_is_to_be_deserialized_is_left_to_aiokafka() -> None:
    made = RecordsOrBatches(TP, MemoryRecords(batch(9, 1)), [], 9, bytes.decode, None, True, READ_UNCOMMITTED)
    assert [record.key for record in made] == ["key 0"]


def test_a_log_that_compaction_has_emptied_at_its_end_is_gone_on_behind() -> None:
    assert read(batch(4, 2) + batch(6, 0, last_delta=9), 4, IN_BATCHES)[1] == 16


def test_a_batch_with_a_wrong_checksum_is_refused_after_those_before_it() -> None:
    damaged = bytearray(batch(6, 2))
    damaged[-1] ^= 1
    made = RecordsOrBatches(
        TP, MemoryRecords(batch(4, 2) + bytes(damaged)), [], 4, IN_BATCHES, None, True, READ_UNCOMMITTED
    )
    assert [record.offset for record in next(made)] == [4, 5]
    with pytest.raises(CorruptRecordException):
        next(made)
    assert made.next_fetch_offset == 6


def test_the_client_looks_its_name_up_where_it_is_replaced() -> None:
    whole_batches.use()
    assert fetcher.PartitionRecords is RecordsOrBatches
