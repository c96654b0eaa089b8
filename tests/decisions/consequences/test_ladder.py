"""The ladder of sanctions: how often, how grave, how high at most, for how long, and what an appeal takes out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.scope import scoped
from cloudtag.decisions.consequences.case import ConsequenceTimer
from cloudtag.decisions.consequences.sanctions import sanction, sanction_id
from tests.decisions.consequences.cases import DAY, T0, alert, appeal, case, evident, of_shops, verdict

TAOBAO = ("warn", "real_name_check", "strip_benefits", "no_login")
ID = sanction_id(scoped("taobao", "b1"), "taobao")


def told(found: Any) -> Any:
    records = [answer.record for answer in sanction(found) if not isinstance(answer, ConsequenceTimer)]
    assert len(records) <= 1
    return records[0] if records else None


def rung(found: Any) -> Any:
    record = told(found)
    return record and record.details["sanction"]


def many(count: Any, every: Any = DAY, **fields: Any) -> Any:
    return [of_shops(f"c{n}", T0 + n * every, 1 + 3 * n, **fields) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "sanctioned"), [(1, "warn"), (2, "real_name_check"), (3, "strip_benefits"), (4, "strip_benefits")]
)
def test_each_confirmation_is_a_rung_and_the_last_one_needs_evidence(count: Any, sanctioned: Any) -> None:
    assert rung(case(*many(count), now=T0 + 9 * DAY)) == sanctioned


def test_with_evidence_of_the_platform_among_independent_causes_the_last_rung_is_reached() -> None:
    four = [*many(3), evident("e1", "o40", "s40", T0 + 4 * DAY)]
    assert rung(case(*four, now=T0 + 9 * DAY)) == "no_login"


@pytest.mark.parametrize(
    ("reached", "sanctioned"), [((0,), "warn"), ((0, 1), "real_name_check"), ((0, 1, 2), "strip_benefits")]
)
def test_each_further_threshold_of_shops_is_a_rung(reached: Any, sanctioned: Any) -> None:
    """B18."""
    one = of_shops("c1", reached=tuple(T0 + n * DAY for n in reached))
    assert rung(case(one, now=T0 + 9 * DAY)) == sanctioned


@pytest.mark.parametrize(
    ("severity", "sanctioned"),
    [("low", "warn"), ("medium", "warn"), ("high", "real_name_check"), ("critical", "strip_benefits")],
)
def test_the_gravest_confirmed_alert_asks_for_a_rung(severity: Any, sanctioned: Any) -> None:
    assert rung(case(of_shops("c1"), alerts=[alert(severity=severity)])) == sanctioned


@pytest.mark.parametrize(
    "other",
    [
        alert(severity="critical", scenario="worn_return"),
        alert(severity="critical", orders=(("s1", "o9"),)),
        alert(severity="critical", orders=(("s9", "o1"),)),
        alert(severity="critical", status="resolved", verdict="normal"),
        alert(severity="critical", status="resolved", verdict="ignore"),
    ],
    ids=["of another scenario", "on another order", "on a namesake", "called normal", "ignored"],
)
def test_no_other_alert_asks_for_anything(other: Any) -> None:
    assert rung(case(of_shops("c1"), alerts=[other])) == "warn"


def test_about_one_order_alone_it_is_the_second_rung_at_most() -> None:
    """B26, F20: one order, one detector and one tag never close an account."""
    one = evident("e1")
    assert rung(case(one, alerts=[alert(severity="critical")])) == "real_name_check"
    other = evident("e2", "o2")
    alerts = [alert(severity="critical"), alert("a2", "critical", orders=(("s1", "o2"),))]
    assert rung(case(one, other, alerts=alerts)) == "strip_benefits"


def test_two_orders_of_one_shop_and_one_scenario_are_one_cause_however_often() -> None:
    same = [evident(f"e{n}", f"o{n}", at=T0 + n) for n in range(6)]
    assert rung(case(*same, now=T0 + DAY)) == "strip_benefits"
    assert rung(case(*same, evident("e9", "o9", "s2", T0 + 9), now=T0 + DAY)) == "no_login"
    assert rung(case(*same, evident("e9", "o9", at=T0 + 9, scenario="worn_return"), now=T0 + DAY)) == "no_login"


@pytest.mark.parametrize(
    ("owners", "sanctioned"),
    [
        ({"s1": ("p",), "s2": ("p",)}, "strip_benefits"),
        ({"s1": ("p",), "s2": ("q",)}, "no_login"),
        ({"s1": ("p",)}, "no_login"),
        ({"s1": ("p",), "s2": ("q",), "s9": ("p", "q")}, "no_login"),
    ],
    ids=["one owner", "two owners", "nobody knows the other's", "whoever joins them has no part in it"],
)
def test_shops_of_one_owner_are_one_cause(owners: Any, sanctioned: Any) -> None:
    """F18, F20."""
    two = [evident(f"e{n}", f"o{n}", f"s{1 + n % 2}", T0 + n) for n in range(6)]
    assert rung(case(*two, now=T0 + DAY, owners=owners)) == sanctioned


@pytest.mark.parametrize(
    ("count", "days"), [(1, 180), (2, 180), (3, 90)], ids=["warn", "real_name_check", "strip_benefits"]
)
def test_each_rung_lasts_its_days_from_the_last_cause_on(count: Any, days: Any) -> None:
    last = T0 + (count - 1) * DAY
    found = many(count)
    record = told(case(*found, now=last + days * DAY - 1))
    assert (record.status, record.starts_at, record.ends_at) == ("active", last, last + days * DAY)
    assert told(case(*found, now=last + days * DAY)).status == "ended"


def test_the_last_rung_lasts_until_it_is_reversed() -> None:
    found = case(*many(3), evident("e1", "o40", "s40", T0 + 4 * DAY), now=T0 + 3000 * DAY)
    assert (told(found).status, told(found).ends_at) == ("active", None)


@pytest.mark.parametrize(("gap", "sanctioned"), [(365 * DAY, "real_name_check"), (365 * DAY + 1, "warn")])
def test_after_a_clean_year_the_ladder_begins_anew(gap: Any, sanctioned: Any) -> None:
    record = told(case(*many(2, gap), now=T0 + gap))
    assert record.details["sanction"] == sanctioned
    assert ("c0" in record.because) is (sanctioned != "warn")


def test_on_jd_nothing_befalls_the_account() -> None:
    assert told(case(of_shops("c1", platform="jd"))) is None


def aliexpress(severity: Any = "critical", name: Any = "a1", orders: Any = (("s1", "o1"),)) -> Any:
    return alert(name, severity, orders=orders, platform="aliexpress")


@pytest.mark.parametrize(
    ("severity", "said", "sanctioned"),
    [
        ("medium", "abnormal", None),
        ("high", "abnormal", "purchase_limit"),
        ("critical", "abnormal", "purchase_limit"),
        ("critical", "normal", None),
        ("critical", "ignore", None),
    ],
)
def test_on_aliexpress_an_abnormal_verdict_on_a_grave_alert_is_a_cause(
    severity: Any, said: Any, sanctioned: Any
) -> None:
    """A23; one case freezes nobody."""
    found = aliexpress(severity)
    resolved = alert("a1", severity, platform="aliexpress", status="resolved", verdict=said)
    assert rung(case(alerts=[resolved], verdicts=[verdict("a1", said)])) == sanctioned
    assert rung(case(alerts=[found])) is None, "nobody has answered"


def test_elsewhere_a_verdict_is_none() -> None:
    found = alert("a1", "critical", status="resolved", verdict="abnormal")
    assert told(case(alerts=[found], verdicts=[verdict("a1", platform="taobao")])) is None


def test_two_shops_verdicts_freeze_for_thirty_days() -> None:
    alerts = [aliexpress(), aliexpress(name="a2", orders=(("s2", "o2"),))]
    found = case(alerts=alerts, verdicts=[verdict("a1"), verdict("a2", shop="s2", at=T0 + DAY)], now=T0 + DAY)
    record = told(found)
    assert (record.details["sanction"], record.ends_at) == ("freeze", T0 + 31 * DAY)


def test_verdicts_of_two_shops_of_one_owner_freeze_nobody() -> None:
    alerts = [aliexpress(), aliexpress(name="a2", orders=(("s2", "o2"),))]
    said = [verdict("a1"), verdict("a2", shop="s2", at=T0 + DAY)]
    found = case(alerts=alerts, verdicts=said, now=T0 + DAY, owners={"s1": ("p", "d"), "s2": ("d",)})
    assert rung(found) == "purchase_limit"


def test_an_opened_appeal_marks_and_an_upheld_one_takes_the_causes_out() -> None:
    two = many(2)
    opened = appeal(ID, "opened", T0 + 2 * DAY)
    assert "under_appeal" not in told(case(*two, now=T0 + 3 * DAY)).details
    assert told(case(*two, now=T0 + 3 * DAY, appeals=[opened])).details["under_appeal"] == "true"
    rejected = [opened, appeal(ID, "rejected", T0 + 4 * DAY)]
    assert told(case(*two, now=T0 + 5 * DAY, appeals=rejected)) == told(case(*two, now=T0 + 5 * DAY))
    upheld = [opened, appeal(ID, "upheld", T0 + 4 * DAY)]
    assert told(case(*two, now=T0 + 5 * DAY, appeals=upheld)) is None


@pytest.mark.parametrize(("at", "sanctioned"), [(T0 + 2 * DAY, None), (T0 + 2 * DAY + 1, "warn")])
def test_what_came_after_an_appeal_was_not_appealed_against(at: Any, sanctioned: Any) -> None:
    upheld = [appeal(ID, "opened", T0 + 2 * DAY), appeal(ID, "upheld", T0 + 9 * DAY)]
    found = [*many(2), of_shops("c9", at, 40)]
    assert rung(case(*found, now=T0 + 10 * DAY, appeals=upheld)) == sanctioned


def test_an_appeal_against_something_else_changes_nothing() -> None:
    upheld = [appeal("order_limit-1", "upheld", T0 + 2 * DAY)]
    assert rung(case(*many(2), now=T0 + 3 * DAY, appeals=upheld)) == "real_name_check"


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_causes_is_irrelevant_and_the_ladder_bounds_them(days: Any, random: Any) -> None:
    found = [
        evident(f"e{n}", f"o{n}", f"s{n % 3}", T0 + day * DAY)
        if is_evident
        else of_shops(f"c{n}", T0 + day * DAY, 50 + 3 * n)
        for n, (day, is_evident) in enumerate(days)
    ]
    now = T0 + 1000 * DAY
    record = told(case(*found, now=now))
    assert record == told(case(*random.sample(found, len(found)), now=now))
    if record is not None:
        assert record.details["sanction"] in TAOBAO
        assert set(record.because) <= {c.confirmation_id for c, _ in found}
