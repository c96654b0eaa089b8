"""The job's own index: going on with what came, and letting the oldest go, leads to what starting afresh does."""

from operator import attrgetter
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.peers.job import WINDOW_MS
from benchmarks.peers.own_told import ROW_MS, Told, span
from tests.effort import examples

HELD_MS = 2 * WINDOW_MS + ROW_MS
"""With so much before it, it is known of a dealing whether an alert was open."""
STEP_MS = WINDOW_MS // 20


class Dealing(NamedTuple):
    event_id: str
    occurred_at: int
    kind: str
    amount: int = 1


class Opened(NamedTuple):
    alert_id: str
    buyer_id: str
    occurred_at: int
    refunds: int
    orders: int
    refunded: int


def told(one: Told, horizon_ms: int) -> set[Any]:
    """What it says of what rests on nothing before the horizon."""
    one.go_on("b1", horizon_ms)
    found = one.judgement.conclusions.values()
    return {conclusion.record for conclusion in found if conclusion.since_ms >= horizon_ms}


def afresh(held: list[Dealing]) -> Told:
    one = Told(Opened)
    for dealing in held:
        one.add(dealing)
    return one


def leave(one: Told, held: list[Dealing], before_ms: int) -> list[Dealing]:
    """Rows of which nothing is younger leave, the oldest first."""
    for name in sorted({span(dealing) for dealing in held}, key=int):
        row = [dealing for dealing in held if span(dealing) == name]
        if max(map(attrgetter("occurred_at"), row)) < before_ms:
            assert one.drop(name, len(row))
            held = [dealing for dealing in held if dealing not in row]
    return held


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(-8, 60), st.sampled_from(("refund", "refund", "order"))), max_size=25), max_size=12
)


@given(BATCHES)
@settings(max_examples=examples(200), deadline=None)
def test_whatever_comes_and_leaves_it_says_what_a_fresh_one_says(batches: list[list[tuple[int, str]]]) -> None:
    one, held, now_ms = Told(Opened), list[Dealing](), 10 * HELD_MS
    for number, batch in enumerate(batches):
        for place, (later, kind) in enumerate(batch):
            dealing = Dealing(f"{number}-{place}", now_ms + later * STEP_MS, kind)
            one.add(dealing)
            held.append(dealing)
        now_ms = max([now_ms, *(dealing.occurred_at for dealing in held)])
        horizon_ms = now_ms - HELD_MS
        assert told(one, horizon_ms) == told(afresh(held), horizon_ms)
        held = leave(one, held, horizon_ms)
        assert one.placed == afresh(held).placed
        assert told(one, horizon_ms) == told(afresh(held), horizon_ms)


def test_what_lies_behind_others_is_not_let_go() -> None:
    one = afresh([Dealing("a", 0, "order"), Dealing("b", ROW_MS, "order")])
    assert not one.drop("1", 1)
    assert len(one.placed) == 2
    assert one.drop("0", 1)
    assert [dealing.event_id for dealing in one.placed] == ["b"]


def test_what_was_told_is_kept_until_what_opened_it_leaves() -> None:
    """And no longer: of buyers who open again and again, all alerts of years would be kept."""
    one = afresh([Dealing(f"{n}", n, "refund") for n in range(5)] + [Dealing("x", ROW_MS + WINDOW_MS, "order")])
    assert len(told(one, -HELD_MS)) == 1
    assert one.drop("0", 5)
    assert not one.judgement.conclusions
