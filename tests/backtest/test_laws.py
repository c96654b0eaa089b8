"""The laws of a back-test: against itself a policy shows nothing, and the way back is the mirror of the way there."""

import json
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.backtest import backtest
from cloudtag.backtest.difference import Change, Field
from cloudtag.backtest.standing import standing_by_stream
from cloudtag.cli.lines import line_of
from cloudtag.contract import events as ev
from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.records import DeadLetter
from cloudtag.decisions.unheard import NOWHERE, UnheardReason
from cloudtag.eventfiles.decoded_lines import BadLine, read
from cloudtag.policy.load import Packs
from cloudtag.policy.model import Policies
from cloudtag.replay.driver import dead_letter_of_line, replay
from tests.backtest.versions import LATER, packs, packs_with, table
from tests.effort import examples
from tests.histories.strategies import HOUR_MS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
OLD = packs()
LAX = (
    "[version.tags]\nthreshold_shops = 1\n"
    + table("no_circulation", "without_scan_hours = 1")
    + table("repeat_reopen", "reopenings = 1")
    + table("refund_frequency", "refunds = 3")
)
STRICT = (
    "[version.tags]\nthreshold_shops = 2\nwindow_days = 1\n"
    + table("reused_waybill", "is_on = false")
    + table("buyer_risk", "independent = 3")
)
NEW = (packs_with(LAX), packs_with(LAX, LATER), packs_with(STRICT), packs_with(STRICT, LATER))
UNHEARD = get_args(UnheardReason)
"""Why the engine itself writes a dead letter once a day has passed (F19); all others are about lines."""
JUNK = (b"\n", b"{not json\n", b'{"stream": "nowhere"}\n', b'{"stream": "alerts", "alert_id": "a"}\n')


@given(histories(), st.sampled_from((OLD, *NEW)))
@settings(max_examples=examples(60), deadline=None)
def test_against_itself_a_policy_shows_nothing(history: list[ev.Event], policies: Packs) -> None:
    found = backtest(list(history), policies, policies, UNTIL_MS)
    assert found.is_same
    assert all(each.stood == each.stands for each in found.differences)
    assert found.parameters == ()
    assert found.counts.detector == found.counts.shop == found.counts.buyer == ()
    assert found.opened.sums == found.withdrawn.sums == ()


@given(histories(), st.sampled_from(NEW))
@settings(max_examples=examples(100), deadline=None)
def test_the_way_back_mirrors_the_way_there(history: list[ev.Event], new: Packs) -> None:
    there = backtest(list(history), OLD, new, UNTIL_MS)
    back = backtest(list(reversed(history)), new, OLD, UNTIL_MS)
    assert (there.opened, there.withdrawn) == (back.withdrawn, back.opened)
    for one, other in zip(there.differences, back.differences, strict=True):
        assert (one.stood, one.stands) == (other.stands, other.stood)
        assert (one.opened, one.withdrawn) == (other.withdrawn, other.opened)
        assert sorted(map(repr, one.changed)) == sorted(repr(turned(change)) for change in other.changed)
    assert {(c.stream, c.name, c.opened, c.withdrawn, c.changed) for c in there.counts.buyer} == {
        (c.stream, c.name, c.withdrawn, c.opened, c.changed) for c in back.counts.buyer
    }


@given(histories(), st.sampled_from(NEW))
@settings(max_examples=examples(60), deadline=None)
def test_what_opened_and_what_was_withdrawn_make_up_the_difference(history: list[ev.Event], new: Packs) -> None:
    found = backtest(list(history), OLD, new, UNTIL_MS)
    for each in found.differences:
        assert each.stood - len(each.withdrawn) + len(each.opened) == each.stands
        assert len(each.changed) <= each.stood - len(each.withdrawn)


@given(histories(), st.lists(st.sampled_from(JUNK), max_size=4), st.sampled_from(NEW))
@settings(max_examples=examples(40), deadline=None)
def test_lines_are_read_and_judged_as_a_replay_does(history: list[ev.Event], junk: list[bytes], new: Packs) -> None:
    lines = [*map(line_of, history), *junk]
    policies = Policies(new.policies)
    published = list(replay(lines, UNTIL_MS, policies))
    items = list(read(lines))
    events = [item for item in items if not isinstance(item, BadLine)]
    letters = [record for _, record in published if isinstance(record, DeadLetter)]
    about_lines = [dead_letter_of_line(item) for item in items if isinstance(item, BadLine)]
    assert letters[: len(about_lines)] == about_lines
    unheard = letters[len(about_lines) :]
    assert {(letter.partition, letter.reason) for letter in unheard} <= {(NOWHERE, reason) for reason in UNHEARD}
    assert about_appeals(unheard) == {event.event_id for event in events if isinstance(event, AppealChanged)}
    found = backtest(events, new, new, UNTIL_MS)
    assert {each.stream: each.stands for each in found.differences} == {
        stream: len(records) for stream, records in standing_by_stream(published).items()
    }


def about_appeals(letters: list[DeadLetter]) -> set[str]:
    """The appeals that letters are about, by id; the histories appeal against nothing that was ever done."""
    return {json.loads(each.value or b"")["event_id"] for each in letters if each.reason == "unknown_consequence"}


def turned(change: Change) -> Change:
    """The same change, seen from the other side."""
    fields = tuple(Field(field.name, field.new, field.base) for field in change.fields)
    return Change(change.new, change.base, fields)
