"""Deadlines at their edges: which alert is about a refund, when it was last asked and answered (B28, B11)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.decisions.consequences.case import complaints_among
from cloudtag.decisions.consequences.deadlines import tell_of_delays, warn_of_deadlines
from cloudtag.decisions.reports import judge_reports
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import DAY, HOUR, T0, alert, case, said_of, verdict
from tests.decisions.consequences.scene import complained, refunded

DEADLINE = T0 + 5 * DAY
BEGINS = DEADLINE - DAY


def asked(status: Any, at: Any, **fields: Any) -> Any:
    return refunded(status, at, platform="taobao", **fields)


OPENED = asked("opened", T0, deadline_at=DEADLINE)


def warned(*changes: Any, alerts: Any = (), now: Any = BEGINS, **fields: Any) -> Any:
    """Beginning, end and the oldest fact of the one warning, and the timers; none for no warning."""
    found = case(alerts=alerts, orders=[OrderView("o1", [OPENED, *changes])], now=now, **fields)
    told, timers = said_of(warn_of_deadlines, found)
    assert len(told) <= 1
    return [(c.starts_at, c.ends_at, since) for c, since in told], timers


ALWAYS: Any = ([(BEGINS, DEADLINE, T0)], [DEADLINE])
NEVER: Any = ([], [])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (alert(refund_ids=("r-o1",)), ALWAYS),
        (alert(refund_ids=("r-o1", "r2"), severity="low"), ALWAYS),
        (alert(refund_ids=("r2",)), NEVER),
        (alert(severity="medium"), ALWAYS),
        (alert(severity="low"), NEVER),
        (alert(orders=(("s2", "o1"),)), NEVER),
        (alert(orders=(("s1", "o2"),), refund_ids=("r-o1",)), NEVER),
    ],
    ids=[
        "names it", "names it, though low", "names another", "names none", "names none and is low", "a namesake",
        "another order",
    ],
)  # fmt: skip
def test_an_alert_is_about_a_refund_it_names_or_about_all_of_its_orders(found: Any, expected: Any) -> None:
    assert warned(alerts=[found]) == expected


@pytest.mark.parametrize(("now", "timer"), [(BEGINS - 1, BEGINS), (BEGINS, DEADLINE), (DEADLINE - 1, DEADLINE)])
def test_the_next_moment_to_look_at_it_is_its_beginning_then_its_end(now: Any, timer: Any) -> None:
    found, timers = warned(alerts=[alert()], now=now)
    assert (len(found), timers) == (int(now >= BEGINS), [timer])


def test_it_rests_on_the_oldest_of_its_alerts_and_the_refund() -> None:
    def since(*first: Any) -> Any:
        alerts = [replace(alert(f"a{n}"), first_event_at=at) for n, at in enumerate(first)]
        ((*_, since_ms),), _ = warned(alerts=alerts)
        return since_ms

    assert since(T0 - 2, T0 - 1) == since(T0 - 1, T0 - 2) == T0 - 2
    assert since(T0 + 1) == T0


def test_of_two_open_alerts_the_earlier_begins_it() -> None:
    alerts = [alert("a1"), alert("a2", at=BEGINS + HOUR)]
    assert warned(alerts=alerts, now=BEGINS + HOUR)[0] == [(BEGINS, DEADLINE, T0)]


@pytest.mark.parametrize(("at", "begins"), [(BEGINS - 1, BEGINS + HOUR), (BEGINS, BEGINS + HOUR), (BEGINS + 1, BEGINS)])
def test_an_alert_answered_when_the_last_day_begins_does_not_begin_it(at: Any, begins: Any) -> None:
    """A second alert comes an hour later."""
    alerts = [alert("a1"), alert("a2", at=BEGINS + HOUR)]
    said = [verdict("a1", at=at, platform="taobao")]
    assert warned(alerts=alerts, verdicts=said, now=BEGINS + HOUR)[0] == [(begins, DEADLINE, T0)]


def test_a_refund_opened_within_the_last_day_is_warned_of_at_once() -> None:
    late = asked("opened", BEGINS + HOUR, deadline_at=DEADLINE, refund="r9")
    found = case(alerts=[alert()], orders=[OrderView("o1", [late])], now=BEGINS + HOUR)
    assert [c.starts_at for c, _ in said_of(warn_of_deadlines, found)[0]] == [BEGINS + HOUR]


def test_the_first_answer_ends_it_and_what_follows_does_not() -> None:
    answers = [asked("agreed", BEGINS + HOUR), asked("completed", BEGINS + 2 * HOUR)]
    assert warned(*answers, alerts=[alert()])[0] == [(BEGINS, BEGINS + HOUR, T0)]


@pytest.mark.parametrize(
    ("again", "ends_at"),
    [
        (asked("escalated", BEGINS + 2 * HOUR), DEADLINE),
        (asked("modified", BEGINS + 2 * HOUR), DEADLINE),
        (asked("waybill_filled", BEGINS + 2 * HOUR, waybill_no="W1", deadline_at=DEADLINE + DAY), DEADLINE + DAY),
        (asked("waybill_filled", BEGINS + 2 * HOUR, waybill_no="W1"), BEGINS + HOUR),
    ],
    ids=["escalated", "modified", "sent back, to be answered in time", "sent back"],
)
def test_a_shop_that_is_asked_again_has_not_answered(again: Any, ends_at: Any) -> None:
    found, _ = warned(asked("agreed", BEGINS + HOUR), again, alerts=[alert()], now=ends_at - 1)
    assert [ends for _, ends, _ in found] == [ends_at]


@pytest.mark.parametrize("said", [["opened"], ["opened", "rejected"], ["opened", "rejected", "reopened"]])
def test_a_breach_rests_on_the_reports_first_word(said: Any) -> None:
    times = (T0, T0 + 30 * DAY, T0 + 31 * DAY)
    events = [complained(status, at, platform="taobao", order=None) for status, at in zip(said, times, strict=False)]
    reports = judge_reports(complaints_among(events), {}, shipped(), T0 + 99 * DAY).reports
    told, timers = said_of(tell_of_delays, case(reports=reports, now=T0 + 99 * DAY))
    assert [since for _, since in told] == [T0] * (2 if "reopened" in said else 1)
    assert timers == []


def test_where_a_platform_promises_nothing_it_is_never_late() -> None:
    rules = [replace(p, reports=replace(p.reports, due_working_days=0, due_hours=0)) for p in shipped().versions()]
    policies = type(shipped())({p.platform: [p] for p in rules})
    found = complaints_among([complained("opened", T0, platform="taobao", order=None)])
    reports = judge_reports(found, {}, policies, T0 + 99 * DAY).reports
    assert said_of(tell_of_delays, case(reports=reports, now=T0 + 99 * DAY)) == ([], [])
