"""What must not cost more with more of its kind is counted; and the counting itself."""

import sys

import pytest

from benchmarks.growth.counting import calls_of
from benchmarks.growth.leaving import KINDS as LEAVING
from benchmarks.growth.measured import COURSES, Growth, growth_of, known_events, upcoming
from benchmarks.growth.page import picture, table

FLAT = ("buyer: orders", "buyer: complaints of no order", "device: buyers", "shop: tags", *LEAVING)
"""Kinds of which a hundred more make an event no dearer."""


def test_calls_of_functions_are_counted_those_in_c_too() -> None:
    def nothing() -> None: ...

    def work() -> None:
        nothing()
        nothing()
        len("")

    assert calls_of(nothing) == 0
    assert calls_of(work) == 3
    assert sys.getprofile() is None


def test_nobody_else_may_be_counting() -> None:
    with pytest.raises(RuntimeError, match="counted already"):
        calls_of(lambda: calls_of(lambda: None))
    assert sys.getprofile() is None


@pytest.mark.parametrize("name", FLAT)
def test_one_thing_more_costs_the_same_however_many_there_are(name: str) -> None:
    assert growth_of(name, (10, 110)).factor <= 1.5


def test_the_events_of_every_course_differ_and_lie_one_after_the_other() -> None:
    for course in COURSES.values():
        ids = [(type(event), event.event_id) for event in (*known_events(course, 3), *upcoming(course, 3))]
        assert len(set(ids)) == len(ids)
        times = [event.occurred_at for event in upcoming(course, 3)]
        assert times == sorted(times)


def test_what_was_counted_is_shown() -> None:
    found = [Growth("a", {10: 200.0, 100: 250.0}), Growth("b", {10: 100.0, 100: 1000.0})]
    assert [growth.factor for growth in found] == [1.25, 10.0]
    assert "| a | 200 | 250 | 1.2 |\n| b | 100 | 1,000 | **10.0** |" in table(found)
    drawn = picture(found)
    assert drawn.count("<polyline") == 2
    assert ">b</text>" in drawn
