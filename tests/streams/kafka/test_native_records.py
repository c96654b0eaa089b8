"""Whatever a fetch has brought: read natively it comes to the same records, the same place, or the same refusal."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, READ_UNCOMMITTED, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from cloudtag.native.choice import Way, only, why_not
from cloudtag.native.choice import is_native as is_used
from streams.kafka.bounded_batches import BoundedRecords
from streams.kafka.whole_batches import IN_BATCHES, FetchedRecord, RecordsOrBatches, _read_natively
from tests.effort import examples
from tests.unpacking import limited

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
THOROUGH = settings(max_examples=examples(400), suppress_health_check=list(HealthCheck), deadline=None)
TP = TopicPartition("orders", 3)
LIMIT = 60_000
ATTRIBUTES_AT, CRC_AT, FIRST_MS_AT, HEAD_BYTES = 21, 17, 27, 61
LOG_APPEND, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20
ABORT = struct.pack(">hh", 0, 0)

BYTES = st.none() | st.binary(max_size=200)
HEADERS = st.lists(st.tuples(st.text(max_size=4), BYTES), max_size=3)
RECORD = st.tuples(st.integers(0, 1 << 41), BYTES, BYTES, HEADERS)
BATCH = st.tuples(
    st.lists(RECORD, max_size=5),
    st.integers(0, 4),
    st.sampled_from([0, LOG_APPEND, TRANSACTIONAL, CONTROL, CONTROL | TRANSACTIONAL]),
    st.integers(0, 3),
)


@pytest.fixture(autouse=True)
def bound() -> Iterator[None]:
    with limited(LIMIT):
        yield


def batch(offset: int, records: list[Any], codec: int = 0, attributes: int = 0, producer: int = -1) -> bytes:
    """Records as a producer packs them, and a broker that has numbered them."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, producer, 0, 0, 1 << 24)
    given_records = [(0, ABORT, b"", [])] if attributes & CONTROL else records
    for place, (at_ms, key, value, headers) in enumerate(given_records):
        builder.append(place, at_ms, key, value, headers)
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8, "big")
    made[ATTRIBUTES_AT + 1] |= attributes
    return sealed(made)


def sealed(data: bytes | bytearray) -> bytes:
    """With the checksum that its bytes have now."""
    return (
        bytes(data[:CRC_AT]) + struct.pack(">I", calc_crc32c(bytes(data[ATTRIBUTES_AT:]))) + bytes(data[ATTRIBUTES_AT:])
    )


def _fetched(record: Any) -> tuple[Any, ...]:
    moment = record.timestamp, record.timestamp_type
    return (record.offset, *moment, record.key, record.value, tuple(record.headers), record.checksum)


def _read_back(record: Any) -> tuple[Any, ...]:
    """What is asked of a record of a batch that is read back."""
    return record.offset, record.key, record.value, tuple(record.headers)


def outcome(records: Any) -> tuple[list[Any], str, int, bool]:
    """What comes of it one after the other, what ends it, where a fetch goes on, and whether all was taken apart."""
    found: list[Any] = []
    refused = ""
    try:
        for record in records:
            found.extend(map(_read_back, record) if hasattr(record, "__len__") else [_fetched(record)])
    except Exception as error:
        refused = repr(error)
    return found, refused, records.next_fetch_offset, records._records.has_next()


def read(way: Way, data: bytes, offset: int = 0, *, keys: Any = None, checks: bool = True, aborted: Any = ()) -> Any:
    level = READ_UNCOMMITTED if keys is IN_BATCHES else READ_COMMITTED
    with only(way):
        assert is_used() == (way == "native")
        made = RecordsOrBatches(TP, BoundedRecords(data), list(aborted), offset, keys, None, checks, level)
        return outcome(made)


def stock(data: bytes, offset: int = 0, *, checks: bool = True, aborted: Any = ()) -> Any:
    return outcome(
        PartitionRecords(TP, BoundedRecords(data), list(aborted), offset, None, None, checks, READ_COMMITTED)
    )


def packed(batches: list[Any]) -> bytes:
    offset, data = 7, b""
    for records, codec, attributes, producer in batches:
        data += batch(offset, records, codec if records and not attributes & CONTROL else 0, attributes, producer)
        offset += max(1, len(records))
    return data


@given(st.lists(BATCH, min_size=1, max_size=4), st.integers(5, 20), st.lists(st.tuples(st.integers(0, 3), st.just(8))))
@THOROUGH
def test_what_is_right_is_read_as_aiokafka_reads_it(batches: list[Any], offset: int, aborted: list[Any]) -> None:
    data = packed(batches)
    expected = stock(data, offset, aborted=aborted)
    assert expected[1] == ""
    for way in WAYS:
        assert read(way, data, offset, aborted=aborted) == expected
    whole = [read(way, data, offset, keys=IN_BATCHES) for way in WAYS]
    assert whole[0] == whole[1]


WAYS: tuple[Way, ...] = ("pure", "native")


@given(BATCH, st.lists(st.tuples(st.integers(HEAD_BYTES, 400), st.integers(0, 255)), min_size=1, max_size=4))
@THOROUGH
def test_what_is_damaged_is_refused_alike(given_batch: Any, changes: list[tuple[int, int]]) -> None:
    records, _, _, _ = given_batch
    made = bytearray(batch(7, records) + batch(40, records))
    for place, byte in changes:
        made[place % len(made) if place < len(made) else HEAD_BYTES - 1] = byte
    for keys in (None, IN_BATCHES):
        pure, native = (read(way, bytes(made), keys=keys, checks=False) for way in WAYS)
        assert native == pure


@pytest.mark.parametrize("attributes", [CONTROL, CONTROL | 1, CONTROL | 4, TRANSACTIONAL | CONTROL | 1])
def test_a_batch_that_only_claims_to_say_how_a_transaction_ended_is_refused_alike(attributes: int) -> None:
    made = bytearray(batch(7, [(1, None, b"v", [])]))
    made[ATTRIBUTES_AT + 1] = attributes
    for data in (sealed(made), bytes(made)):
        for keys in (None, IN_BATCHES):
            pure, native = (read(way, data, keys=keys, checks=False) for way in WAYS)
            assert native == pure


@pytest.mark.parametrize("codec", range(5))
def test_a_batch_is_read_natively_and_with_all_fields_of_aiokafkas(codec: int) -> None:
    records = [(5, b"k", b"v", []), (6, None, b"", [("a", b"b"), ("c", None)]), (4, b"", None, [])]
    data = batch(9, records * 30, codec)
    with only("native"):
        made = RecordsOrBatches(TP, BoundedRecords(data), [], 9, None, None, True, READ_COMMITTED)
        found = list(made)
    source = BoundedRecords(data)
    placed = source.next_placed()
    assert placed is not None
    first, unpacked = placed[0], source.unpacked(placed[1])
    assert unpacked is not None
    assert [len(_read_natively(TP, first, unpacked._replace(told=n)) or ()) for n in (89, 90, 91)] == [0, 90, 0]
    assert all(type(record) is FetchedRecord for record in found)
    with only("pure"):
        pure = list(RecordsOrBatches(TP, BoundedRecords(data), [], 9, None, None, True, READ_COMMITTED))
    assert list(map(astuple, found)) == list(map(astuple, pure))
    assert [type(value) for record in found for value in astuple(record)] == [
        type(value) for record in pure for value in astuple(record)
    ]


@pytest.mark.parametrize("codec", range(1, 5))
@pytest.mark.parametrize("size", [LIMIT // 4, LIMIT * 4])
def test_one_that_unpacks_to_too_much_is_stood_in_for_and_what_is_behind_it_waits(codec: int, size: int) -> None:
    data = batch(0, [(1, b"k", bytes(size), [])], codec) + batch(1, [(1, b"k", bytes(size), [])] * 4, codec)
    for keys in (None, IN_BATCHES):
        pure, native = (read(way, data, keys=keys) for way in WAYS)
        assert native == pure
    assert stock(data) == read("native", data)


@pytest.mark.parametrize("codec", [0, 1])
@pytest.mark.parametrize("version", [0, 1])
def test_the_older_formats_are_left_to_aiokafka(version: int, codec: int) -> None:
    builder = LegacyRecordBatchBuilder(version, codec, 1 << 20)
    builder.append(0, timestamp=3, key=b"k", value=b"v")
    data = bytes(builder.build())
    assert read("native", data) == read("pure", data) == stock(data)
    assert [record[4] for record in read("native", data)[0]] == [b"v"]


def test_a_wrong_checksum_ends_it_behind_what_is_right() -> None:
    damaged = bytearray(batch(1, [(1, b"k", b"w", [])]))
    damaged[-1] ^= 1
    data = batch(0, [(1, b"k", b"v", [])]) + bytes(damaged)
    assert read("native", data) == stock(data)
    assert "Invalid CRC" in read("native", data)[1]


@pytest.mark.parametrize("first_ms", [-(1 << 62), -5, (1 << 62) - 1, (1 << 63) - 1])
def test_moments_that_nobody_has_are_read_alike(first_ms: int) -> None:
    made = bytearray(batch(0, [(1, b"k", b"v", []), (2, b"k", b"v", [])]))
    made[FIRST_MS_AT : FIRST_MS_AT + 8] = struct.pack(">q", first_ms)
    assert read("native", sealed(made)) == read("pure", sealed(made)) == stock(sealed(made))


def test_it_is_gone_on_with_where_a_part_of_a_batch_was_taken() -> None:
    with only("native"):
        made = RecordsOrBatches(
            TP, BoundedRecords(batch(3, [(1, b"k", b"v", [])] * 5)), [], 4, None, None, True, READ_COMMITTED
        )
        for record in made:
            assert made.next_fetch_offset == record.offset + 1
            if record.offset == 5:
                break
        assert [record.offset for record in made] == [6, 7]
        assert (made.next_fetch_offset, next(made, None), list(made)) == (8, None, [])
