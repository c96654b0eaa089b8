"""Wakes: time alone asks a row again when its moment comes, unless facts have put that off meanwhile."""

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.forwards import TimePassed
from cloudtag.engine.lane import Lane
from cloudtag.engine.memory import MemoryRows
from cloudtag.policy.load import shipped
from cloudtag.processors import build

T0, MINUTE = 1_772_409_600_000, 60_000
DUE_MS = T0 + 30 * MINUTE


def order(status, at):
    return OrderChanged(f"e-{status}", at, "taobao", "o1", "b1", "s1", status, device_hash="d1")


def buyers(rows, *facts):
    lane = Lane(build("buyers", shipped(), 0), rows, cache_files=1)
    for fact in facts:
        step = lane.advance([fact])
        if rows is not None:
            rows.apply(step.rows)
    return lane


def test_an_unpaid_order_wakes_when_it_is_due():
    lane = buyers(None, order("placed", T0))
    assert lane.next_wake_ms == DUE_MS
    assert lane.advance([TimePassed(DUE_MS - 1)]).wakes == 0
    assert lane.advance([TimePassed(DUE_MS)]).wakes == 1


def test_a_paid_order_wakes_nobody():
    for rows in (None, MemoryRows()):
        lane = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE))
        assert lane.next_wake_ms > DUE_MS
        assert lane.advance([TimePassed(DUE_MS)]).wakes == 0


def test_a_row_whose_file_was_put_away_is_looked_at_and_waits_on():
    rows = MemoryRows()
    other = OrderChanged("e-other", T0 + 2 * MINUTE, "taobao", "o2", "b2", "s1", "paid")
    lane = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE), other, TimePassed(T0 + 3 * MINUTE))
    assert lane.resident_files == 1
    assert lane.next_wake_ms == DUE_MS
    assert lane.advance([TimePassed(DUE_MS)]).wakes == 0
    assert lane.next_wake_ms > DUE_MS


def test_nothing_is_stored_without_a_store():
    lane = Lane(build("buyers", shipped(), 0), None)
    step = lane.advance([order("placed", T0), order("shipped", T0 + 1)])
    assert step.rows == {}
    assert lane.resident_files == 1
