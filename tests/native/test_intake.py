"""Facts go into keyed states in the same way in both ways: rows, news, what is told of the others, whatever comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cloudtag.contract import events as ev
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine import intake as intake_module
from cloudtag.engine.intake import FactIntake
from cloudtag.engine.judgement import EMPTY
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import EVENT_ID, Holds, RowKind
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import TaskResult
from cloudtag.engine.task_row import TaskRow
from cloudtag.native.choice import Way, only, why_not
from cloudtag.policy.load import shipped
from cloudtag.processors.base import KeyedProcessor
from cloudtag.replay.topology import Topology, memory_rows
from tests.effort import examples
from tests.histories.strategies import HOUR_MS, SPAN_HOURS, START_MS, histories

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
WAYS: tuple[Way, ...] = ("pure", "native")
UNTIL_MS = START_MS + 30 * 24 * HOUR_MS


class Sold(Struct, frozen=True, tag="s"):
    """Goes into a row of its day."""

    event_id: str
    occurred_at: int
    day: Any
    shop: str


class Seen(Struct, frozen=True, tag="n"):
    """Goes into a row of its day, or where it has none into one without a name."""

    event_id: str
    occurred_at: int
    day: Any
    shop: str


class Closing(Struct, frozen=True, tag="c"):
    """Closes a keyed state."""

    event_id: str
    occurred_at: int
    shop: str


class _NoPolicies:
    networks: dict[str, str] = {}  # noqa: RUF012 - of a class without instances that differ


class _View:
    """Takes facts in as long as they are not of day 3."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def add(self, fact: Any) -> bool:
        self.taken.append(fact.event_id)
        return bool(fact.day != "3")


def _nothing(*_: Any) -> Any:
    return EMPTY


def _asks(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    state.index.append((row.id, fact.event_id))
    row.view = row.view or _View()
    return (f"s{fact.event_id}",) if fact.day == "2" else ()


def _closes(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    del row, fact
    state.is_closed = True
    return ()


class Shop(KeyedProcessor):
    """All kinds of rows that there can be, but for internal records."""

    name = "shop"
    is_global = True
    kinds = RowKinds(
        (
            RowKind(name="sold", letter="s", judge=_nothing, holds=(Holds(Sold, lambda e: e.day),), index=_asks),
            RowKind(name="seen", letter="n", judge=_nothing, holds=(Holds(Seen, lambda e: e.day),)),
            RowKind(name="any", letter="a", judge=_nothing, holds=(Holds(Seen),)),
            RowKind(name="end", letter="c", judge=_nothing, holds=(Holds(Closing),), index=_closes, closes=True),
        )
    )
    id_of = staticmethod(lambda event: event.shop)
    retention_ms = 50

    def __init__(self, most_facts: int) -> None:
        super().__init__(_NoPolicies, 0)  # type: ignore[arg-type]
        self.most_facts = most_facts

    def _identity(self, kind: type[Any], plain: Any) -> Any:
        return plain if kind is Closing else EVENT_ID

    def new_index(self, network: str) -> list[Any]:
        return []

    def bound(self, row: Row) -> None:
        """The least goes."""
        del row.facts[min(row.facts)]


ids = st.integers(0, 30).map("e{}".format)
days = st.sampled_from([None, "1", "2", "3", *map(str, range(4, 14))])
moments = st.integers(0, 99)
shops = st.sampled_from("AB")
sold, seen = (st.builds(kind, ids, moments, days, shops) for kind in (Sold, Seen))
facts = st.one_of(sold, sold, sold, seen, seen, st.builds(Closing, ids, moments, shops))


def told(state: KeyedState) -> Any:
    rows = [
        (row.id, list(row.facts.items()), row.newest_ms, len(row.kinds), row.view and row.view.taken, row.losers)  # type: ignore[attr-defined]
        for row in state.rows.values()
    ]
    places = None if state.places is None else state.places._of_kind
    return rows, places, state.index, state.is_closed


def run(way: Way, batches: list[list[Any]], most_facts: int) -> list[Any]:
    processor, found = Shop(most_facts), list[Any]()
    states, own = {key: processor.new_state(key) for key in "AB"}, TaskRow()
    with only(way):
        intake = FactIntake(processor)
    for batch in batches:
        step = TaskResult()
        sorted_facts = intake.sort(step, own, batch)
        found.append((sorted_facts, own.newest_ms))
        for key, numbers in sorted_facts.keys.items():
            asked, news = intake.take(step, states[key], sorted_facts, numbers)
            found.append((sorted(asked), news.added, news.begin, news.is_appended))
            found += [(row.id, news.places_in(row)) for row in states[key].rows.values()]
        found += [step, *map(told, states.values())]
        own.watermark_ms = max(own.watermark_ms, own.newest_ms - 30)
    return found


@given(st.lists(st.lists(facts, max_size=25), min_size=1, max_size=4), st.sampled_from((1, 2, 1000)))
@settings(max_examples=examples(600), deadline=None)
def test_facts_are_taken_in_alike(batches: list[list[Any]], most_facts: int) -> None:
    # By what an event says it is known which of two stands: for that it needs the name of a stream.
    with patch.dict(STREAM_OF, {kind: kind.__name__ for kind in (Sold, Seen, Closing)}):
        pure, native = (repr(run(way, batches, most_facts)) for way in WAYS)
    assert native == pure


@given(histories(), st.integers(1, 20))
@settings(max_examples=examples(60), deadline=None)
def test_the_processors_say_and_store_the_same(history: list[ev.Event], size: int) -> None:
    found = []
    for way in WAYS:
        rows = memory_rows()
        with only(way):
            topology = Topology(shipped(), SPAN_HOURS * HOUR_MS, rows)
            batches = [history[start : start + size] for start in range(0, len(history), size)]
            outputs = [output for batch in batches for output in topology.feed(batch)]
            outputs += topology.pass_time(UNTIL_MS)
        found.append((outputs, {name: sorted(held.all_rows()) for name, held in rows.items()}))
    assert found[0] == found[1]


def taken(state: KeyedState, given: list[Any], most_facts: int = 1000) -> int:
    """How many of the facts the native part takes in by itself."""
    from cloudtag.engine.news import News

    with only("native"):
        intake = FactIntake(Shop(most_facts))
    return intake._take_new(state, given, list(range(len(given))), 0, set(), News())


FIRST = Sold("e1", 1, "1", "A")


@pytest.mark.parametrize(
    ("next_one", "is_taken"),
    [
        (Sold("e2", 1, "1", "A"), True),
        (Sold("e2", 1, "5", "A"), True),
        (Seen("e2", 1, None, "A"), True),
        (Seen("e2", 1, "1", "A"), True),
        (FIRST, False),
        (Sold("e1", 1, "5", "A"), False),
        (Seen("e1", 1, "1", "A"), False),  # of another type, which is for the pure code to see
        (Sold("e2", True, "1", "A"), False),
        (Sold("e2", 1, 1, "A"), False),
    ],
)
def test_what_is_new_is_taken_in_natively(next_one: Any, is_taken: bool) -> None:
    assert taken(Shop(1000).new_state("A"), [FIRST, next_one]) == 1 + is_taken


@pytest.mark.parametrize(("most_facts", "count"), [(1, 1), (2, 2)])
def test_no_row_is_made_overfull_natively(most_facts: int, count: int) -> None:
    assert taken(Shop(1000).new_state("A"), [Sold(f"e{n}", 1, "1", "A") for n in range(3)], most_facts) == count


def test_nothing_goes_into_a_closed_keyed_state_natively() -> None:
    state = Shop(1000).new_state("A")
    assert taken(state, [FIRST, Closing("e2", 1, "A"), Sold("e3", 1, "1", "A")]) == 2
    for name in ("is_closed", "is_aside"):
        state = Shop(1000).new_state("A")
        setattr(state, name, True)
        assert taken(state, [FIRST]) == 0


@pytest.mark.parametrize("rows", [8, 9, 12])
def test_among_many_rows_what_is_held_is_looked_up(rows: int) -> None:
    state = Shop(1000).new_state("A")
    given = [Sold(f"e{n}", 1, str(n), "A") for n in range(rows)]
    assert taken(state, given) == rows
    assert (state.places is not None) == (rows > 9)
    assert taken(state, [Sold("e0", 1, "new", "A")]) == 0
    assert taken(state, [Sold("other", 1, "new", "A")]) == 1


def test_where_fields_lie_elsewhere_the_pure_code_takes_all_in(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        """Has no fields in slots."""

    monkeypatch.setattr(intake_module, "KeyedState", Elsewhere)
    state = Shop(1000).new_state("A")
    assert taken(state, [FIRST]) == 1
    assert [*state.rows] == ["s1"]
