"""A row that leaves: when its keyed state's index is to be made anew, and that it knows of what is held alone."""

from typing import Any

import pytest

from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row
from tests.processors.buyers.acts import on_stage, ordered
from tests.processors.scene import HOUR, T0

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


def test_rows_of_one_period_leave_together_and_younger_ones_stay() -> None:
    scene = on_stage(ordered("placed", T0, 1), ordered("placed", T0 + HOUR, 2))
    retention_ms = scene.task._processor.retention_ms
    end_ms = scene.end_after(T0 + HOUR + retention_ms)
    # Of the two periods one ends between the orders at most: then the test would say nothing.
    assert scene.end_after(T0 + retention_ms) == end_ms
    scene.come(ordered("placed", end_ms - retention_ms, 3))
    scene.wait(end_ms - 1)
    assert len(scene.names("order")) == 3
    scene.wait(end_ms)
    assert [name.rpartition("/")[2] for name in scene.names("order")] == ["o3"]
