"""Reading a story: moments, repetitions, defaults, and what is wrong with a file."""

import pytest

from cloudtag.scenarios.clock_times import DAY_MS, NotATimeError, day_of, milliseconds, span
from cloudtag.scenarios.read import read
from cloudtag.scenarios.run import play
from cloudtag.scenarios.scenario import ScenarioError

HEAD = 'title = "A story"\nrules = ["T1"]\nsource = "S0"\ntold = "It happens."\n'
DEFAULT = '[default]\nplatform = "taobao"\nbuyer_id = "mei"\nshop_id = "silk-house"\n'
ORDER = '[[event]]\nstream = "orders"\nat = "day 1"\norder_id = "order-1"\nstatus = "placed"\n'
QUIET = "quiet = true\n"
EXPECT = '[[expect]]\nstream = "alerts"\nstatus = "open"\n'
MONDAY_MS = 1_772_409_600_000


def test_moments_count_from_day_one() -> None:
    assert milliseconds("day 1", MONDAY_MS) == MONDAY_MS
    assert milliseconds("day 3 14:05", MONDAY_MS) == MONDAY_MS + 2 * DAY_MS + (14 * 60 + 5) * 60_000
    assert milliseconds("day 0 00:00:01", MONDAY_MS) == MONDAY_MS - DAY_MS + 1000
    assert milliseconds("2026-03-02T01:00:00Z", 0) == MONDAY_MS + 3_600_000
    assert [day_of(MONDAY_MS + ms, MONDAY_MS) for ms in (-1, 0, DAY_MS - 1, DAY_MS)] == [0, 1, 1, 2]


@pytest.mark.parametrize("written", ["day", "day 1 24:00", "day 1 9:00", "2026-03-02T01:00:00", "tomorrow", None, 3])
def test_what_is_no_moment_is_told(written: int | str | None) -> None:
    with pytest.raises(NotATimeError, match="is no moment"):
        milliseconds(written, MONDAY_MS)


def test_spans() -> None:
    assert [span(text) for text in ("5s", "30m", "2h", "1d")] == [5000, 1_800_000, 7_200_000, DAY_MS]
    with pytest.raises(NotATimeError, match="no length of time"):
        span("a while")


def test_repetitions_are_written_out_and_defaults_filled_in() -> None:
    text = HEAD + QUIET + DEFAULT + ORDER.replace("order-1", "order-{n}") + 'times = 3\nevery = "2h"\nsays = "thrice"\n'
    story = read("mine", text)
    assert [p.event.order_id for p in story.events] == ["order-1", "order-2", "order-3"]
    assert [p.arrives_ms - MONDAY_MS for p in story.events] == [0, 7_200_000, 14_400_000]
    assert {(p.event.buyer_id, p.told, p.says) for p in story.events} == {("mei", 1, "thrice")}
    assert len({p.event.event_id for p in story.events}) == 3


def test_defaults_of_a_stream_and_times_in_fields() -> None:
    refund = (
        '[default.refunds]\ntype = "refund_only"\n[[event]]\nstream = "refunds"\nat = "day 2"\n'
        'order_id = "order-1"\nrefund_id = "refund-1"\nstatus = "opened"\ndeadline_at = "day 4 12:00"\n'
    )
    (planned,) = read("mine", HEAD + QUIET + DEFAULT + refund).events
    assert planned.event.type == "refund_only"
    assert planned.event.deadline_at == MONDAY_MS + 3 * DAY_MS + DAY_MS // 2


def test_a_story_may_begin_on_another_day() -> None:
    (planned,) = read("mine", HEAD + QUIET + "begins = 2019-07-01\n" + DEFAULT + ORDER).events
    assert planned.event.occurred_at == 1_561_939_200_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + DEFAULT + ORDER, "it expects nothing to stand in the end"),
        (HEAD + DEFAULT + ORDER + '[[expect]]\nstream = "alerts"\ncount = 0\n', "it expects nothing to stand"),
        (HEAD + DEFAULT + ORDER + EXPECT + 'after = "day 1"\n', "it expects nothing to stand in the end"),
        (HEAD + QUIET + DEFAULT + ORDER + EXPECT, "it is quiet, and expects something"),
        (HEAD + QUIET, "nothing happens"),
        (HEAD + "loud = true\n", "unknown field `loud`"),
        (HEAD.replace("T1", "T"), "'T' is no rule"),
        (HEAD.replace('["T1"]', "[]") + QUIET + DEFAULT + ORDER, "it names no rule"),
        (HEAD.replace("S0", "S2") + QUIET + DEFAULT + ORDER, "source 'S2' is not the source of T1"),
        (HEAD + QUIET + DEFAULT + ORDER.replace("orders", "order"), "event 1: stream = 'order' is none of"),
        (HEAD + QUIET + DEFAULT + ORDER.replace("day 1", "1 day"), "event 1: '1 day' is no moment"),
        (HEAD + QUIET + DEFAULT + ORDER + "colour = 1\n", "event 1: no field 'colour'"),
        (HEAD + QUIET + DEFAULT + ORDER.replace("placed", "lost"), "event 1: invalid_value: status"),
        (HEAD + QUIET + DEFAULT + ORDER + "times = 0\n", "event 1: times = 0"),
        (HEAD + QUIET + DEFAULT + ORDER + 'arrives = "day 0"\n', "event 1: it arrives before it happens"),
        (HEAD + QUIET + DEFAULT + 'refund_id = "r"\n' + ORDER, "default.refund_id is a field of no event"),
        (HEAD + QUIET + DEFAULT + "orders = 1\n" + ORDER, "default.orders is not a table"),
        (HEAD + DEFAULT + ORDER + EXPECT.replace("alerts", "orders"), "expectation 1: stream = 'orders' is none of"),
        (HEAD + DEFAULT + ORDER + EXPECT + "count = -1\n", "expectation 1: count = -1"),
        (HEAD + DEFAULT + ORDER + EXPECT + "kind = 1\n", "expectation 1: no field 'kind'"),
        (HEAD + DEFAULT + ORDER + '[[expect]]\nstream = "alerts"\n', "which status it expects"),
        (HEAD + DEFAULT + ORDER + EXPECT + EXPECT + 'after = "day 9"\n', "that moment is not part of it"),
        (HEAD + QUIET + 'until = "day 0"\n' + DEFAULT + ORDER, "it ends before its last event"),
        (HEAD + "until = \n", "story mine: "),
    ],
)
def test_what_is_wrong_with_a_file_is_told(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=r"^story mine: ") as caught:
        read("mine", text)
    assert told in str(caught.value)


def test_a_verdict_needs_its_alert() -> None:
    said = 'account_id = "main"\nverdict = "normal"\nanswers = "worn_return"\n'
    verdict = '[[event]]\nstream = "verdicts"\nat = "day 2"\n' + said
    with pytest.raises(ScenarioError, match="0 alerts worn_return about mei to answer"):
        play(read("mine", HEAD + QUIET + DEFAULT + ORDER + verdict))


def test_an_event_too_late_to_be_held_is_no_story() -> None:
    late = ORDER.replace("order-1", "order-2") + 'arrives = "day 800"\n'
    last = ORDER.replace("day 1", "day 799").replace("order-1", "order-3")
    with pytest.raises(ScenarioError, match="too late to be held"):
        play(read("mine", HEAD + QUIET + DEFAULT + ORDER + late + last))
