"""Occasions: going on from window to window counts what counting each by itself does."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.detection.occasions import Occasions, occasions
from cloudtag.detection.windows import Moment
from tests.effort import examples


class Thing(NamedTuple):
    parcel: str
    day: str


THINGS = st.lists(st.builds(Thing, st.sampled_from("pqrstu"), st.sampled_from("abcd")), min_size=1, max_size=30)


def by_itself(things: Sequence[Thing]) -> int:
    count = Counter(thing.parcel for thing in things)
    return len({(thing.parcel,) if count[thing.parcel] > 1 else (None, thing.day) for thing in things})


@pytest.mark.parametrize(
    ("things", "count"),
    [
        ([], 0),
        ([Thing("p", "a")], 1),
        ([Thing("p", "a"), Thing("q", "a")], 1),
        ([Thing("p", "a"), Thing("q", "b")], 2),
        ([Thing("p", "a"), Thing("p", "b")], 1),
        ([Thing("p", "a"), Thing("p", "b"), Thing("q", "b")], 2),
    ],
    ids=["none", "one", "one day", "two days", "one parcel", "a parcel, and alone on a day that it has too"],
)
def test_what_comes_back_together_or_was_asked_for_on_one_day_is_one(things: list[Thing], count: int) -> None:
    assert occasions(things) == by_itself(things) == count


@given(THINGS, st.data())
@settings(max_examples=examples(150), deadline=None)
def test_from_window_to_window_in_any_order(things: list[Thing], data: st.DataObject) -> None:
    moments = [Moment(number, str(number), Thing(*thing)) for number, thing in enumerate(things)]
    ends = st.integers(1, len(moments))
    found = Occasions()
    for last in data.draw(st.lists(ends, max_size=12)):
        window = moments[data.draw(st.integers(0, last - 1)) : last]
        assert found.of(window) == by_itself([moment.thing for moment in window])


@given(THINGS, st.integers(1, 10))
@settings(max_examples=examples(100), deadline=None)
def test_as_a_window_moves_on(things: list[Thing], size: int) -> None:
    moments = [Moment(number, str(number), Thing(*thing)) for number, thing in enumerate(things)]
    found = Occasions()
    for last in range(1, len(moments) + 1):
        window = moments[max(0, last - size) : last]
        assert found.of(window) == by_itself([moment.thing for moment in window])
