"""A row that leaves: when its keyed state's index is to be made anew, and that it knows of what is held alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row
from cloudtag.engine.timers import MANY_ROWS, PERIODS, end_of_period
from cloudtag.processors.buyers.reading import HELD_MS
from tests.processors.buyers.acts import complained, on_stage, ordered
from tests.processors.scene import HOUR, T0, Scene

TOLD = {"p": Published("p", "alerts", 0, True, b"", 0, None, None, None)}


def state_of(**row: Any) -> KeyedState:
    return KeyedState("k", None, {}, rows={"o1": Row("o1", **row), "o2": Row("o2")}, memo="worked out")


@pytest.mark.parametrize(
    ("row", "could", "asked", "lost"),
    [
        ({"facts": {"e": 1}}, True, 1, 0),
        ({"facts": {"e": 1}}, False, 1, 1),
        ({"facts": {"e": 1}}, None, 0, 1),
        # On which streams something was published is worked out of all rows.
        ({"facts": {"e": 1}, "published": TOLD}, True, 0, 1),
        ({"published": TOLD}, True, 0, 1),
        ({}, True, 0, 0),
    ],
    ids=["taken out", "could not be", "nobody can", "told of something", "only told", "empty"],
)
def test_the_index_is_made_anew_unless_what_leaves_was_taken_out_of_it(
    row: dict[str, Any], could: bool | None, asked: int, lost: int
) -> None:
    state, left = state_of(**row), list[str]()

    def leave(of: KeyedState, gone: Row) -> bool:
        assert "o1" not in of.rows
        left.append(gone.id)
        return bool(could)

    state.drop_row("o1", None if could is None else leave)
    assert (len(left), state.lost_rows) == (asked, lost)
    assert (state.memo is None) is bool(row)


def test_of_an_index_that_is_stale_already_nothing_is_taken_out() -> None:
    state = state_of(facts={"e": 1})
    state.lost_rows = 1

    def leave(of: KeyedState, gone: Row) -> bool:
        raise AssertionError(of, gone)

    state.drop_row("o1", leave)
    assert state.lost_rows == 2


def test_a_row_that_is_not_there_does_not_leave() -> None:
    state = state_of()
    state.drop_row("o3")
    assert (state.lost_rows, state.memo) == (0, "worked out")


def first_left(scene: Scene, rows: int, lasting: Sequence[Any] = ()) -> tuple[int, int]:
    """When the first of so many orders of one buyer, an hour apart, leaves, and how many do with it."""
    scene.come(*(ordered("paid", T0 + n * HOUR, n) for n in range(rows)), *lasting)
    at_ms, held = T0 + HELD_MS, len(scene.names("order"))
    while len(scene.names("order")) == held:
        at_ms += HOUR
        scene.wait(at_ms)
    return at_ms, held - len(scene.names("order"))


@pytest.mark.parametrize(("rows", "is_together"), [(MANY_ROWS, False), (MANY_ROWS + 1, True)])
def test_of_few_rows_each_leaves_by_itself_and_of_very_many_those_of_a_period_do(rows: int, is_together: bool) -> None:
    scene = on_stage()
    at_ms, gone = first_left(scene, rows)
    first_ms = T0 + HELD_MS + 1
    if not is_together:
        assert (at_ms, gone) == (first_ms - 1 + HOUR, 1)
        return
    end_ms = end_of_period(first_ms, scene.key, HELD_MS)
    assert at_ms - HOUR < end_ms <= at_ms
    assert gone == len([n for n in range(rows) if first_ms + n * HOUR <= end_ms])


def test_where_how_long_one_is_held_rests_on_another_each_leaves_by_itself() -> None:
    """A complaint without an order stays with the orders."""
    at_ms, gone = first_left(on_stage(), MANY_ROWS + 10, [complained("c1", T0, order_id=None)])
    assert (at_ms, gone) == (T0 + HELD_MS + HOUR, 1)


@given(st.integers(0, 1 << 45), st.text(max_size=5), st.integers(0, 1 << 36), st.integers(0, 1 << 30))
@settings(deadline=None)
def test_what_may_leave_leaves_at_the_end_of_a_period_with_all_that_may_by_then(
    spent: int, key: str, retention: int, later: int
) -> None:
    end = end_of_period(spent, key, retention)
    assert spent <= end <= spent + retention // PERIODS
    # Who may leave later never leaves sooner, and who may before the same end leaves at it.
    assert end_of_period(spent + later, key, retention) >= end
    assert end_of_period(min(spent + later, end), key, retention) == end


def test_the_periods_of_many_keys_end_at_many_times() -> None:
    """Else all that is held of anybody would leave at once."""
    ends = [end_of_period(T0, f"b{n}", HELD_MS) for n in range(400)]
    assert len(set(ends)) == 400
    assert {(end - T0) * 4 // (HELD_MS // PERIODS) for end in ends} >= {0, 1, 2, 3}
