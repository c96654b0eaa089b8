"""What was decided before an installation went live is marked, by the times of what it rests on and by nothing else."""

from collections.abc import Iterable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from cloudtag.contract import events as ev
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.contract.standing import is_taken_back, record_key
from cloudtag.contract.streams import OUTPUTS, READS
from cloudtag.contract.times import millis
from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.eventfiles.decoded_lines import events_of
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge, replay
from cloudtag.replay.topology import Topology, memory_rows
from tests.effort import examples
from tests.engine.cluster import Cluster
from tests.engine.standing import Final, of_type, standing
from tests.histories.strategies import HOUR_MS, SPAN_HOURS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
LATENESS_MS = SPAN_HOURS * HOUR_MS
moments = st.integers(0, SPAN_HOURS).map(lambda hours: START_MS + hours * HOUR_MS)


def whole(history: Iterable[Any], live_ms: int | None) -> Final:
    return standing(record for _, record in judge(list(history), UNTIL_MS, shipped(), live_ms))


@given(histories(), moments, st.randoms(use_true_random=False))
@settings(max_examples=examples(40), deadline=None)
def test_history_first_and_then_what_is_live_says_what_replay_of_all_says(
    history: list[ev.Event], live_ms: int, random: Random
) -> None:
    """Marks and all, however the past was shuffled, and wherever the task was stopped after it."""
    past = [event for event in history if event.occurred_at < live_ms]
    live = [event for event in history if event.occurred_at >= live_ms]
    random.shuffle(past)
    random.shuffle(live)
    rows = memory_rows()
    first = Topology(shipped(), LATENESS_MS, rows, live_since_ms=live_ms)
    told = [output.record for event in past for output in first.feed([event])]
    told += [output.record for output in first.pass_time(live_ms)]
    second = Topology(shipped(), LATENESS_MS, rows, live_since_ms=live_ms)
    told += [output.record for output in second.open()]
    told += [output.record for event in (*live, *past) for output in second.feed([event])]
    told += [output.record for output in second.pass_time(UNTIL_MS)]
    assert standing(told) == whole(history, live_ms)


@given(
    histories(), moments, st.lists(st.tuples(st.sampled_from(sorted(READS)), st.integers(1, 15), st.integers(0, 30)))
)
@settings(max_examples=examples(40), deadline=None)
def test_a_crash_anywhere_leaves_the_marks(
    history: list[ev.Event], live_ms: int, turns: list[tuple[str, int, int]]
) -> None:
    cluster = Cluster(shipped(), LATENESS_MS, live_ms)
    for each in history:
        cluster.append(each)
    for name, count, budget in turns:
        cluster.turn(name, count, budget)
    cluster.drain()
    for name in READS:
        cluster.logs[name].append(WatermarkRecord(UNTIL_MS))
    cluster.drain()
    assert standing(cluster.published) == whole(history, live_ms)


@given(histories(), moments)
@settings(max_examples=examples(40), deadline=None)
def test_the_mark_is_all_that_the_setting_changes(history: list[ev.Event], live_ms: int) -> None:
    plain = [record for _, record in judge(list(history), UNTIL_MS, shipped())]
    assert all(getattr(record, "historical", UNSET) is UNSET for record in plain)
    bare = {key: msgspec.structs.replace(r, historical=UNSET) for key, r in whole(history, live_ms).items()}
    assert bare == standing(plain)


@given(histories())
@settings(max_examples=examples(30), deadline=None)
def test_all_is_historical_before_a_moment_that_is_still_to_come_and_nothing_after_one_long_ago(
    history: list[ev.Event],
) -> None:
    assert all(record.historical is True for record in whole(history, UNTIL_MS + 400 * 24 * HOUR_MS).values())
    assert all(record.historical is False for record in whole(history, START_MS - 400 * 24 * HOUR_MS).values())


def test_every_stream_with_the_mark_says_what_moment_it_goes_by() -> None:
    marked = {name for name, stream in OUTPUTS.items() if "historical" in stream.struct.__struct_fields__}
    assert marked == {name for name, stream in OUTPUTS.items() if stream.moment is not None}
    assert marked == {name for name, stream in OUTPUTS.items() if stream.id}


RETURN = (
    ordered("placed", 0),
    ordered("shipped", day(1), waybill_no="OUT1"),
    scanned("OUT1", "signed", day(3), signer="recipient"),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)
EMPTY = inspected(day(8), {}, waybill_no="RET1")
CORRECTED = inspected(day(12), {"dress": 2}, waybill_no="RET1")


def replayed(events: Iterable[dict[str, Any]], live: str | int, until: str | None = None) -> list[Any]:
    live_ms = live if isinstance(live, int) else millis(live)
    lines = [msgspec.json.encode(each) for each in events]
    return [record for _, record in replay(lines, millis(until) if until else None, None, live_ms)]


def alerts(records: Iterable[Any], detector: str) -> list[Alert]:
    return [alert for alert in of_type(records, Alert) if alert.detector == detector]


@pytest.mark.parametrize(("after_ms", "is_historical"), [(0, False), (1, True), (-1, False)])
def test_an_alert_of_that_very_moment_is_live_and_one_of_the_millisecond_before_is_not(
    after_ms: int, is_historical: bool
) -> None:
    (alert,) = alerts(replayed((*RETURN, EMPTY), millis(day(8)) + after_ms), "short_return")
    assert alert.decided_at == millis(day(8))
    assert alert.historical is is_historical


def test_what_time_alone_decides_after_the_moment_is_live_though_all_its_facts_are_old() -> None:
    waiting = (*RETURN, scanned("OTHER", "accepted", day(8)), scanned("OTHER", "arrived", day(9)))
    early, late = (alerts(replayed(waiting, at, day(20)), "no_circulation") for at in (day(8), day(19)))
    assert [alert.historical for alert in early[:1]] == [False]
    assert [alert.historical for alert in late[:1]] == [True]


def test_an_alert_that_is_taken_back_keeps_the_mark_it_was_published_with() -> None:
    """Whoever left the alert out leaves out its end as well, and whoever took it hears of it."""
    past = alerts(replayed((*RETURN, EMPTY, CORRECTED), day(10)), "short_return")
    assert [(alert.status, alert.historical) for alert in past] == [("open", True), ("withdrawn", True)]
    live = alerts(replayed((*RETURN, EMPTY, CORRECTED), day(8)), "short_return")
    assert [(alert.status, alert.historical) for alert in live] == [("open", False), ("withdrawn", False)]


def test_a_live_fact_makes_an_old_alert_live() -> None:
    asked = [refunded("modified", day(n), type="refund_only", reason="not_received") for n in (5, 6, 12, 13)]
    told = alerts(replayed((*RETURN[:3], *asked), day(10)), "received_refund_only")
    assert told[0].historical is True
    assert told[-1].historical is False
    assert told[-1].severity != told[0].severity


def shop(number: int) -> dict[str, Any]:
    return event("accounts", 0, shop_id=f"s{number}", account_id="main", status="exam_passed")


def bought(number: int, at: str) -> dict[str, Any]:
    return ordered("paid", at, order_id=f"o{number}", shop_id=f"s{number}", refund_id=f"r{number}")


def tagged(number: int, days: int) -> dict[str, Any]:
    orders = [{"order_id": f"o{number}", "buyer_id": "b1"}]
    about = {"shop_id": f"s{number}", "account_id": "main", "submission_id": f"t{number}"}
    return event("tags", day(days), scenarios=["worn_return"], orders=orders, **about)


def confirmed(third: int, live: str) -> list[Any]:
    """Three shops tag a buyer, the third of them at a moment; later the buyer orders at a fourth."""
    shops = [shop(n) for n in (1, 2, 3)]
    orders = [bought(n, day(1)) for n in (1, 2, 3)]
    tags = [tagged(1, 2), tagged(2, 3), tagged(3, third)]
    return replayed((*shops, *orders, *tags, bought(4, day(9))), live)


def standing_of(records: list[Any], kind: type[Any]) -> list[Any]:
    latest = {record_key(record): record for record in of_type(records, kind)}
    return [record for record in latest.values() if not is_taken_back(record)]


def test_no_buyer_gets_a_consequence_out_of_the_past_that_is_not_marked() -> None:
    """The warning of a live order rests on a confirmation of the past alone: it begins now, and is marked."""
    told = confirmed(4, live=day(8))
    (confirmation,) = standing_of(told, TagConfirmation)
    assert confirmation.historical is True
    found = {one.kind: one for one in standing_of(told, Consequence) if confirmation.confirmation_id in one.because}
    assert {"sanction", "order_warning"} <= found.keys()
    assert all(one.historical is True for one in found.values())
    warnings = [one for one in standing_of(told, Consequence) if (one.kind, one.subject_id) == ("order_warning", "o4")]
    assert [(one.starts_at, one.historical) for one in warnings] == [(millis(day(9)), True)]


def test_one_live_cause_is_enough_to_be_live() -> None:
    told = confirmed(8, live=day(8))
    assert [one.historical for one in standing_of(told, TagConfirmation)] == [False]
    live = [one for one in standing_of(told, Consequence) if one.kind in ("sanction", "order_warning")]
    assert {one.kind for one in live} == {"sanction", "order_warning"}
    assert all(one.historical is False for one in live)
    # The tags that the third one confirmed were put before: what they say now was decided by it.
    tags = {tag.tag_id: tag.historical for tag in standing_of(told, TagStatus)}
    assert tags == dict.fromkeys(tags, False)
    assert len(tags) == 3


def test_whoever_moves_the_moment_gets_the_marks_of_what_is_judged_again() -> None:
    rows, packs = memory_rows(), shipped()
    events = [msgspec.json.encode(each) for each in (*RETURN, EMPTY)]
    decoded = events_of(events)
    Topology(packs, 0, rows).feed(decoded)
    again = Topology(packs, 0, rows, live_since_ms=millis(day(30)))
    told = [output.record for output in again.open()]
    correction = events_of([msgspec.json.encode(refunded("modified", day(9), type="return_refund"))])
    told += [output.record for output in again.feed(correction)]
    assert {(alert.revision, alert.historical) for alert in alerts(told, "short_return")} == {(1, True)}
