"""Wakes: time alone asks a row again when its moment comes, unless facts have put that off meanwhile."""

from cloudtag.contract.events import OrderChanged
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.task import Task
from cloudtag.policy.load import shipped
from cloudtag.processors import build

T0, MINUTE = 1_772_409_600_000, 60_000
DUE_MS = T0 + 30 * MINUTE


def order(status, at):
    return OrderChanged(f"e-{status}", at, "taobao", "o1", "b1", "s1", status, device_hash="d1")


def buyers(rows, *facts, reached_ms=0):
    task = Task(build("buyers", shipped(), 0), rows, cache_keys=1)
    for batch, until_ms in (*(([fact], 0) for fact in facts), ((), reached_ms)):
        step = task.advance(batch, until_ms)
        if rows is not None:
            rows.apply(step.rows)
    return task


def test_an_unpaid_order_wakes_when_it_is_due():
    task = buyers(None, order("placed", T0))
    assert task.next_timer_ms == DUE_MS
    assert task.advance((), DUE_MS - 1).timers == 0
    assert task.advance((), DUE_MS).timers == 1


def test_a_paid_order_wakes_nobody():
    for rows in (None, MemoryRows()):
        task = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE))
        assert task.next_timer_ms > DUE_MS
        assert task.advance((), DUE_MS).timers == 0


def test_a_row_whose_file_was_put_away_is_looked_at_and_waits_on():
    rows = MemoryRows()
    other = OrderChanged("e-other", T0 + 2 * MINUTE, "taobao", "o2", "b2", "s1", "paid")
    task = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE), other, reached_ms=T0 + 3 * MINUTE)
    assert task.resident_keys == 1
    assert task.next_timer_ms == DUE_MS
    assert task.advance((), DUE_MS).timers == 0
    assert task.next_timer_ms > DUE_MS


def test_nothing_is_stored_without_a_store():
    task = Task(build("buyers", shipped(), 0), None)
    step = task.advance([order("placed", T0), order("shipped", T0 + 1)])
    assert step.rows == {}
    assert task.resident_keys == 1
