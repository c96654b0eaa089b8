"""Laws of rows: judging and asking change nothing, and what the declarations say is touched is all that can change."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import Event
from cloudtag.detectors.registry import all_detectors
from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.wire.replay_form import decode_json
from tests.effort import SHARE, is_thorough
from tests.histories.strategies import HOUR_MS, SPAN_HOURS, START_MS, histories
from tests.processors.probing import probe
from tests.processors.recorded import Recorded, told_last, whole

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
LATENESS_MS = SPAN_HOURS * HOUR_MS


def batches(history: list[Event], sizes: list[int]) -> Iterator[list[Event]]:
    rest = list(history)
    while rest:
        size = sizes.pop(0) if sizes else len(rest)
        yield rest[:size]
        rest = rest[size:]


SIZES = st.lists(st.integers(1, 10), max_size=40)


@given(histories(max_size=25), SIZES, st.sampled_from((0, LATENESS_MS)))
@settings(max_examples=30, deadline=None)
def test_judging_what_is_touched_publishes_what_judging_everything_does(
    history: list[Event], sizes: list[int], lateness_ms: int
) -> None:
    """As long as facts are held: what their leaving takes from a risk that stands is told with the next alert."""
    touched, everything = Recorded(lateness_ms), whole(lateness_ms)
    for batch in batches(history, sizes):
        touched.feed(batch)
        everything.feed(batch)
        assert told_last(touched) == told_last(everything)
    for topology in (touched, everything):
        list(topology.pass_time(UNTIL_MS))
    assert told_last(touched) == told_last(everything)


@given(histories(max_size=25), SIZES)
@settings(max_examples=15, deadline=None)
def test_judging_and_asking_change_nothing(history: list[Event], sizes: list[int]) -> None:
    """Not what is held, and not what is published later."""
    asked, quiet = Recorded(), Recorded()
    for batch in batches(history, sizes):
        for topology in (asked, quiet):
            topology.feed(batch)
        for task in asked.tasks.values():
            probe(task)
        assert asked.published == quiet.published
    for topology in (asked, quiet):
        list(topology.pass_time(UNTIL_MS))
    assert asked.published == quiet.published


def corpus() -> Iterator[list[Any]]:
    """The events of every detector's examples and of every scenario, in the order in which they happened."""
    for detector in all_detectors().values():
        for example in detector.examples:
            yield [decode_json(event)[1] for event in example.events]
    for scenario in shipped_scenarios().values():
        yield [planned.event for planned in scenario.events]


def test_the_same_of_everything_that_is_told_of_detectors_and_in_scenarios() -> None:
    for events in islice(corpus(), 0, None, 1 if is_thorough() else SHARE):
        touched, everything = Recorded(), whole(0)
        for event in sorted(events, key=lambda event: event.occurred_at):
            for topology in (touched, everything):
                list(topology.fire_before(event.occurred_at))
                topology.feed([event])
            assert told_last(touched) == told_last(everything)
