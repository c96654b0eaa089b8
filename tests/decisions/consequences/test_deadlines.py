"""Refunds about to be decided by silence (B28), and complaints the platform took too long over (B11, A2, A6)."""

from datetime import datetime
from typing import Any

import pytest

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import Proof
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    answered,
    complained,
    known,
    ordered,
    received,
    refunded,
)

WARNING, BREACH = "deadline_warning", "sla_breach"
DEADLINE = T0 + 5 * DAY
BEGINS = DEADLINE - DAY
ASKED = {"type": "refund_only", "reason": "not_received", "deadline_at": DEADLINE}
DENIED = [*received(T0 - HOUR), refunded("opened", T0, **ASKED)]
"""Goods received, money asked for as if they were not; the shop has five days."""


def warned(*more: Any, until: Any = DEADLINE + DAY, events: Any = DENIED) -> Any:
    return Told([*events, *more], until)


def verdict(at: Any, kind: Any, events: Any = DENIED) -> Any:
    return answered(Told(events).alert("received_refund_only"), kind, at)


@pytest.mark.parametrize(
    ("until", "course"),
    [(BEGINS - 1, []), (BEGINS, ["active"]), (DEADLINE - 1, ["active"]), (DEADLINE, ["active", "ended"])],
)
def test_it_holds_from_24_hours_before_the_deadline_until_the_deadline(until: Any, course: Any) -> None:
    assert warned(until=until).course(WARNING) == course


def test_what_it_says() -> None:
    told = warned(until=BEGINS)
    c = told.one(WARNING)
    assert (c.subject_kind, c.subject_id, c.starts_at, c.ends_at) == ("order", "o1", BEGINS, DEADLINE)
    assert c.details == {"refund_id": "r-o1", "deadline": "2026-03-07T00:00:00Z"}
    assert c.because == (told.alert("received_refund_only").alert_id,)


def test_a_refund_without_an_alert_is_the_shops_own_business() -> None:
    events = [
        ordered("paid", T0 - DAY),
        refunded("opened", T0, type="refund_only", reason="quality", deadline_at=DEADLINE),
    ]
    assert warned(events=events).records == []


def test_an_alert_without_a_deadline_warns_of_nothing() -> None:
    events = [*received(T0 - HOUR), refunded("opened", T0, **{**ASKED, "deadline_at": None})]
    assert warned(events=events).course(WARNING) == []


def test_an_alert_that_comes_in_the_last_hours_warns_at_once() -> None:
    at = DEADLINE - 3 * HOUR
    opened = [*received(T0 - HOUR), refunded("opened", T0, type="refund_only", reason="quality", deadline_at=DEADLINE)]
    c = warned(refunded("modified", at, reason="not_received"), events=opened, until=at).one(WARNING)
    assert (c.status, c.starts_at) == ("active", at)


def test_an_alert_after_the_deadline_warns_of_nothing() -> None:
    opened = [*received(T0 - HOUR), refunded("opened", T0, type="refund_only", reason="quality", deadline_at=DEADLINE)]
    assert warned(refunded("modified", DEADLINE, reason="not_received"), events=opened).course(WARNING) == []


@pytest.mark.parametrize("status", ["agreed", "refused", "completed"])
def test_it_ends_when_the_refund_is_answered(status: Any) -> None:
    told = warned(refunded(status, BEGINS + HOUR))
    assert told.course(WARNING) == ["active", "ended"]
    assert told.one(WARNING).ends_at == BEGINS + HOUR


def test_it_is_reversed_when_the_buyer_takes_the_refund_back() -> None:
    """No money had moved: that clears the alert (F6), and the warning falls with its cause."""
    told = warned(refunded("withdrawn", BEGINS + HOUR))
    assert told.course(WARNING) == ["active", "reversed"]
    assert told.alert("received_refund_only").status == "withdrawn"


def test_answered_before_the_last_day_it_never_comes() -> None:
    assert warned(refunded("refused", BEGINS - 1)).course(WARNING) == []


def test_what_follows_the_answer_does_not_ask_again() -> None:
    told = warned(
        refunded("agreed", T0 + DAY),
        refunded("waybill_filled", BEGINS, waybill_no="R1"),
        refunded("unknown", BEGINS + 1),
    )
    assert told.course(WARNING) == []


def test_a_refund_opened_again_asks_again() -> None:
    told = warned(refunded("refused", T0 + DAY), refunded("modified", T0 + 2 * DAY))
    assert told.course(WARNING) == ["active", "ended"]


def test_a_new_deadline_takes_the_old_ones_place() -> None:
    later = DEADLINE + 3 * DAY
    told = warned(refunded("modified", BEGINS + HOUR, deadline_at=later), until=later)
    assert told.course(WARNING) == ["active", "reversed", "active", "ended"]
    assert told.one(WARNING).ends_at == later


@pytest.mark.parametrize("kind", ["normal", "abnormal", "ignore"])
def test_it_ends_when_the_shop_answers_the_alert(kind: Any) -> None:
    told = warned(verdict(BEGINS + HOUR, kind))
    assert told.course(WARNING)[-1] == "ended"
    assert told.one(WARNING).ends_at == BEGINS + HOUR


def test_one_of_two_alerts_answered_leaves_the_other() -> None:
    picture = (Proof("sha1", "picture"),)
    before = refunded("opened", T0 - 2 * DAY, "o2", "s1", reason="quality", evidence=picture)
    asked = [*DENIED[:-1], before, refunded("opened", T0, **ASKED, evidence=picture)]
    told = Told(asked)
    both = [told.alert(name) for name in ("received_refund_only", "reused_evidence")]
    one, two = (answered(alert, "abnormal", BEGINS + (n + 1) * HOUR) for n, alert in enumerate(both))
    left = warned(one, events=asked, until=BEGINS + 2 * HOUR).one(WARNING)
    assert (left.status, left.ends_at) == ("active", DEADLINE)
    assert left.because == tuple(sorted(alert.alert_id for alert in both))
    assert warned(one, two, events=asked).one(WARNING).ends_at == BEGINS + 2 * HOUR


@pytest.mark.parametrize(("at", "course"), [(BEGINS - 1, []), (BEGINS, []), (BEGINS + 1, ["ended"])])
def test_answered_before_the_last_day_the_alert_warns_of_nothing(at: Any, course: Any) -> None:
    assert warned(verdict(at, "abnormal")).course(WARNING)[-1:] == course


def test_a_second_alert_after_the_first_was_answered_warns_from_then_on() -> None:
    """Between the two nothing was open."""
    picture = (Proof("sha1", "picture"),)
    before = refunded("opened", T0 - 2 * DAY, "o2", "s1", reason="quality", evidence=picture)
    at = DEADLINE - 5 * HOUR
    shown = refunded("modified", at, **ASKED, evidence=picture)
    told = warned(before, verdict(BEGINS - DAY, "abnormal"), shown, until=at)
    assert told.alert("reused_evidence").decided_at == at
    assert (told.one(WARNING).status, told.one(WARNING).starts_at) == ("active", at)


def test_it_is_reversed_with_the_alert() -> None:
    """A scan that comes late says that the parcel still travelled after the signature, which was a mistake (F6)."""
    topology = Topology(shipped())
    topology.feed(DENIED)
    told: Any
    back: Any
    (told,) = topology.pass_time(BEGINS)
    assert (told.record.kind, told.record.status) == (WARNING, "active")
    travelling = T0 - HOUR // 2
    after = topology.feed([ParcelScanned("late", travelling, "jd", "sf", "W-o1", scan="departed")])
    (back,) = (o.record for o in after if o.stream == "consequences")
    assert (back.consequence_id, back.status, back.revision) == (told.record.consequence_id, "reversed", 1)


def shanghai(text: Any) -> Any:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


BEFORE_THE_HOLIDAYS = shanghai("2026-09-30T15:00:00+08:00")
DUE = shanghai("2026-10-11T00:00:00+08:00")
"""Seven days of holidays, then the 8th, the 9th, and a Saturday worked instead of one of them."""
OPENED = complained("opened", BEFORE_THE_HOLIDAYS)


def breach(*more: Any, until: Any = DUE + 9 * DAY, opened: Any = OPENED) -> Any:
    return Told([opened, *more], until)


@pytest.mark.parametrize(("until", "course"), [(DUE, []), (DUE + 1, ["active"])])
def test_three_working_days_over_the_national_holidays(until: Any, course: Any) -> None:
    told = breach(until=until)
    assert told.course(BREACH) == course


def test_what_a_breach_says() -> None:
    c = breach().one(BREACH)
    assert (c.subject_kind, c.subject_id, c.because) == ("order", "o1", ("c1",))
    assert (c.starts_at, c.ends_at, c.shop_id) == (DUE, None, "s1")
    assert c.details == {"report_id": "c1", "due": "2026-10-10T16:00:00Z", "term": "1"}


@pytest.mark.parametrize("status", ["upheld", "rejected", "withdrawn"])
def test_decided_in_time(status: Any) -> None:
    assert breach(complained(status, DUE - 1)).course(BREACH) == []


@pytest.mark.parametrize("status", ["upheld", "rejected", "withdrawn"])
def test_decided_too_late_it_ends_and_stays_told(status: Any) -> None:
    told = breach(complained(status, DUE + HOUR))
    assert told.course(BREACH) == ["active", "ended"]
    assert (told.one(BREACH).starts_at, told.one(BREACH).ends_at) == (DUE, DUE + HOUR)


@pytest.mark.parametrize(("at", "course"), [(DUE, []), (DUE + 1, ["ended"])])
def test_overdue_is_after_the_very_end(at: Any, course: Any) -> None:
    assert breach(complained("rejected", at)).course(BREACH) == course


def test_each_term_is_late_by_itself() -> None:
    """A10: the platform was in time, the shop objected, and then it took too long."""
    told = breach(complained("rejected", DUE - 1), complained("reopened", DUE), until=DUE + 30 * DAY)
    assert told.one(BREACH).details["term"] == "2"
    both = breach(complained("rejected", DUE + 1), complained("reopened", DUE + DAY), until=DUE + 30 * DAY)
    assert [c.details["term"] for c in sorted(both.consequences(BREACH), key=lambda c: c.starts_at)] == ["1", "2"]


def test_a_decision_that_was_in_time_but_is_told_late_takes_it_back() -> None:
    topology = Topology(shipped())
    topology.feed(known([OPENED]))
    told: Any
    back: Any
    (told,) = (o for o in topology.pass_time(DUE + 1) if o.stream == "consequences")
    assert told.record.kind == BREACH
    after = topology.feed([complained("upheld", DUE - 1)])
    (back,) = (o for o in after if getattr(o.record, "kind", "") == BREACH)
    assert (back.record.consequence_id, back.record.status) == (told.record.consequence_id, "reversed")


def test_a_buyers_complaint_is_not_the_platforms_debt_to_the_shop() -> None:
    assert breach(opened=complained("opened", BEFORE_THE_HOLIDAYS, by="buyer")).course(BREACH) == []


def test_a_complaint_about_no_order_is_owed_to_the_shop() -> None:
    c = breach(opened=complained("opened", BEFORE_THE_HOLIDAYS, order=None)).one(BREACH)
    assert (c.subject_kind, c.subject_id, c.shop_id) == ("shop", "s1", None)


def test_aliexpress_once_had_fifteen_working_days() -> None:
    at = shanghai("2017-11-01T12:00:00+08:00")
    due = shanghai("2017-11-23T00:00:00+08:00")
    opened = complained("opened", at, platform="aliexpress")
    assert breach(opened=opened, until=due).course(BREACH) == []
    assert breach(opened=opened, until=due + 1).course(BREACH) == ["active"]


def test_since_2018_it_has_forty_eight_hours() -> None:
    at = shanghai("2018-01-02T12:00:00+08:00")
    opened = complained("opened", at, platform="aliexpress")
    assert breach(opened=opened, until=at + 48 * HOUR).course(BREACH) == []
    assert breach(opened=opened, until=at + 48 * HOUR + 1).course(BREACH) == ["active"]
