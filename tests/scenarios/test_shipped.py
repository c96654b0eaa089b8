"""Every story that comes with cloudtag ends as it says, and the same events replayed leave the same."""

import random
import re
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.standing import RecordKey, is_taken_back, latest, record_key
from cloudtag.contract.streams import STREAM_OF
from cloudtag.replay.driver import replay
from cloudtag.scenarios.expectations import faults
from cloudtag.scenarios.read import shipped_scenarios, shipped_texts
from cloudtag.scenarios.run import play
from cloudtag.scenarios.scenario import SOURCES, Scenario
from cloudtag.wire import encode_json

STORIES = [pytest.param(story, id=name) for name, story in shipped_scenarios().items()]
FAMOUS = {
    "five_orders_one_parcel": "Five orders … one item",
    "dress_swapped_between_accounts": "dress swap on two accounts",
    "number_used_offline": "offline … number reused",
    "outbound_number_as_return": "insurance … the outbound number",
    "jacket_worn_a_week": "jacket worn a week",
    "refused_three_times": "refused … re-opened three times",
    "l_for_xl": "L/XL mirror",
    "promotion_stock_locked": "Promotion stock-out",
    "three_shops_confirm": "Three shops within 180 days",
    "one_order_too_many": "96 orders and 97 orders",
}
"""The examples people ask for first, and by which words of its title each is found."""


def left(records: Iterable[Any]) -> dict[RecordKey, Struct]:
    """What stands; whether an alert was ever less severe, and how often a record was told, depends on what was late."""
    standing = [r for r in records if not is_taken_back(r) and r.status != "ended"]
    return {
        record_key(r): replace(r, revision=0, status="open" if r.status == "upgraded" else r.status) for r in standing
    }


@pytest.mark.parametrize("story", STORIES)
def test_it_ends_as_it_says(story: Scenario) -> None:
    assert faults(play(story)) == []


@pytest.mark.parametrize("story", STORIES)
def test_its_events_replayed_in_any_order_leave_the_same(story: Scenario) -> None:
    played = play(story)
    lines = [msgspec.json.encode(encode_json(STREAM_OF[type(event)], event)) for event in played.events]
    random.Random(story.name).shuffle(lines)
    last_ms = max(planned.arrives_ms for planned in story.events)
    replayed = [record for _, record in replay(lines, story.until_ms or last_ms)]
    assert left(latest(replayed).values()) == left(record for _, record in played.records())


@pytest.mark.parametrize("story", STORIES)
def test_it_can_be_listed(story: Scenario) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", story.name)
    assert 10 < len(story.title) <= 75
    assert story.title[-1] not in ".!?"
    assert story.told.endswith(".")
    assert story.told.count(". ") <= 2


def test_there_are_stories_of_several_sources_loud_and_quiet() -> None:
    stories = shipped_scenarios().values()
    assert {story.source for story in stories} == set(SOURCES)
    assert {story.is_quiet for story in stories} == {True, False}
    assert len({story.title for story in stories}) == len(stories) == len(shipped_texts())


def test_the_late_event_of_a_story_is_late() -> None:
    (late,) = [p for p in shipped_scenarios()["late_signature"].events if p.arrives_ms > p.event.occurred_at]
    assert late.event.scan == "signed"


@pytest.mark.parametrize(("name", "words"), FAMOUS.items())
def test_the_best_known_examples_are_found_by_their_title(name: str, words: str) -> None:
    wanted = re.compile(".*".join(re.escape(part) for part in words.split(" … ")))
    assert [story.name for story in shipped_scenarios().values() if wanted.search(story.title)] == [name]
