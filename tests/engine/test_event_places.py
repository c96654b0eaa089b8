"""Where an event is, is what a look into each row says, whatever was put, taken out and let go before."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cloudtag.engine import keyed_state
from cloudtag.engine.event_places import EventPlaces
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from tests.effort import examples


class Bought(Struct):
    """An event."""


class Returned(Struct):
    """Another."""


KINDS: tuple[type[Any], ...] = (Bought, Returned)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "out", "drop", "index")),
        st.sampled_from(KINDS),
        st.sampled_from("abc"),
        st.sampled_from("pqrs"),
    ),
    max_size=30,
)


def by_looking(state: KeyedState, kind: type[Any], event_id: str) -> Row | None:
    return next((row for row in state.rows.values() if type(row.facts.get(event_id)) is kind), None)


def take_step(state: KeyedState, what: str, kind: type[Any], event_id: str, row_id: str) -> None:
    match what:
        case "put" if by_looking(state, kind, event_id) is None:
            row = state.rows.get(row_id) or state.add_row(row_id)
            if event_id not in row.facts:
                row.facts[event_id] = kind()
                if state.places is not None:
                    state.places.put(kind, event_id, row_id)
        case "out" if row_id in state.rows:
            state.rows[row_id].facts.pop(event_id, None)
        case "drop":
            state.drop_row(row_id)
        case "index" if state.places is None:
            state.places = EventPlaces(state.rows.values())


@settings(max_examples=examples(400))
@given(STEPS)
def test_an_event_is_found_where_it_is(steps: list[Any]) -> None:
    state = KeyedState("key", None, {})
    for step in steps:
        take_step(state, *step)
    with patch.object(keyed_state, "FEW_ROWS", -1):
        for kind in KINDS:
            for event_id in "abc":
                assert state.row_with(event_id, kind) is by_looking(state, kind, event_id)


@pytest.mark.parametrize(("rows", "is_indexed"), [(8, False), (9, True)])
def test_in_few_rows_nothing_is_kept_of_where_events_are(rows: int, is_indexed: bool) -> None:
    state = KeyedState("key", None, {})
    for number in range(rows):
        state.add_row(f"r{number}").facts[f"e{number}"] = Bought()
    assert state.row_with("e7", Bought) is state.rows["r7"]
    assert state.row_with("e7", Returned) is None
    assert (state.places is not None) is is_indexed
