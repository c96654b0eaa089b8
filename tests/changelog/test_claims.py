"""Owner records and bids: which of them count, and what the owner does about one that does not."""

import pytest

from cloudtag.changelog.records import EPOCH_KEY, OWNER_KEY, Record, bid_record, owner_record, restated_record
from cloudtag.changelog.writing import LogWriter
from tests.changelog.test_laws import KEYS, Log, read, row, write
from tests.changelog.test_model import compacted

ROW_KEY = KEYS[0]


def written_by(epoch: int, batch: int) -> list[Record]:
    return LogWriter(epoch, {}, epoch, "any").records({ROW_KEY: row(batch, 20)})[0]


def test_an_owner_record_counts_only_where_no_other_came_after_its_bid() -> None:
    log = Log()
    slow, quick = log.append([bid_record()]).stop, log.append([bid_record()]).stop
    epoch = log.append([owner_record("quick", quick)]).start
    log.append(written_by(epoch, 1))
    assert (read(log.records).epoch, read(log.records).owner) == (epoch, b"quick")
    log.append([owner_record("slow", slow)])
    log.append(written_by(epoch, 2))
    reader = read(log.records)
    assert (reader.epoch, reader.claimed, reader.owner, reader.stale) == (epoch, epoch, b"quick", {EPOCH_KEY})
    assert reader.rows[ROW_KEY] == row(2, 20), "what the owner writes behind it is read"
    later = log.append([owner_record("next", log.append([bid_record()]).stop)]).start
    log.append(written_by(epoch, 3))
    reader = read(log.records)
    assert (reader.epoch, reader.owner, reader.stale) == (later, b"next", {ROW_KEY})


@pytest.mark.parametrize("is_first", [True, False])
def test_a_bid_just_before_or_just_behind_the_owner_decides(is_first: bool) -> None:
    log = Log()
    before = log.append([bid_record()]).stop
    if is_first:
        bid = log.append([bid_record()]).stop
        epoch = log.append([owner_record("owner", before)]).start
    else:
        epoch = log.append([owner_record("owner", before)]).start
        bid = log.append([bid_record()]).stop
    claim = log.append([owner_record("other", bid)]).start
    assert read(log.records).epoch == (epoch if is_first else claim)


def test_an_owner_writes_its_own_record_over_one_in_vain_also_for_compaction() -> None:
    log = Log()
    slow, quick = log.append([bid_record()]).stop, log.append([bid_record()]).stop
    epoch = log.append([owner_record("quick", quick)]).start
    writer, store = LogWriter(epoch, {}, epoch, "quick"), dict[bytes, bytes]()
    write(log, writer, store, {ROW_KEY: row(1, 20)})
    log.append([owner_record("slow", slow)])
    assert write(log, writer, store, {ROW_KEY: row(2, 20)}) == 1
    assert write(log, writer, store, {ROW_KEY: row(3, 20)}) == 0
    for records in (tuple(log.records), compacted(tuple(log.records))):
        reader = read(records)
        assert (reader.epoch, reader.claimed, reader.owner, reader.stale) == (epoch, epoch, b"quick", set())
        assert reader.rows[ROW_KEY] == row(3, 20)


def test_what_a_replaced_owner_restates_counts_for_nobody() -> None:
    log = Log()
    epoch = log.append([bid_record(), owner_record("first", 1)]).start + 1
    later = log.append([bid_record(), owner_record("second", len(log.records) + 1)]).start + 1
    log.append([restated_record(epoch.to_bytes(8), epoch.to_bytes(8), b"first")])
    reader = read(log.records)
    assert (reader.epoch, reader.claimed, reader.owner, reader.stale) == (later, later, b"second", {EPOCH_KEY})


def test_an_owner_record_of_an_older_version_counts_wherever_it_stands() -> None:
    log = Log()
    log.append([bid_record(), owner_record("first", 1)])
    at = log.append([owner_record("second")]).start
    assert (read(log.records).epoch, read(log.records).claimed) == (at, at)


def test_an_owner_record_that_is_cut_off_is_counted_and_owns_nothing() -> None:
    reader = read([Record(OWNER_KEY, b"\x02O", offset=3)])
    assert (reader.lost, reader.epoch, reader.owner) == (1, -1, None)
