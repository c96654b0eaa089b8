"""A batch as it lies in the log: the records that aiokafka reads out of the same bytes, or nothing."""

import struct
from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cloudtag.changelog.records import SNAPSHOT_MARK, Record, plain_rows, snapshot_record
from cloudtag.engine.rows import key_prefix
from cloudtag.native.choice import why_not
from streams.state import memory_store
from tests.effort import examples

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
if not why_not():
    from cloudtag.native._compiled import crc32c, logged_batch, put_rows

THOROUGH = settings(max_examples=examples(600), suppress_health_check=list(HealthCheck), deadline=None)
COUNT_AT, RECORDS_AT = 57, 61
HEAD = SNAPSHOT_MARK + (7).to_bytes(8)
KEYS = tuple(key_prefix(name) + bytes([number]) for name in ("a", "b", "x" * 300) for number in range(3))


def _sent(record: Record) -> tuple[bytes, bytes | None]:
    return record.key, record.value


plain = st.builds(
    lambda key, row, epoch: _sent(snapshot_record(epoch.to_bytes(8), key, row)),
    st.sampled_from(KEYS), st.binary(min_size=16, max_size=60), st.sampled_from((6, 7, 7, 7)),
)  # fmt: skip
near = st.tuples(
    st.sampled_from((b"\x02S", b"\x02S\x00", b"\x02T", b"\x02", b"\x01S", b"")),
    st.integers(0, 60).map(lambda size: (HEAD + bytes(60))[:size]),
)
any_bytes = st.none() | st.binary(max_size=70)
headers = st.lists(st.tuples(st.text("eé", max_size=3), any_bytes), max_size=2)
records = st.tuples(st.one_of(plain, plain, near, st.tuples(any_bytes, any_bytes)), st.just([]) | headers)


def batch_of(found: list[Any], first: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 24,
    )  # fmt: skip
    for place, ((key, value), more) in enumerate(found):
        builder.append(place * 2, 1_000 - place, key, value, headers=more)
    made = bytearray(builder.build())
    made[:8] = first.to_bytes(8)
    return bytes(made)


def told(found: Any) -> list[tuple[Any, ...]]:
    return [(record.offset, record.key, record.value, tuple(record.headers)) for record in found]


def aiokafkas(data: bytes) -> list[Any] | None:
    try:
        return list(DefaultRecordBatch(data))
    except Exception:  # whatever is wrong with it
        return None


def natively(data: bytes, first: int = 0) -> Any:
    count = struct.unpack_from(">i", data, COUNT_AT)[0]
    return logged_batch(data, RECORDS_AT, len(data), int.from_bytes(data[:8]), count, first)


@THOROUGH
@given(st.lists(records, max_size=8), st.integers(0, 1 << 40), st.integers(-1, 17))
def test_the_records_are_those_that_aiokafka_reads(found: list[Any], base: int, first: int) -> None:
    data = batch_of(found, base)
    wanted = [record for record in aiokafkas(data) or [] if record.offset >= base + first]
    made = natively(data, base + first)
    if made is None:
        assert any(not name.isascii() for _, more in found for name, _ in more)
        return
    assert told(made) == told(wanted)
    assert len(made) == len(wanted)
    if wanted:
        assert told([made[-1], made[-len(wanted)]]) == told([wanted[-1], wanted[0]])
    for place in (len(wanted), -len(wanted) - 1):
        with pytest.raises(IndexError):
            made[place]


@THOROUGH
@given(st.lists(records, min_size=1, max_size=4), st.data())
def test_of_other_bytes_it_makes_what_aiokafka_makes_or_nothing(found: list[Any], data: st.DataObject) -> None:
    made = bytearray(batch_of(found))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(COUNT_AT, len(made)))
        match data.draw(st.integers(0, 3)):
            case 0:
                made[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case 1:
                made[place:place] = data.draw(st.binary(min_size=1, max_size=12))
            case 2:
                del made[max(place, RECORDS_AT) : place + data.draw(st.integers(1, 12))]
            case _:
                del made[max(place, RECORDS_AT) :]
    raw = bytes(made) + bytes(max(0, RECORDS_AT - len(made)))
    if (native := natively(raw)) is not None:
        expected = aiokafkas(raw)
        assert expected is not None
        # Bytes may say of a record that it lies before its own batch: whoever reads from there on does not want it.
        assert told(native) == told([record for record in expected if record.offset >= 0])


@THOROUGH
@given(st.lists(records, max_size=8), st.integers(0, 9), st.sampled_from((HEAD, HEAD[:9], HEAD + b"x", b"")))
@example([((b"\x02S", HEAD + bytes(35)), [])], 0, HEAD)
@example([((b"\x02S", HEAD + bytes(34)), [])], 0, HEAD)
@example([((b"\x02S", HEAD + bytes(24) + b"\x01" + bytes(10)), [])], 0, HEAD)
@example([((b"\x02S", HEAD + bytes(34) + b"\x01" + bytes(10)), [])], 0, HEAD)
def test_plain_rows_are_those_of_the_records_one_by_one(found: list[Any], start: int, head: bytes) -> None:
    made = natively(batch_of(found))
    if made is None or start > len(made):
        return
    rows, expected = dict[bytes, bytes | None](), dict[bytes, bytes | None]()
    end = made.plain_rows(start, head, rows)
    assert end == plain_rows(list(made), start, head, expected)
    assert list(rows.items()) == list(expected.items())


short = st.binary(max_size=6) | st.sampled_from(KEYS)


@THOROUGH
@given(st.lists(st.dictionaries(short, st.none() | st.binary(max_size=3), max_size=8), max_size=4))
def test_rows_are_put_where_the_pure_code_puts_them(turns: list[dict[bytes, bytes | None]]) -> None:
    files, expected = memory_store.RowsByState(), memory_store.RowsByState()
    for rows in turns:
        put_rows(files, rows)
        memory_store.put_rows(expected, rows)
        assert files == expected
        assert [list(held.items()) for held in files.values()] == [list(held.items()) for held in expected.values()]


@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_the_checksum_is_aiokafkas_or_none(data: bytes, start: int, end: int) -> None:
    found = crc32c(data, start, end)
    assert found == -1 or (start <= end <= len(data) and found == calc_crc32c(data[start:end]))


@pytest.mark.parametrize(("start", "end", "count"), [(-1, 9, 0), (0, 10, 0), (9, 8, 0), (0, 9, -1), (0, 9, 2)])
def test_what_cannot_lie_there_is_not_looked_at(start: int, end: int, count: int) -> None:
    assert logged_batch(bytes(9), start, end, 0, count, 0) is None
