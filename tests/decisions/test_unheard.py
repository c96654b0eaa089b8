"""What was said of nothing that is known becomes a dead letter when its day is over, once and for good (F19)."""

import msgspec
import pytest

from cloudtag.contract import events as ev
from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.decisions.unheard import unheard
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.wire import decode_json, encode_json
from tests.decisions.alerts import an_alert
from tests.engine.standing import standing

T0 = 1_772_409_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
ALERTED = T0 + 3 * HOUR
ORDER = ("o1", "b1", "s1")


def verdict(alert_id: str, at: int = T0, shop: str | None = "s1", event_id: str = "v1") -> ev.AlertAnswered:
    return ev.AlertAnswered(event_id, at, "taobao", alert_id, "b1", shop, None, "normal")


def appeal(consequence_id: str, at: int = T0) -> AppealChanged:
    return AppealChanged("p1", at, "taobao", "ap1", "b1", consequence_id, "opened")


def reasons(
    said: ev.AlertAnswered | AppealChanged, now_ms: int = T0 + DAY, alert: Alert | None = None
) -> tuple[list[str], list[int]]:
    known = {"a1": alert or an_alert()}
    verdicts = [said] if isinstance(said, ev.AlertAnswered) else []
    appeals = [said] if isinstance(said, AppealChanged) else []
    found = unheard(verdicts, appeals, known, ["c1"], now_ms)
    return [letter.reason for letter in found.letters], found.timers


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (verdict("a9"), "unknown_alert"),
        (verdict("a9", shop=None), "unknown_alert"),
        (verdict("a1", shop="s2"), "not_your_alert"),
        (appeal("c9"), "unknown_consequence"),
    ],
)
def test_what_finds_nothing_is_told_when_its_day_is_over(said: ev.AlertAnswered | AppealChanged, reason: str) -> None:
    assert reasons(said) == ([reason], [])
    assert reasons(said, T0 + DAY - 1) == ([], [T0 + DAY])
    assert reasons(said, T0 + 100 * DAY) == ([reason], [])


@pytest.mark.parametrize("said", [verdict("a1"), verdict("a1", shop=None), appeal("c1")])
def test_what_finds_what_it_is_about_is_no_dead_letter(said: ev.AlertAnswered | AppealChanged) -> None:
    assert reasons(said) == reasons(said, T0) == ([], [])


def test_a_dead_letter_is_named_by_its_event_alone() -> None:
    """So the same is told after a crash, and two of them are never taken for one."""
    twice = [unheard([verdict("a9")], [], {}, [], now).letters[0] for now in (T0 + DAY, T0 + 9 * DAY)]
    assert twice[0] == twice[1]
    other = unheard([verdict("a9", event_id="v2")], [], {}, [], T0 + DAY).letters[0]
    assert (twice[0].topic, twice[0].partition) == (other.topic, other.partition) == ("verdicts", -1)
    assert twice[0].offset != other.offset
    assert max(twice[0].offset, other.offset) < 0
    assert (twice[0].key, twice[0].seen_at) == (b"b1", T0 + DAY)
    assert decode_json(twice[0].value or b"")[1] == verdict("a9")


def claim(at: int = T0) -> list[ev.Event]:
    """Received, and asked for as if it was not; hours apart, since less says nothing (F4). The alert is of the last."""
    return [
        ev.OrderChanged("e1", at, "taobao", *ORDER, "placed"),
        ev.OrderChanged("e2", at + HOUR, "taobao", *ORDER, "shipped", waybill_no="W1"),
        ev.ParcelScanned("e3", at + 2 * HOUR, "taobao", "sf", "W1", scan="signed", signer="recipient"),
        ev.RefundChanged("e4", at + 3 * HOUR, "taobao", "r1", *ORDER, "opened", "refund_only", "not_received"),
    ]


def letters(records: object) -> list[str]:
    assert isinstance(records, list)
    return [record.reason for record in records if isinstance(record, DeadLetter)]


def told(events: list[ev.Event], until_ms: int) -> list[str]:
    """By replay; in the order of delivery it is the same."""
    plain = letters([record for _, record in judge(list(events), until_ms)])
    names = {ev.OrderChanged: "orders", ev.ParcelScanned: "logistics", ev.RefundChanged: "refunds"}
    lines = [msgspec.json.encode(encode_json(names.get(type(event), "verdicts"), event)) for event in events]
    delivered = letters([record for _, record in replay_as_delivered(lines, 0, until_ms)])
    assert delivered == plain
    return plain


def claimed_alert() -> str:
    (alert,) = (record for _, record in judge(claim()) if isinstance(record, Alert))
    return alert.alert_id


def test_an_alert_that_comes_within_the_day_is_known() -> None:
    alert_id = claimed_alert()
    assert told([verdict(alert_id, ALERTED - DAY + 1), *claim()], T0 + 9 * DAY) == []
    assert told([*claim(), verdict(alert_id, T0 + DAY)], T0 + 9 * DAY) == []


def test_one_that_comes_later_leaves_the_letter_and_the_word_counts() -> None:
    events = [verdict(claimed_alert(), T0 - DAY - 4), *claim()]
    assert told(events, T0 + 9 * DAY) == ["unknown_alert"]
    alerts = [record for _, record in judge(events) if isinstance(record, Alert)]
    assert [alert.status for alert in alerts] == ["resolved"]


@pytest.mark.parametrize(("gap_ms", "expected"), [(-1, []), (0, ["unknown_alert"]), (5 * DAY, ["unknown_alert"])])
def test_to_the_millisecond_and_over_a_jump_in_time(gap_ms: int, expected: list[str]) -> None:
    """The day is over just before the alert is made, for which a courier is asked first; no event lies between."""
    *before, last = claim()
    said = verdict(claimed_alert(), ALERTED - DAY - gap_ms)
    events = sorted([*before, said], key=lambda event: event.occurred_at)
    assert told([*events, last], T0 + 9 * DAY) == expected


def test_what_is_delivered_ahead_of_its_time_is_known() -> None:
    """Within the lateness, before the day is over: what stands is the same, only nobody is told in vain."""
    *before, last = claim()
    events = [*before, verdict(claimed_alert(), ALERTED - DAY - 1), last]
    names = {ev.OrderChanged: "orders", ev.ParcelScanned: "logistics", ev.RefundChanged: "refunds"}
    lines = [msgspec.json.encode(encode_json(names.get(type(event), "verdicts"), event)) for event in events]
    ahead = [record for _, record in replay_as_delivered(lines, HOUR, T0 + 9 * DAY)]
    plain = [record for _, record in judge(list(events), T0 + 9 * DAY)]
    assert (letters(ahead), letters(plain)) == ([], ["unknown_alert"])
    assert standing(ahead) == standing(plain)


def test_another_shops_word_is_told_and_the_owners_is_not() -> None:
    alert_id = claimed_alert()
    at = ALERTED + HOUR
    events = [*claim(), verdict(alert_id, at, "s2"), verdict(alert_id, at, "s1", "v2")]
    assert told(events, at + DAY - 1) == []
    assert told(events, at + DAY) == ["not_your_alert"]


def test_a_word_on_an_alert_taken_back_since_is_known() -> None:
    back = ev.ParcelScanned("e5", T0 + DAY, "taobao", "sf", "W1", scan="returned")
    assert told([*claim(), back, verdict(claimed_alert(), T0 + 2 * DAY)], T0 + 9 * DAY) == []


def _letters(outputs: list[Output]) -> list[DeadLetter]:
    return [output.record for output in outputs if isinstance(output.record, DeadLetter)]


def test_after_a_stop_the_same_letter_comes_again_and_no_other() -> None:
    """What a crash may have kept unsent is sent once more, byte for byte; later nothing is."""
    rows = memory_rows()
    first = Topology(shipped(), rows=rows)
    first.feed([verdict("a9")])
    sent = _letters(list(first.pass_time(T0 + DAY)))
    second = Topology(shipped(), rows=rows)
    again = _letters(second.open())
    assert sent
    assert again == sent
    assert _letters(second.feed([verdict("a9")])) == []
    assert _letters(list(second.pass_time(T0 + 100 * DAY))) == []
    third = Topology(shipped(), rows=rows)
    assert _letters(third.open()) == []


def test_an_alert_stays_known_as_long_as_the_word_on_it_is_held() -> None:
    topology = Topology(shipped())
    topology.feed(claim())
    list(topology.pass_time(T0 + 239 * DAY))
    topology.feed([verdict(claimed_alert(), T0 + 239 * DAY)])
    later = ev.OrderChanged("e9", T0 + 239 * DAY, "taobao", "o9", "b1", "s1", "placed")
    topology.feed([later])
    outputs = list(topology.pass_time(T0 + 300 * DAY))
    outputs += topology.feed([ev.OrderChanged("e10", T0 + 300 * DAY, "taobao", "o9", "b1", "s1", "paid")])
    outputs += list(topology.pass_time(T0 + 700 * DAY))
    assert _letters(outputs) == []


def test_what_is_forgotten_is_told_of_no_more() -> None:
    topology = Topology(shipped())
    topology.feed([verdict("a9"), ev.ErasureRequested("x1", T0 + 1, "taobao", "b1")])
    assert _letters(list(topology.pass_time(T0 + 9 * DAY))) == []
