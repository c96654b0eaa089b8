"""Of a buyer with very many orders each that leaves costs little, and what is said is what a fresh index would say."""

from collections.abc import Iterable
from typing import Any

import pytest

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.scope import scoped
from cloudtag.engine import keyed_state
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from cloudtag.engine.timers import PERIODS
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.driver import judge
from tests.processors.buyers.acts import complained, denied, ordered, short
from tests.processors.recorded import Recorded
from tests.processors.scene import DAY, HOUR, T0

MANY = 500
EVERY_HOUR = HOUR
AT_ONCE = 10**9
"""So many rows per lost one: the index is made anew at each that goes."""


def bought(count: int, since: int = T0) -> list[OrderChanged]:
    return [ordered("paid", since + n * EVERY_HOUR, n) for n in range(count)]


def test_what_leaves_is_taken_out_of_the_index_by_the_dozen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [0]
    topology = Recorded()
    topology.feed(bought(MANY))
    state: KeyedState = topology.tasks["buyers"].cache.get(scoped("taobao", "b1"))
    made = keyed_state.index_anew

    def counted(keeper: Any, one: KeyedState) -> set[str]:
        asked[0] += len(one.rows)
        return made(keeper, one)

    monkeypatch.setattr("cloudtag.engine.task.index_anew", counted)
    for _ in topology.pass_time(T0 + HELD_MS + HELD_MS // PERIODS + (MANY + 48) * EVERY_HOUR):
        pass
    assert not [row for row in state.rows.values() if row.facts]
    # One row after the other was let go: made anew at each, the index would have been made of 125,000.
    assert MANY < asked[0] < 70 * MANY


@pytest.mark.parametrize(
    ("held", "lost", "is_stale"), [(0, 1, True), (63, 1, True), (64, 1, False), (64, 2, True), (640, 10, False)]
)
def test_of_few_rows_it_is_made_anew_at_once(held: int, lost: int, is_stale: bool) -> None:
    state = KeyedState("k", None, {}, rows={f"o{n}": Row(f"o{n}") for n in range(held)}, lost_rows=lost)
    assert state.is_index_stale is is_stale


def history() -> Iterable[Any]:
    """A year of one buyer: orders every other hour, claims among them, some of which come long after the others."""
    yield from bought(120)
    for n in range(120, 400, 2):
        at = T0 + n * 26 * HOUR
        yield ordered("paid", at, n)
        if n % 20 == 0:
            yield from denied(1000 + n, at)
        if n % 28 == 0:
            yield from short(2000 + n, at)
        if n % 50 == 0:
            yield complained(f"c{n}", at, type="late_delivery", status="opened", complainant="buyer")


def test_what_is_said_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    until = T0 + HELD_MS + 420 * DAY
    told = list[Any]()
    for rows_per_lost in (AT_ONCE, 4):
        monkeypatch.setattr(keyed_state, "_ROWS_PER_LOST", rows_per_lost)
        told.append(list(judge(list(history()), until, shipped())))
    assert len(told[0]) > 20
    assert told[1] == told[0]


def test_linked_buyers_are_told_of_what_is_held_whoever_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uses of an attribute that left with their orders are told of no more, also while few of very many have left."""
    orders = [
        ordered("paid", T0 + 2 * n * DAY, n, phone_hash="p1", device_hash=f"d{n // 40}", address_hash=f"a{n // 60}")
        for n in range(330)
    ]
    told = list[Any]()
    for rows_per_lost in (AT_ONCE, 64):
        monkeypatch.setattr(keyed_state, "_ROWS_PER_LOST", rows_per_lost)
        topology = Recorded()
        for each in orders:
            topology.feed([each])
        told.append(
            [row.facts for _, state in topology.tasks["links"].cache._files.items() for row in state.rows.values()]
        )
    assert sum(len(use.used_at) > 1 for facts in told[0] for use in facts.values())
    assert told[1] == told[0]
