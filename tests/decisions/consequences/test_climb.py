"""How a sanction climbs: each step with its moment, what asked for it, and what counts as a cause (B18, A23, F20)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.scope import scoped
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.causes import causes_of
from cloudtag.decisions.consequences.sanctions import sanction, sanction_id, sanctions_of, suggest_order_limit
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import (
    DAY,
    T0,
    alert,
    appeal,
    case,
    from_on,
    of_shops,
    said_of,
    tag,
    verdict,
)

ID = sanction_id(scoped("taobao", "b1"), "taobao")
LATER = T0 + 1000 * DAY


def steps(*confirmations: Any, **fields: Any) -> Any:
    """Each step as the day it began on and its rung."""
    (found,) = sanctions_of(case(*confirmations, **{"now": LATER, **fields}))
    return [((step.at_ms - T0) // DAY, step.rung) for step in found.steps]


def told(*confirmations: Any, **fields: Any) -> Any:
    (found,), _ = said_of(sanction, case(*confirmations, **{"now": LATER, **fields}))
    return found


def many(count: Any, every: Any = DAY, **fields: Any) -> Any:
    return [of_shops(f"c{n}", T0 + n * every, 1 + 3 * n, **fields) for n in range(count)]


def risen(severity: Any, day: Any, **fields: Any) -> Any:
    facts = {f"{severity}_since": rfc3339(T0 + day * DAY)}
    return alert(severity=severity, **{"facts": facts, "status": "upgraded", **fields})


def test_each_cause_is_a_step_even_where_it_leads_no_higher() -> None:
    assert steps(*many(5)) == [(0, 1), (1, 2), (2, 3), (3, 3), (4, 3)], "the last rung wants evidence"
    record, since_ms = told(*many(5))
    assert (record.starts_at, since_ms, record.details["causes"]) == (T0 + 4 * DAY, T0, "5")
    assert record.details["benefits"] == "fast_refund, red_envelopes, coupons"
    assert "benefits" not in told(*many(2))[0].details


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (risen("critical", 5), [(0, 2), (5, 3)]),
        (risen("high", 5), [(0, 1), (5, 2)]),
        (risen("medium", 5), [(0, 1)]),
        (alert(severity="critical", at=T0 - 9 * DAY), [(0, 3)]),
        (alert(severity="critical", at=T0 + 9 * DAY), [(0, 1), (9, 3)]),
    ],
    ids=["critical, high before", "high", "no higher than it was", "long before", "after the confirmation"],
)
def test_an_alert_that_grows_graver_is_a_step_when_it_does(found: Any, expected: Any) -> None:
    """Unless it asks for no more than what is in force."""
    assert steps(of_shops("c1"), alerts=[found]) == expected


def test_an_alert_asked_for_what_it_was_before_it_grew_graver() -> None:
    found = risen("critical", 5, facts={f"{s}_since": rfc3339(T0 + d * DAY) for s, d in (("high", 2), ("critical", 5))})
    assert steps(of_shops("c1"), alerts=[found]) == [(0, 1), (2, 2), (5, 3)]


def test_a_verdict_asks_at_once_for_what_the_alert_was_when_it_was_given() -> None:
    """High when the shop answered, critical four days later: what the first step held stays held."""
    orders = (("s1", "o1"), ("s1", "o2"))
    found = risen("critical", 5, platform="aliexpress", orders=orders)
    assert steps(alerts=[found], verdicts=[verdict("a1", at=T0 + DAY)]) == [(1, 2)]
    roomy = replace(shipped().at("aliexpress", T0).sanctions, ladder=("warn", "purchase_limit", "freeze", "no_login"))
    policies = from_on(T0 - DAY, "aliexpress", sanctions=roomy)
    assert steps(alerts=[found], verdicts=[verdict("a1", at=T0 + DAY)], policies=policies) == [(1, 2), (5, 3)]
    assert steps(alerts=[found], verdicts=[verdict("a1", at=T0 + 9 * DAY)], policies=policies) == [(9, 3)]


@pytest.mark.parametrize(("day", "at"), [(1, 5), (9, 9)])
def test_a_verdict_counts_once_the_alert_is_grave(day: Any, at: Any) -> None:
    found = risen("high", 5, platform="aliexpress")
    assert steps(alerts=[found], verdicts=[verdict("a1", at=T0 + day * DAY)]) == [(at, 2)]


@pytest.mark.parametrize(("at", "since_ms"), [(T0 + DAY, T0), (T0 - DAY, T0 - DAY)])
def test_a_verdict_rests_on_the_oldest_of_its_alert_and_itself(at: Any, since_ms: Any) -> None:
    assert told(alerts=[alert(platform="aliexpress")], verdicts=[verdict("a1", at=at)])[1] == since_ms


def test_only_the_gravest_alerts_are_named() -> None:
    alerts = [alert(f"a{n}", severity) for n, severity in enumerate(("medium", "high", "critical"))]
    assert told(of_shops("c1"), alerts=alerts)[0].because == ("a2", "c1")
    assert told(of_shops("c1"), alerts=alerts[:2])[0].because == ("a1", "c1")


@pytest.mark.parametrize(
    ("other", "order"),
    [(tag("o7", "s1"), ("s1", "o7")), (replace(tag("o1", "s9"), tag_id="t-s1/o1"), ("s9", "o1"))],
    ids=["not part of the confirmation", "a namesake's of another shop"],
)
def test_an_alert_about_another_tags_order_asks_for_nothing(other: Any, order: Any) -> None:
    assert steps(of_shops("c1"), tags=[other], alerts=[alert(severity="critical", orders=(order,))]) == [(0, 1)]


def test_a_confirmation_of_old_that_says_no_threshold_is_one_cause() -> None:
    one, tags = of_shops("c1")
    assert steps((replace(one, reached_ms=()), tags)) == [(0, 1)]


@pytest.mark.parametrize(
    ("by", "about", "highest"),
    [(("s1", "s2"), None, 3), (("s1", "s1"), None, 2), ((None, None), "own", 3), ((None, None), None, 2)],
    ids=["two shops", "one shop", "the platform, of two shops' alerts", "the platform, of all shops' alerts"],
)
def test_whose_case_a_verdict_makes_it(by: Any, about: Any, highest: Any) -> None:
    """F20: each of two alerts about orders of both shops; an answer of the platform is about the alert's shop."""
    orders = (("s1", "o1"), ("s2", "o2"))
    alerts = [replace(alert(f"a{n}", platform="aliexpress", orders=orders), shop_id=about and f"s{n}") for n in (1, 2)]
    said = [verdict(f"a{n}", at=T0 + n * DAY, shop=shop) for n, shop in enumerate(by, start=1)]
    said.append(verdict("a3", at=T0 + 3 * DAY, shop=by[0]))
    alerts.append(replace(alerts[0], alert_id="a3"))
    assert steps(alerts=alerts, verdicts=said)[-1] == (3, highest)


def test_a_verdict_that_says_nothing_yet_is_no_cause() -> None:
    found = case(alerts=[alert(platform="aliexpress")], verdicts=[verdict("a1", "unknown")])
    assert causes_of(found) == {}


def test_the_last_cause_says_on_which_platform_and_under_which_policy() -> None:
    pair = [of_shops("c1"), of_shops("c2", T0 + DAY, 4, platform="tmall")]
    record, _ = told(*pair)
    assert (record.platform, record.policy_version) == ("tmall", shipped().at("tmall", T0).version)
    policies = from_on(T0 + DAY, sanctions=shipped().at("taobao", T0).sanctions)
    assert told(*many(2), policies=policies)[0].policy_version == policies.at("taobao", T0 + DAY).version
    assert told(*many(2), policies=policies)[0].policy_version != shipped().at("taobao", T0).version


def test_the_clean_year_is_counted_from_the_last_cause() -> None:
    assert steps(*many(3, 300 * DAY)) == [(0, 1), (300, 2), (600, 3)]


def test_a_suggestion_begins_with_the_first_confirmation() -> None:
    found, timers = said_of(suggest_order_limit, case(*many(2)))
    assert [(c.starts_at, since, c.because) for c, since in found] == [(T0, T0, ("c0", "c1"))]
    assert timers == []


def test_the_last_of_two_upheld_appeals_says_what_is_left() -> None:
    upheld = [
        one
        for name, day in (("p1", 0), ("p2", 1))
        for one in (appeal(ID, "opened", T0 + day * DAY, name), appeal(ID, "upheld", T0 + 9 * DAY, name))
    ]
    assert steps(*many(3), appeals=upheld) == [(2, 1)]
    later = appeal(ID, "unknown", T0 + 10 * DAY, "p2")
    assert steps(*many(3), appeals=[*upheld, later]) == [(2, 1)], "what says nothing takes nothing back"
    early = appeal(ID, "unknown", T0 - DAY, "p2")
    assert steps(*many(3), appeals=[*upheld, early]) == [(2, 1)]


def test_one_appeal_of_two_open_marks_it() -> None:
    two = [appeal(ID, "opened", T0, "p1"), appeal(ID, "rejected", T0 + DAY, "p1"), appeal(ID, "opened", T0, "p2")]
    assert told(*many(2), appeals=two)[0].details["under_appeal"] == "true"
