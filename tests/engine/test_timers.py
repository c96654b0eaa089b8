"""Timers: time alone judges a row again when its moment comes, unless facts have put that off meanwhile."""

import pytest
from msgspec import Struct

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.types import OrderStatus
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import NEVER
from cloudtag.engine.task import Task
from cloudtag.engine.timers import due
from cloudtag.policy.load import shipped
from cloudtag.processors import build

T0, MINUTE = 1_772_409_600_000, 60_000
ONE_STATE_BYTES = 4_000
"""What one keyed state of these takes, and not two."""
DUE_MS = T0 + 30 * MINUTE


def order(status: OrderStatus, at: int) -> OrderChanged:
    return OrderChanged(f"e-{status}", at, "taobao", "o1", "b1", "s1", status, device_hash="d1")


def buyers(rows: MemoryRows | None, *facts: Struct, reached_ms: int = 0) -> Task:
    task = Task(build("buyers", shipped(), 0), rows, CacheBudget(ONE_STATE_BYTES))
    batches: list[tuple[list[Struct], int]] = [*(([fact], 0) for fact in facts), ([], reached_ms)]
    for batch, until_ms in batches:
        step = task.advance(batch, until_ms)
        if rows is not None:
            rows.apply(step.rows)
    return task


def test_an_unpaid_order_is_judged_again_when_it_is_due() -> None:
    task = buyers(None, order("placed", T0))
    assert task.next_timer_ms == DUE_MS
    assert task.advance((), DUE_MS - 1).timers == 0
    assert task.advance((), DUE_MS).timers == 1


def test_a_paid_order_is_not_judged_again() -> None:
    for rows in (None, MemoryRows()):
        task = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE))
        assert task.next_timer_ms > DUE_MS
        assert task.advance((), DUE_MS).timers == 0


def test_a_row_whose_state_was_put_away_is_looked_at_and_waits_on() -> None:
    rows = MemoryRows()
    other = OrderChanged("e-other", T0 + 2 * MINUTE, "taobao", "o2", "b2", "s1", "paid")
    task = buyers(rows, order("placed", T0), order("paid", T0 + MINUTE), other, reached_ms=T0 + 3 * MINUTE)
    assert len(task.cache) == 1
    assert task.next_timer_ms == DUE_MS
    assert task.advance((), DUE_MS).timers == 0
    assert task.next_timer_ms > DUE_MS


@pytest.mark.parametrize(("most", "judged"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (4, [3]), (None, [3])])
def test_a_step_judges_so_many_rows_whose_time_has_come_and_says_whether_there_are_more(
    most: int | None, judged: list[int]
) -> None:
    rows = MemoryRows()
    task = Task(build("buyers", shipped(), 0), rows, CacheBudget(ONE_STATE_BYTES), most_due=most)
    placed = [OrderChanged(f"e{n}", T0 + n, "taobao", f"o{n}", f"b{n % 2}", "s1", "placed") for n in range(3)]
    step = task.advance(placed)
    rows.apply(step.rows)
    assert not step.is_more_due
    steps = [task.advance((), DUE_MS + 2)]
    rows.apply(steps[-1].rows)
    while steps[-1].is_more_due:
        steps.append(task.advance(()))
        rows.apply(steps[-1].rows)
    assert [step.timers for step in steps] == judged


def test_what_is_due_and_was_not_judged_before_a_crash_is_judged_after_it() -> None:
    rows = MemoryRows()
    placed = [OrderChanged(f"e{n}", T0 + n, "taobao", f"o{n}", "b1", "s1", "placed") for n in range(3)]
    first = Task(build("buyers", shipped(), 0), rows, CacheBudget(ONE_STATE_BYTES), most_due=1)
    rows.apply(first.advance(placed).rows)
    rows.apply(first.advance((), DUE_MS + 2).rows)
    again = Task(build("buyers", shipped(), 0), rows, CacheBudget(ONE_STATE_BYTES), most_due=1)
    rows.apply(again.open().rows)
    steps = [again.advance(())]
    while steps[-1].is_more_due:
        steps.append(again.advance(()))
    # That of the buyer was judged before; the three orders are left.
    assert sum(step.timers for step in steps) == len(placed)


def test_nothing_is_stored_without_a_store() -> None:
    task = Task(build("buyers", shipped(), 0), None)
    step = task.advance([order("placed", T0), order("shipped", T0 + 1)])
    assert step.rows == {}
    assert len(task.cache) == 1


@pytest.mark.parametrize(
    ("asked", "newest", "now", "expected"),
    [
        (150, 100, 120, 150),
        (201, 100, 120, 201),
        (202, 100, 120, 201),
        (NEVER, 100, 120, 201),
        (120, 100, 120, 201),
        (150, 10, 120, 150),
        (NEVER, 20, 120, 121),
        (NEVER, 19, 120, 220),
        (300, 19, 120, 300),
    ],
    ids=[
        "sooner than spent", "when it is spent", "later than spent", "never", "now is no time to come",
        "spent, asks", "spent in a moment", "spent just now", "spent long ago, asks for later",
    ],
)  # fmt: skip
def test_a_row_is_due_when_it_asks_or_is_spent(asked: int, newest: int, now: int, expected: int) -> None:
    assert due(asked, newest, now, 100) == expected
