"""A batch that is made at once holds what aiokafka's own would, record for record, and ends where that would."""

from __future__ import annotations

import time
from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.changelog.records import Record, tombstone
from cloudtag.native.choice import Way, only, why_not
from streams.kafka.codecs import CODECS
from streams.kafka.packed_batch import BATCH_BYTES, PackedBatch
from streams.kafka.producer import OutRecord
from tests.effort import examples

WAYS: tuple[Way, ...] = ("pure",) if why_not() else ("pure", "native")
PACKED = tuple(number for number, name in CODECS.items() if name != "none")

data = st.none() | st.binary(max_size=200)
headers = st.lists(st.tuples(st.text("eé", max_size=3), data), max_size=2)
records = st.builds(OutRecord, data, data, headers) | st.builds(
    tombstone, st.binary(min_size=8, max_size=8), st.binary()
)


def fill(way: Way, given: list[Any], start: int = 0, number: int = 4) -> tuple[int, PackedBatch]:
    with only(way):
        batch = PackedBatch(number)
        return batch.fill(given, start), batch


def read(batch: Any) -> tuple[Any, list[Any]]:
    """What a batch says of itself, but for its moment and its checksum, which is right; and its records."""
    batch._set_producer_state(7, 1, 40)
    found = MemoryRecords(bytes(batch._build())).next_batch()
    assert found.validate_crc()
    about = found.base_offset, found.producer_id, found.producer_epoch, found.base_sequence, found.next_offset
    assert found.first_timestamp == found.max_timestamp
    return about, [(r.offset, r.key, r.value, tuple(r.headers), r.timestamp - found.first_timestamp) for r in found]


def own(given: list[Any], start: int) -> tuple[int, Any]:
    """The same by aiokafka's batch."""
    batch = BatchBuilder(BATCH_BYTES, 0)
    for place in range(start, len(given)):
        record = given[place]
        if batch.append(timestamp=1, key=record.key, value=record.value, headers=[*record.headers]) is None:
            return place, batch
    return len(given), batch


@given(st.lists(records, min_size=1, max_size=12), st.data())
@settings(max_examples=examples(300), deadline=None)
def test_it_holds_what_the_clients_own_would(given: list[Any], drawn: Any) -> None:
    start = drawn.draw(st.integers(0, len(given) - 1))
    end, batch = own(given, start)
    expected = read(batch)
    for way in WAYS:
        assert fill(way, given, start)[0] == end
        assert read(fill(way, given, start, drawn.draw(st.sampled_from(PACKED)))[1]) == expected


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("way", WAYS)
def test_it_ends_where_there_is_no_room(way: Way, over: int) -> None:
    # A head of 61 bytes, and of each record twelve besides its value.
    first = OutRecord(b"k", bytes(500_000))
    rest = BATCH_BYTES - 61 - (12 + 500_000) - 12
    given = [first, OutRecord(b"k", bytes(rest + over)), OutRecord(b"k", b"")]
    end, batch = own(given, 0)
    assert end == (2 if over < 0 else 1)
    found, made = fill(way, given)
    assert (found, made.size()) == (end, batch.size())
    assert read(made)[1] == read(batch)[1]


@pytest.mark.parametrize("way", WAYS)
def test_a_record_that_is_too_large_travels_alone(way: Way) -> None:
    given = [OutRecord(b"k", bytes(BATCH_BYTES)), OutRecord(b"k", b"")]
    end, batch = fill(way, given)
    assert (end, batch.record_count(), batch.closed()) == (1, 1, True)
    assert [value for _, _, value, _, _ in read(batch)[1]] == [given[0].value]


@pytest.mark.parametrize("way", WAYS)
def test_what_does_not_become_smaller_goes_as_it_is(way: Way) -> None:
    for value, attributes in ((b"", 0), (bytes(1000), 4)):
        _, batch = fill(way, [Record(b"k", value)])
        assert batch._build()[22] == attributes


def test_both_make_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.5)
    given = [Record(b"key %d" % number, b"what a row says " * 9) for number in range(300)]
    assert len({bytes(fill(way, given)[1]._build()) for way in WAYS}) == 1


@pytest.mark.parametrize("way", WAYS)
def test_bytes_of_another_kind_go_as_well(way: Way) -> None:
    given: list[Any] = [OutRecord(bytearray(b"k"), b"v"), OutRecord(b"k", memoryview(b"w"))]  # type: ignore[arg-type]
    end, batch = fill(way, given)
    assert end == 2
    assert [(key, value) for _, key, value, _, _ in read(batch)[1]] == [(b"k", b"v"), (b"k", b"w")]
