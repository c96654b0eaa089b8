"""Batches as a fetch brings them, in every codec and format, and how a sample is spread over partitions."""

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.codecs import CODECS
from streams.sampling.batches import batches
from streams.sampling.shares import shares

NOW = 1_772_409_600_000
BROKER_TIME, CONTROL = 0x08, 0x20


def new(codec: int = 0, count: int = 3, offset: int = 0) -> bytes:
    """A batch of format 2, with the offset a broker gives it."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=codec,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 20,
    )
    for place in range(count):
        builder.append(place, NOW + place, b"k%d" % place, b"value " * 40, headers=[])
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8, "big")
    return bytes(made)


def old(version: int, codec: int = 0, count: int = 3) -> bytes:
    builder = LegacyRecordBatchBuilder(magic=version, compression_type=codec, batch_size=1 << 20)
    for place in range(count):
        builder.append(place, NOW, b"k%d" % place, b"value " * 40)
    made = bytearray(builder.build())
    if codec:
        # A broker gives a compressed batch of these formats the offset of its last record.
        made[:8] = (count - 1).to_bytes(8, "big")
    return bytes(made)


@pytest.mark.parametrize("codec", CODECS)
def test_the_codec_of_a_batch_is_told_and_its_records_are_read(codec: int) -> None:
    (batch,) = batches(new(codec, offset=40), 5)
    assert (batch.head.codec, batch.head.format_version, batch.head.records, batch.head.fault) == (
        CODECS[codec],
        2,
        3,
        None,
    )
    assert (batch.first_offset, batch.next_offset) == (40, 43)
    assert [(r.partition, r.offset, r.key, r.broker_ms) for r in batch.records] == [
        (5, 40 + n, b"k%d" % n, NOW + n) for n in range(3)
    ]


@pytest.mark.parametrize(("version", "codec"), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3)])
def test_old_formats_are_told_and_read(version: int, codec: int) -> None:
    found = list(batches(old(version, codec), 0))
    assert {(b.head.codec, b.head.format_version) for b in found} == {(CODECS[codec], version)}
    assert [r.key for b in found for r in b.records] == [b"k0", b"k1", b"k2"]
    assert found[-1].next_offset == 3


def test_whose_time_a_batch_carries_is_told() -> None:
    made = bytearray(new())
    assert not next(batches(bytes(made), 0)).head.is_broker_time
    made[22] |= BROKER_TIME
    assert next(batches(bytes(made), 0)).head.is_broker_time


def test_a_transactions_marker_is_no_record() -> None:
    marker = bytearray(new(count=1, offset=3))
    marker[22] |= CONTROL
    first, found = batches(new() + bytes(marker), 0)
    assert first.head.records == 3
    assert (found.head.records, found.records, found.next_offset) == (0, (), 4)


def test_a_codec_nobody_knows_is_a_fault_with_its_number() -> None:
    made = bytearray(new())
    made[22] = 6
    (batch,) = batches(bytes(made), 0)
    assert batch.head.codec == "codec 6"
    assert batch.head.fault
    assert batch.head.records == 3


@pytest.mark.parametrize("codec", CODECS)
def test_damaged_bytes_are_a_fault_and_the_next_batch_is_read(codec: int) -> None:
    made = bytearray(new(codec))
    made[70] ^= 0xFF
    damaged, sound = batches(bytes(made) + new(codec, offset=3), 0)
    assert (damaged.head.fault, damaged.records) == ("its checksum is wrong", ())
    assert len(sound.records) == 3


@given(st.integers(0, 400))
def test_a_fetch_may_end_anywhere(length: int) -> None:
    whole = new() + new(1, offset=3)
    found = list(batches(whole[:length], 0))
    assert [b.first_offset for b in found] == [0, 3][: sum(length >= end for end in (len(new()), len(whole)))]


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    for batch in batches(data, 0):
        assert batch.next_offset is not None


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 500), max_size=12), st.integers(1, 1000))
def test_shares_are_all_there_is_or_the_limit_and_nobody_small_is_passed_over(held: dict[int, int], limit: int) -> None:
    wanted = shares(held, limit)
    assert wanted.keys() == held.keys()
    assert sum(wanted.values()) == min(limit, sum(held.values()))
    assert all(0 <= wanted[p] <= held[p] for p in held)
    full = [wanted[p] for p in held if wanted[p] < held[p]]
    assert all(wanted[p] <= min(full) + 1 for p in held if full), "some get more while others go short"
