"""The checker: whatever is changed in what a story expects is noticed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cloudtag.scenarios.expectations import faults
from cloudtag.scenarios.read import read, shipped_scenarios
from cloudtag.scenarios.run import play
from cloudtag.scenarios.scenario import ALWAYS_WHOLE, Expectation, Scenario

LOUD = [pytest.param(story, id=name) for name, story in shipped_scenarios().items() if not story.is_quiet]
QUIET = [pytest.param(story, id=name) for name, story in shipped_scenarios().items() if story.is_quiet]


def other(value: object) -> object:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case str():
            return f"{value}-not"
        case int():
            return value + 1
        case list():
            return [*value, "one-more"]
    raise AssertionError(value)


def altered(fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields with one of them, or one value of a table among them, changed."""
    for name, value in fields.items():
        if isinstance(value, dict):
            for key, held in value.items():
                yield {**fields, name: {**value, key: other(held)}}
            yield {**fields, name: {**value, "never_said": "1"}}
        else:
            yield {**fields, name: other(value)}


def mutants(expectation: Expectation) -> Iterator[Expectation]:
    yield replace(expectation, count=expectation.count + 1)
    if expectation.count:
        yield replace(expectation, count=expectation.count - 1)
        yield from (replace(expectation, fields=fields) for fields in altered(expectation.fields))


@pytest.mark.parametrize("story", LOUD)
def test_a_changed_expectation_is_not_met(story: Scenario) -> None:
    played = play(story)
    for number, expectation in enumerate(story.expectations):
        for mutant in mutants(expectation):
            others = (*story.expectations[:number], mutant, *story.expectations[number + 1 :])
            assert faults(replace(played, story=replace(story, expectations=others))), str(mutant)


@pytest.mark.parametrize("story", LOUD)
def test_what_is_left_out_is_noticed(story: Scenario) -> None:
    played = play(story)
    for number, expectation in enumerate(story.expectations):
        if expectation.after_ms is not None or not expectation.count or expectation.stream not in ALWAYS_WHOLE:
            continue
        others = story.expectations[:number] + story.expectations[number + 1 :]
        assert faults(replace(played, story=replace(story, expectations=others))), str(expectation)


@pytest.mark.parametrize("story", LOUD)
def test_a_loud_story_is_not_quiet(story: Scenario) -> None:
    assert faults(replace(play(story), story=replace(story, is_quiet=True, expectations=())))


@pytest.mark.parametrize("story", QUIET)
def test_a_quiet_story_expects_nothing(story: Scenario) -> None:
    wanted = Expectation("alerts", {"status": "open"}, 1, None)
    assert faults(replace(play(story), story=replace(story, is_quiet=False, expectations=(wanted,))))


def test_an_expectation_after_an_event_looks_at_that_moment() -> None:
    story = shipped_scenarios()["late_signature"]
    early = next(e for e in story.expectations if e.after_ms is not None)
    whole = replace(early, after_ms=None)
    (fault,) = faults(replace(play(story), story=replace(story, expectations=(whole, story.expectations[1]))))
    assert "expected 1 of alerts with detector = 'refund_before_delivery', status = 'open'" in fault
    assert "there are 0; known: detector refund_before_delivery" in fault


def test_a_consequence_counts_where_consequences_are_named() -> None:
    text = """
title = "An address that does not exist"
rules = ["B19"]
source = "S1"
told = "The shop need not ship."
[[event]]
stream = "orders"
at = "day 1"
platform = "taobao"
order_id = "order-1"
buyer_id = "mei"
shop_id = "silk-house"
status = "placed"
address_valid = false
[[expect]]
stream = "alerts"
detector = "shipping_exemption"
status = "open"
"""
    assert faults(play(read("mine", text))) == []
    more = (
        '[[expect]]\nstream = "consequences"\nkind = "deal_not_sold_exemption"\nstatus = "active"\nsubject_id = "{}"\n'
    )
    assert faults(play(read("mine", text + more.format("order-1")))) == []
    unmet, unnamed = faults(play(read("mine", text + more.format("order-2"))))
    assert "there are 0" in unmet
    assert "nothing is said of this one of consequences" in unnamed
