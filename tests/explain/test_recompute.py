"""An alert computed anew is the alert that was published: same id, same revisions, with what caused each."""

import random

import pytest

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.records import Alert
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.explain.conditions import changes, conditions
from cloudtag.explain.recompute import recompute
from cloudtag.explain.rendering import account
from cloudtag.explain.words import tell
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from tests.detectors.judged import end_of, event_of, events_of
from tests.explain.histories import alerts_of, number_shared_by_two_buyers, short_then_corrected


def test_each_revision_has_its_cause() -> None:
    published = alerts_of(short_then_corrected(), "short_return")
    events = events_of(short_then_corrected())
    random.Random(1).shuffle(events)
    told = recompute(events, published[0].alert_id, shipped())
    assert [each.alert for each in told] == published
    assert [each.alert.status for each in told] == ["open", "upgraded", "withdrawn"]
    for each in told:
        (cause,) = each.causes
        assert isinstance(cause, ReturnInspected)
        assert cause.occurred_at == each.at_ms


def test_what_time_alone_decides_has_no_cause() -> None:
    (example,) = [e for e in all_detectors()["no_circulation"].examples if e.fires][:1]
    events = events_of(example.events)
    until_ms = end_of(example)
    alerts = [r for _, r in judge(list(events), until_ms) if isinstance(r, Alert) and r.detector == "no_circulation"]
    (told,) = recompute(events, alerts[0].alert_id, shipped(), until_ms)
    assert told.causes == ()
    assert told.at_ms == alerts[0].decided_at
    text = "\n".join(account(told.alert, [told], events, shipped()))
    assert "by the passing of time" in text
    assert "72" in text


def test_other_facts_give_no_such_alert() -> None:
    assert recompute(events_of(short_then_corrected())[:3], "short_return-0", shipped()) == []


def test_the_account_tells_values_thresholds_and_what_changed() -> None:
    events = events_of(short_then_corrected())
    told = recompute(events, alerts_of(short_then_corrected(), "short_return")[0].alert_id, shipped())
    lines = account(told[-1].alert, told, events, shipped())
    assert "* 2026-03-11T00:00:00Z  shop s1 opens the return of refund r1, parcel RET1, finds nothing" in lines
    assert "     received 1 → 0" in lines
    assert "     severity high → critical" in lines
    assert any(line.startswith("2  2026-03-12T00:00:00Z  withdrawn") for line in lines)
    assert "What would clear it: A corrected inspection that finds all the goods." in lines
    assert "更正后的验货记录显示商品齐全。" in lines
    assert any(line.startswith("Policy taobao-2016@") for line in lines)


def test_buyers_are_named_where_there_are_several() -> None:
    events = events_of(number_shared_by_two_buyers())
    alert = alerts_of(number_shared_by_two_buyers(), "reused_waybill")[0]
    text = "\n".join(account(alert, recompute(events, alert.alert_id, shipped()), events, shipped()))
    assert "[buyer b11]" in text
    assert "[buyer b12]" in text
    assert "2 (threshold 2)" in text
    assert "window_days = 180" in text


def test_a_missing_event_is_told_as_missing() -> None:
    alert = alerts_of(short_then_corrected(), "short_return")[0]
    text = "\n".join(account(alert, [], [], shipped()))
    assert "(not among the events)" in text


@pytest.mark.parametrize(
    ("text", "value", "threshold"),
    [("3/2", "3", "2"), ("true/true", "true", "true"), ("7", "7", None), ("a/b/c", "a/b/c", None), ("/", "/", None)],
)
def test_a_fact_is_a_value_and_perhaps_a_threshold(text: str, value: str, threshold: str | None) -> None:
    alert = alerts_of(short_then_corrected(), "short_return")[0]
    alert.facts.clear()
    alert.facts["fact"] = text
    assert conditions(alert) == [("fact", value, threshold)]


def test_changes_of_a_revision_to_itself_are_none() -> None:
    first, second, _ = alerts_of(short_then_corrected(), "short_return")
    assert changes(first, first) == []
    assert "severity high → critical" in changes(first, second)


@pytest.mark.parametrize("detector", all_detectors().values(), ids=lambda d: d.name)
def test_every_event_of_the_examples_has_words(detector: Detector) -> None:
    for example in detector.examples:
        for event in example.events:
            words = tell(event_of(event))
            assert words
            assert "None" not in words
            assert "unknown" not in words or event.get("status", "unknown") == "unknown"
