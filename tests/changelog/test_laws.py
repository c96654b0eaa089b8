"""Laws of the changelog's records: what is written is read, however it is cut, compacted, or written by too many."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.changelog import parts
from cloudtag.changelog.parts import SNAPSHOT_BYTES, Slots, row_records
from cloudtag.changelog.reading import LogReader
from cloudtag.changelog.records import (
    BY_HAND,
    HEAD,
    OWN,
    QUARANTINE_PREFIX,
    SLOTS_PREFIX,
    Record,
    owner_record,
    quarantine_record,
    reason_of,
    stored_key,
    told_reason,
)
from cloudtag.changelog.writing import EndedError, LogWriter, ReplacedError
from cloudtag.engine.rows import key_prefix, row_key
from cloudtag.engine.task_row import TASK_KEY
from tests.changelog.test_model import compacted

KEYS = [row_key("buyer", "o1"), row_key("buyer", "o2"), row_key("other", "o1")]
SMALL = 30
"""Where rows are cut in these laws."""


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> Iterable[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "SNAPSHOT_BYTES", SMALL)
        yield


sizes = st.one_of(st.none(), st.integers(0, 4 * SMALL))
steps = st.lists(st.dictionaries(st.sampled_from(KEYS), sizes, min_size=1), max_size=8)


def row(batch: int, size: int) -> bytes:
    return batch.to_bytes(8) + bytes(8) + bytes((batch * 7 + place) % 251 for place in range(size))


class Log:
    """Records under their offsets."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, records: Iterable[Record]) -> range:
        start = len(self.records)
        self.records += [replace(record, offset=start + n) for n, record in enumerate(records)]
        return range(start, len(self.records))


def read(records: Iterable[Record]) -> LogReader:
    reader = LogReader()
    for record in records:
        reader.take(record)
    return reader


def held(reader: LogReader) -> dict[bytes, bytes]:
    return {key: value for key, value in reader.rows.items() if value is not None and not key.startswith(SLOTS_PREFIX)}


def write(log: Log, writer: LogWriter, store: dict[bytes, bytes], rows: dict[bytes, bytes | None]) -> int:
    """A step as an owner makes it; how many records of others it has written over."""
    records, stored = writer.records(rows)
    gaps = writer.landed([log.append(records)])
    strange = [record for gap in gaps for record in log.records[gap.start : gap.stop]]
    found = writer.judge(strange, stored, store.get)
    for key, value in (stored | found.rows).items():
        store.pop(key, None)
        if value is not None:
            store[key] = value
    if found.wrong:
        write(log, writer, store, {key: store.get(key) for key in found.wrong})
    return len(found.wrong)


def owner(log: Log, name: str) -> tuple[LogWriter, dict[bytes, bytes]]:
    epoch = log.append([owner_record(name)]).start
    reader = read(log.records[:epoch])
    return LogWriter(epoch, reader.slots, epoch, name), {k: v for k, v in reader.rows.items() if v is not None}


def rows_in(store: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {key: value for key, value in store.items() if not key.startswith(OWN)}


@given(steps)
def test_what_is_written_is_read_whole_and_compacted(changes: list[dict[bytes, int | None]]) -> None:
    log, expected = Log(), dict[bytes, bytes]()
    writer, store = owner(log, "a")
    for batch, change in enumerate(changes, 1):
        rows = {key: None if size is None else row(batch, size) for key, size in change.items()}
        write(log, writer, store, rows)
        expected = {key: value for key, value in (expected | rows).items() if value is not None}
        assert rows_in(store) == expected
    for records in (tuple(log.records), compacted(tuple(log.records))):
        reader = read(records)
        assert held(reader) == expected
        assert reader.is_settled
    # Nothing is left in the log of a row that is gone, nor of parts that no row has.
    alive = {record.key for record in compacted(tuple(log.records)) if record.value is not None}
    parted = sum(-(-(len(value) - 16) // SMALL) for value in expected.values() if len(value) > SMALL)
    assert len(alive) == 1 + len(expected) + parted


@given(steps, st.integers(0, 200))
def test_a_log_cut_off_anywhere_is_a_true_state(changes: list[dict[bytes, int | None]], end: int) -> None:
    """Of every row, what it was after some step, and never less than what was whole before the cut."""
    log, history = Log(), {key: [None] for key in KEYS}
    writer, store = owner(log, "a")
    bounds = {key: [0] for key in KEYS}
    for batch, change in enumerate(changes, 1):
        rows = {key: None if size is None else row(batch, size) for key, size in change.items()}
        write(log, writer, store, rows)
        for key, value in rows.items():
            history[key].append(value)  # type: ignore[arg-type]
            bounds[key].append(len(log.records))
    reader = read(log.records[:end])
    assert not reader.broken
    for key in KEYS:
        done = max((n for n, bound in enumerate(bounds[key]) if bound <= end), default=0)
        assert reader.rows.get(key) in history[key][done:]
    # And a successor goes on from there.
    rest = Log()
    rest.records = log.records[:end]
    writer, store = owner(rest, "b")
    write(rest, writer, store, {KEYS[0]: row(99, 3 * SMALL)})
    assert held(read(rest.records))[KEYS[0]] == row(99, 3 * SMALL)
    assert held(read(compacted(tuple(rest.records)))).get(KEYS[1]) == rows_in(store).get(KEYS[1])


@given(steps, st.dictionaries(st.sampled_from(KEYS), sizes, min_size=1), steps, st.integers(0, 30))
@settings(max_examples=200)
def test_what_a_replaced_owner_writes_is_never_read_and_is_written_over(
    before: list[dict[bytes, int | None]],
    stale: dict[bytes, int | None],
    after: list[dict[bytes, int | None]],
    late: int,
) -> None:
    log = Log()
    first, first_store = owner(log, "a")
    for batch, change in enumerate(before, 1):
        write(log, first, first_store, {k: None if s is None else row(batch, s) for k, s in change.items()})
    asleep, _ = first.records({key: None if size is None else row(50, size) for key, size in stale.items()})
    asleep = asleep[late % (len(asleep) + 1) :]  # So many had landed before it froze.
    log.append(
        first.records({key: None if size is None else row(50, size) for key, size in stale.items()})[0][
            : late % (len(asleep) + 1)
        ]
    )
    second, store = owner(log, "b")
    for batch, change in enumerate(after, 60):
        if asleep and batch == 60 + late % 3:
            log.append(asleep)
            asleep = []
        write(log, second, store, {k: None if s is None else row(batch, s) for k, s in change.items()})
    gap = log.append(asleep)
    # The idle look.
    strange = log.records[second.next_offset :]
    second.landed([gap])
    found = second.judge(strange, {}, store.get)
    write(log, second, store, {key: store.get(key) for key in found.wrong} or {KEYS[0]: store.get(KEYS[0])})
    for records in (tuple(log.records), compacted(tuple(log.records))):
        assert rows_in(held(read(records))) == rows_in(store)
    with pytest.raises(ReplacedError, match="belongs to b"):
        write(log, first, first_store, {KEYS[0]: row(51, 1)})
    with pytest.raises(EndedError):
        first.records({})


@given(st.binary(max_size=80), st.one_of(st.none(), st.binary(max_size=80)))
def test_no_record_whatever_is_in_it_stops_the_reader(key: bytes, value: bytes | None) -> None:
    for prefix in (b"", b"\x02", b"\x02S", b"\x02P", b"\x02T", b"\x02Q", b"\x02F", b"\x02O"):
        reader = read([Record(prefix + key, value, None, 0), *snapshots(row(1, 3))])
        assert reader.rows[KEYS[0]] == row(1, 3)


def snapshots(*rows: bytes) -> list[Record]:
    return [record for one in rows for record in row_records((5).to_bytes(8), KEYS[0], one, Slots())[0]]


def test_what_cannot_be_read_is_known_until_it_is_replaced() -> None:
    (good,) = snapshots(row(1, 3))
    other_format = replace(good, value=b"\x03" + (good.value or b"")[1:], offset=7)
    reader = read([good, other_format])
    assert set(reader.broken) == {KEYS[0]}
    assert reader.broken[KEYS[0]].offset == 7
    assert not reader.is_settled
    reader.take(replace(good, offset=8))
    assert reader.is_settled


@pytest.mark.parametrize("size", [HEAD.size - 1, HEAD.size, HEAD.size + 18])
def test_a_snapshot_that_is_cut_off_is_unreadable(size: int) -> None:
    (good,) = snapshots(row(1, 3))
    assert read([replace(good, value=(good.value or b"")[:size])]).broken


def test_a_missing_part_makes_a_row_unreadable() -> None:
    records = snapshots(row(1, 4 * SMALL))
    for gone in range(len(records) - 1):
        assert set(read(records[:gone] + records[gone + 1 :]).broken) == {KEYS[0]}
    assert held(read(records)) == {KEYS[0]: row(1, 4 * SMALL)}


def test_a_snapshot_sent_twice_needs_its_parts_once() -> None:
    records = snapshots(row(1, 4 * SMALL))
    assert not read([*records, records[-1]]).broken


@pytest.mark.parametrize(("size", "records"), [(SMALL - 17, 1), (SMALL - 16, 1), (SMALL - 15, 2), (2 * SMALL, 3)])
def test_a_row_is_cut_where_it_is_too_large(size: int, records: int) -> None:
    assert len(snapshots(row(1, size))) == records


def test_the_real_limit_leaves_room_for_a_record_of_one_mebibyte() -> None:
    assert SNAPSHOT_BYTES == 512 << 10


def test_a_key_set_aside_by_hand_or_by_its_owner_is_kept() -> None:
    state_key, reason = key_prefix("buyer"), reason_of(17, "cut off")
    aside = replace(quarantine_record((3).to_bytes(8), state_key, reason), offset=1)
    reader = read([aside])
    assert reader.rows == {QUARANTINE_PREFIX + state_key: reason}
    assert told_reason(reason) == (17, "cut off")
    released = Record(aside.key, None, BY_HAND, 2)
    reader.take(released)
    assert reader.rows == {QUARANTINE_PREFIX + state_key: None}
    assert (reader.by_hand, reader.epoch) == ({stored_key(aside.key)}, 3)


def test_a_write_that_lands_before_the_last_one_is_in_another_log() -> None:
    writer = LogWriter(4, {}, 4, "a")
    assert writer.landed([range(5, 7), range(8, 9)]) == [range(7, 8)]
    with pytest.raises(EndedError, match="made anew"):
        writer.landed([range(8, 9)])
    with pytest.raises(EndedError):
        writer.records({})


def test_a_row_without_a_head_is_refused_before_anything_is_written() -> None:
    writer = LogWriter(0, {}, 0, "a")
    with pytest.raises(ValueError, match="no batch"):
        writer.records({KEYS[0]: b"short"})
    assert TASK_KEY.startswith(OWN)


def read_in_runs(records: list[Record]) -> LogReader:
    """As recovery reads: plain rows in one go, and whatever stops that one by one."""
    reader, place = LogReader(), 0
    while place < len(records):
        end = reader.take_plain(records, place)
        if end == place:
            reader.take(records[place])
            end += 1
        place = end
    return reader


def said_by(reader: LogReader) -> tuple[object, ...]:
    return (
        reader.rows, reader.epoch, reader.owner, reader.stale, reader.broken, reader.slots, reader.lost, reader.by_hand,
        reader.is_settled, reader.unfinished,
    )  # fmt: skip


STRANGE = (
    Record(b"", b"x"), Record(b"\x02S", b""), Record(b"\x02S" + KEYS[0], b"\x02S"), Record(b"\x02S" + KEYS[0], None),
    Record(b"\x02S" + KEYS[1], None, 0), Record(b"\x02?" + KEYS[1], b"\x02S" + bytes(60)),
    Record(b"\x02S" + KEYS[2], b"\x02S" + bytes(60)), quarantine_record(bytes(8), KEYS[0], reason_of(3, "why")),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from("abs"), st.sampled_from(KEYS), sizes, st.sampled_from(STRANGE)), max_size=30))
def test_plain_rows_in_one_go_are_what_they_are_one_by_one(
    turns: list[tuple[str, bytes, int | None, Record]],
) -> None:
    """Of two owners, the first of which does not know that it was replaced; strange records come between."""
    log = Log()
    writers = {}
    for batch, (who, key, size, strange) in enumerate(turns, 1):
        if who == "s":
            log.append([strange])
            continue
        if who not in writers:
            writers[who] = owner(log, who)[0]
        log.append(writers[who].records({key: None if size is None else row(batch, size)})[0])
    assert said_by(read_in_runs(log.records)) == said_by(read(log.records))
