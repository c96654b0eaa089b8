"""The ladder of sanctions (B18, A23) and the suggestion to limit orders (J11)."""

import pytest
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.events import TagSubmitted
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    abused,
    agreed,
    answered,
    denied,
    exams,
    refunded,
    tag,
)

CHINESE = ["warn", "real_name_check", "strip_benefits", "freeze"]
LADDERS = {
    "taobao": CHINESE,
    "tmall": CHINESE,
    "jd": CHINESE,
    "elsewhere": CHINESE,
    "aliexpress": ["warn", "purchase_limit", "strip_benefits", "no_login"],
}
APART = 181 * DAY
"""So far apart that no window holds two of them."""
EVIDENT = "received_refund_only"


def confirmed(times: int, platform: str = "jd", first: int = 0) -> list[TagSubmitted]:
    """The buyer is confirmed so many times, each by three shops and 181 days after the last."""
    return [
        event
        for n in range(first, first + times)
        for event in agreed(T0 + n * APART, first=1 + 3 * n, platform=platform)
    ]


def at(n: int) -> int:
    """When the n-th of these confirmations was."""
    return T0 + n * APART + 2


def evident(order: str = "o1", shop: str = "s1", start: int = T0, amended: int = 1) -> list[ev.Event]:
    """A tag that an alert bears out by itself: confirmed at `start` + 1 h."""
    return [*denied(start, order, shop, amended=amended), tag(shop, order, start + HOUR, EVIDENT)]


def frozen_for(days: int) -> Policies:
    policies = [replace(p, sanctions=replace(p.sanctions, freeze_days=days)) for p in shipped().versions()]
    return Policies({name: [p for p in policies if p.platform == name] for name in {p.platform for p in policies}})


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("platform", LADDERS)
def test_each_confirmation_is_a_rung_and_the_last_rung_stays(platform: str, times: int) -> None:
    told = Told([*exams(platform=platform), *confirmed(times, platform)])
    assert len(told.confirmations()) == times
    c = told.one("sanction")
    rung = LADDERS[platform][min(times, 4) - 1]
    assert (c.subject_kind, c.subject_id, c.status, c.platform) == ("buyer", "b1", "active", platform)
    assert c.details["sanction"] == rung
    assert c.details["confirmations"] == str(times)
    assert c.details.get("benefits") == ("fast_refund, red_envelopes, coupons" if rung == "strip_benefits" else None)
    assert set(c.because) == {confirmation.confirmation_id for confirmation in told.confirmations()}
    assert (c.starts_at, c.ends_at) == (at(min(times, 4) - 1), None)


def test_nobody_is_sanctioned_without_a_confirmation() -> None:
    told = Told([*exams(), *agreed()[:2], *denied(T0, amended=2)])
    assert told.consequences("sanction") == told.consequences("order_limit") == []


@pytest.mark.parametrize(("amended", "sanction"), [(1, "warn"), (2, "freeze")])
def test_a_critical_alert_on_a_confirmed_order_freezes_at_once(amended: int, sanction: str) -> None:
    told = Told([*exams(), *evident(amended=amended)])
    alert = told.alert(EVIDENT)
    c = told.one("sanction")
    assert (c.details["sanction"], c.starts_at) == (sanction, T0 + HOUR)
    assert ("critical" in c.details) is (alert.alert_id in c.because) is (amended == 2)


def test_a_critical_alert_on_another_order_does_not() -> None:
    told = Told([*exams(), *agreed(), *denied(T0 + DAY, "o9", amended=2)])
    alert, c = told.alert(EVIDENT), told.one("sanction")
    assert alert.severity == "critical"
    assert c.details["sanction"] == "warn"
    assert "critical" not in c.details
    assert alert.alert_id not in c.because


def test_a_critical_alert_of_another_kind_on_the_order_does() -> None:
    """The shops confirm one thing, an alert says another and worse one: the account is frozen from then on."""
    told = Told([*exams(), *agreed(), *denied(T0 + DAY, amended=2)])
    c = told.one("sanction")
    assert (c.details["sanction"], c.starts_at) == ("freeze", T0 + DAY)


def test_the_account_is_frozen_since_the_alert_is_critical() -> None:
    at = T0 + 5 * DAY
    amended = [refunded("modified", at - DAY), refunded("modified", at)]
    c = Told([*exams(), *agreed(), *denied(T0 + DAY, amended=0), *amended]).one("sanction")
    assert (c.details["sanction"], c.starts_at) == ("freeze", at)


def test_a_verdict_normal_takes_the_critical_alert_out() -> None:
    events = [*exams(), *agreed(), *denied(T0 + DAY, amended=2)]
    verdict = answered(Told(events).alert(EVIDENT), "normal", T0 + 2 * DAY)
    c = Told([*events, verdict]).one("sanction")
    assert (c.details["sanction"], c.starts_at) == ("warn", T0 + 2)
    assert "critical" not in c.details


def test_aliexpress_locks_the_account() -> None:
    events = [*exams(platform="aliexpress"), *denied(T0, platform="aliexpress", amended=2)]
    tagged = tag("s1", "o1", T0 + HOUR, EVIDENT, platform="aliexpress")
    assert Told([*events, tagged]).one("sanction").details["sanction"] == "no_login"


def test_networks_have_ladders_of_their_own() -> None:
    told = Told([*exams(), *confirmed(1), *confirmed(1, "aliexpress", first=2)])
    found = {c.details["network"]: c.details["sanction"] for c in told.consequences("sanction")}
    assert found == {"jd": "warn", "aliexpress": "warn"}


def test_taobao_and_tmall_have_one_together() -> None:
    told = Told([*exams(), *confirmed(1, "taobao"), *confirmed(1, "tmall", first=1)])
    c = told.one("sanction")
    assert (c.details["network"], c.details["sanction"]) == ("taobao", "real_name_check")


def test_a_confirmation_that_is_reversed_takes_its_rung_with_it() -> None:
    events = [*exams(), *confirmed(2)]
    later = tag("s4", "o99", T0 + 2, "worn_return")
    assert Told(events).one("sanction").details["sanction"] == "real_name_check"
    left = Told([*events, later, abused("s1", at(1) + DAY)])
    assert [c.details["confirmations"] for c in left.consequences("sanction")] == ["1"]
    assert left.one("sanction").details["sanction"] == "warn"
    gone = Told([*events, abused("s1", at(1) + DAY)])
    assert gone.course("sanction")[-1] == "reversed"


def test_a_timed_freeze_ends_by_itself_to_the_millisecond() -> None:
    events = [*exams(), *confirmed(4)]
    end = at(3) + 30 * DAY
    running, over = (Told(events, until, frozen_for(30)) for until in (end - 1, end))
    assert (running.one("sanction").status, running.one("sanction").ends_at) == ("active", end)
    assert (over.one("sanction").status, over.one("sanction").ends_at) == ("ended", end)


def test_no_other_rung_is_timed() -> None:
    c = Told([*exams(), *confirmed(3)], at(2) + 100 * DAY, frozen_for(30)).one("sanction")
    assert (c.status, c.ends_at) == ("active", None)


def test_another_confirmation_freezes_again() -> None:
    told = Told([*exams(), *confirmed(5)], None, frozen_for(30))
    assert told.course("sanction") == ["active"] * 4 + ["ended", "active"]
    assert told.one("sanction").starts_at == at(4)


def test_a_freeze_is_prolonged_by_a_confirmation_while_it_lasts() -> None:
    told = Told([*exams(), *evident(amended=2), *evident("o2", "s2", T0 + 10 * DAY, 2)], None, frozen_for(30))
    assert told.one("sanction").ends_at == T0 + 10 * DAY + HOUR + 30 * DAY


def test_when_a_critical_freeze_is_over_the_next_confirmation_counts_on() -> None:
    events = [*exams(), *evident(amended=2), *evident("o2", "s2", T0 + 100 * DAY)]
    told = Told(events, None, frozen_for(30))
    c = told.one("sanction")
    assert (c.status, c.details["sanction"], c.starts_at) == ("active", "real_name_check", T0 + 100 * DAY + HOUR)


def test_it_is_over_at_its_very_end() -> None:
    at = T0 + HOUR + 30 * DAY
    events = [*exams(), *evident(amended=2), *evident("o2", "s2", at - HOUR)]
    assert Told(events, None, frozen_for(30)).one("sanction").details["sanction"] == "real_name_check"


def test_a_milder_confirmation_does_not_shorten_a_freeze() -> None:
    told = Told([*exams(), *evident(amended=2), *evident("o2", "s2", T0 + 10 * DAY)], None, frozen_for(30))
    c = told.one("sanction")
    assert (c.details["sanction"], c.starts_at) == ("freeze", T0 + HOUR)


def test_limiting_orders_is_no_more_than_suggested() -> None:
    told = Told([*exams(), *confirmed(2)])
    c = told.one("order_limit")
    assert (c.subject_kind, c.subject_id, c.starts_at, c.ends_at) == ("buyer", "b1", at(0), None)
    assert c.details == {"suggestion": "limit_orders", "is_binding": "false", "network": "jd"}
    assert set(c.because) == {confirmation.confirmation_id for confirmation in told.confirmations()}
    assert "order_limit" not in {c.details["sanction"] for c in told.consequences("sanction")}


def test_a_platform_may_suggest_nothing() -> None:
    quiet = [replace(p, consequences=replace(p.consequences, suggests_order_limit=False)) for p in shipped().versions()]
    policies = Policies({name: [p for p in quiet if p.platform == name] for name in {p.platform for p in quiet}})
    told = Told([*exams(), *confirmed(1)], None, policies)
    assert told.consequences("order_limit") == []
    assert told.consequences("sanction") != []
