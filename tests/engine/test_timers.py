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
