"""Orders not yet shipped of a buyer something stands about: warned of, or held; from both sides of every condition."""

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import ConsequenceTimer
from cloudtag.decisions.consequences.unshipped import watch_unshipped
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import (
    DAY,
    T0,
    alert,
    case,
    evident,
    from_on,
    limit,
    of_shops,
    order,
    said_of,
    verdict,
)


def told(found: Any) -> Any:
    """Kind, order, status, beginning and end of each."""
    records = [answer.record for answer in watch_unshipped(found) if not isinstance(answer, ConsequenceTimer)]
    return [(r.kind, r.subject_id, r.status, r.starts_at, r.ends_at) for r in records]


def warned(*confirmations: Any, **fields: Any) -> Any:
    return told(case(*confirmations, orders=[order(placed=T0 + DAY)], **fields))


LATER = T0 + 2 * DAY


def test_a_new_order_of_a_confirmed_buyer_is_warned_of_at_any_shop() -> None:
    assert warned(of_shops("c1"), now=LATER) == [("order_warning", "n1", "active", T0 + DAY, None)]


def test_an_order_placed_before_is_warned_of_from_the_confirmation_on() -> None:
    found = case(of_shops("c1"), orders=[order(placed=T0 - 9 * DAY)], now=LATER)
    assert told(found) == [("order_warning", "n1", "active", T0, None)]


def test_of_a_buyer_nothing_stands_about_nothing_is_told() -> None:
    assert warned(now=LATER) == []


def test_another_network_is_not_warned() -> None:
    assert warned(of_shops("c1", platform="jd"), now=LATER) == []
    sister = case(of_shops("c1"), orders=[order(platform="tmall", placed=T0)], now=LATER)
    assert len(told(sister)) == 1


def test_on_jd_orders_are_warned_of_though_nothing_befalls_the_account() -> None:
    found = case(of_shops("c1", platform="jd"), orders=[order(platform="jd", placed=T0)], now=LATER)
    assert [kind for kind, *_ in told(found)] == ["order_warning"]


@pytest.mark.parametrize("status", ["shipped", "completed", "closed_unpaid", "cancelled"])
def test_it_ends_when_the_order_is_shipped_or_closed(status: Any) -> None:
    orders = [order(placed=T0, **{status: T0 + DAY})]
    assert told(case(of_shops("c1"), orders=orders, now=LATER)) == [("order_warning", "n1", "ended", T0, T0 + DAY)]


@pytest.mark.parametrize("status", ["paid", "partly_shipped"])
def test_while_something_may_still_be_kept_back_it_goes_on(status: Any) -> None:
    orders = [order(placed=T0, **{status: T0 + DAY})]
    assert told(case(of_shops("c1"), orders=orders, now=LATER)) == [("order_warning", "n1", "active", T0, None)]


@pytest.mark.parametrize(("shipped_at", "count"), [(T0 - 1, 0), (T0, 0), (T0 + 1, 1)])
def test_what_had_been_shipped_before_is_not_warned_of(shipped_at: Any, count: Any) -> None:
    orders = [order(placed=T0 - DAY, shipped=shipped_at)]
    assert len(told(case(of_shops("c1"), orders=orders, now=LATER))) == count


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (alert(severity="critical"), 1),
        (alert(severity="high"), 0),
        (alert(severity="critical", status="resolved", verdict="abnormal"), 1),
        (alert(severity="critical", status="resolved", verdict="normal"), 0),
        (alert(severity="critical", status="resolved", verdict="ignore"), 0),
        (alert(severity="critical", status="upgraded"), 1),
        (alert(severity="critical", platform="tmall"), 1),
        (alert(severity="critical", platform="jd"), 0),
    ],
)
def test_a_critical_alert_that_stands_is_a_ground(found: Any, count: Any) -> None:
    assert len(warned(alerts=[found], now=LATER)) == count


@pytest.mark.parametrize(
    ("limits", "placed_at", "expected"),
    [
        ([limit("set", T0)], T0, [("order_hold", "n1", "active", T0, None)]),
        ([limit("set", T0)], T0 - 1, []),
        ([limit("set", T0, platform="tmall")], T0, [("order_hold", "n1", "active", T0, None)]),
        ([limit("set", T0, shop="s8")], T0, []),
        ([limit("set", T0, platform="jd")], T0, []),
        ([limit("lifted", T0)], T0, []),
        ([limit("set", T0), limit("lifted", T0 + DAY)], T0, [("order_hold", "n1", "ended", T0, T0 + DAY)]),
        ([limit("set", T0), limit("lifted", T0 + DAY)], T0 + DAY, []),
        (
            [limit("set", T0), limit("lifted", T0 + DAY)],
            T0 + DAY - 1,
            [("order_hold", "n1", "ended", T0 + DAY - 1, T0 + DAY)],
        ),
        ([limit("set", T0), limit("set", T0 + 1)], T0, [("order_hold", "n1", "active", T0, None)]),
        ([limit("set", T0), limit("set", T0 + 1), limit("lifted", T0 + 2)], T0 + 2, []),
        (
            [limit("set", T0), limit("lifted", T0 + 1), limit("set", T0 + 2)],
            T0 + 2,
            [("order_hold", "n1", "active", T0 + 2, None)],
        ),
        ([limit("set", T0), limit("lifted", T0 + 1, shop="s8")], T0, [("order_hold", "n1", "active", T0, None)]),
        ([limit("unknown", T0)], T0, []),
        ([limit("set", T0), limit("unknown", T0 + 1)], T0, [("order_hold", "n1", "active", T0, None)]),
    ],
)
def test_a_shops_own_limit_holds_the_orders_placed_from_then_on(limits: Any, placed_at: Any, expected: Any) -> None:
    """J11."""
    assert told(case(orders=[order(placed=placed_at)], limits=limits, now=LATER)) == expected


def test_a_purchase_limit_holds_every_order_until_it_is_over() -> None:
    found = alert("a1", "critical", platform="aliexpress", status="resolved", verdict="abnormal")
    orders = [order(platform="aliexpress", placed=T0 - DAY)]
    limited = case(alerts=[found], verdicts=[verdict("a1")], orders=orders, now=LATER)
    holds = [one for one in told(limited) if one[0] == "order_hold"]
    assert holds == [("order_hold", "n1", "active", T0, T0 + 30 * DAY)]
    over = case(alerts=[found], verdicts=[verdict("a1")], orders=orders, now=T0 + 30 * DAY)
    assert [one[2] for one in told(over) if one[0] == "order_hold"] == ["ended"]


@pytest.mark.parametrize(("before_ms", "kinds"), [(0, []), (1, ["order_warning", "order_hold"])])
def test_a_sanction_that_was_over_when_the_order_was_placed_is_no_ground(before_ms: Any, kinds: Any) -> None:
    """A verdict on a high alert is a cause there, and no ground by itself."""
    found = alert("a1", "high", platform="aliexpress", status="resolved", verdict="abnormal")
    ends_at = T0 + 30 * DAY
    late = order(platform="aliexpress", placed=ends_at - before_ms)
    told_of = told(case(alerts=[found], verdicts=[verdict("a1")], orders=[late], now=ends_at - 1 + DAY))
    assert [(kind, status) for kind, _, status, *_ in told_of] == [(kind, "ended") for kind in kinds]


def test_it_is_told_from_when_the_alert_became_critical() -> None:
    risen = alert(severity="critical", status="upgraded", facts={"critical_since": rfc3339(T0 + 2 * DAY)})
    assert warned(alerts=[risen], now=T0 + 3 * DAY) == [("order_warning", "n1", "active", T0 + 2 * DAY, None)]


def test_an_order_of_which_only_refunds_are_known_is_not_to_be_shipped() -> None:
    asked = RefundChanged("r", T0 + 1, "taobao", "r1", "n1", "b1", "s9", "opened")
    assert told(case(of_shops("c1"), orders=[OrderView("n1", [asked])], now=LATER)) == []


@pytest.mark.parametrize("status", ["shipped", "completed", "closed_unpaid", "cancelled"])
def test_a_hold_ends_with_the_order_as_well(status: Any) -> None:
    held = case(orders=[order(placed=T0, **{status: T0 + DAY})], limits=[limit("set", T0)], now=LATER)
    assert told(held) == [("order_hold", "n1", "ended", T0, T0 + DAY)]


def test_each_order_has_one_of_each_kind_whatever_the_grounds() -> None:
    found = case(
        of_shops("c1"), evident("e1"), alerts=[alert(severity="critical")], orders=[order(placed=T0)],
        limits=[limit("set", T0)], now=LATER,
    )  # fmt: skip
    assert [kind for kind, *_ in told(found)] == ["order_warning", "order_hold"]


def only(kind: Any, found: Any) -> Any:
    ((record, since_ms),) = [one for one in said_of(watch_unshipped, found)[0] if one[0].kind == kind]
    return record, since_ms


def test_what_a_warning_says_and_rests_on() -> None:
    grounds = [of_shops("c1", T0 + DAY), evident("e1", at=T0)]
    critical = replace(alert(severity="critical", at=T0 + 2 * DAY), first_event_at=T0 - 3 * DAY)
    found = case(*grounds, alerts=[critical], orders=[order(placed=T0 - DAY)], now=T0 + 3 * DAY)
    record, since_ms = only("order_warning", found)
    assert (record.starts_at, since_ms) == (T0, T0 - 3 * DAY)
    assert record.because == ("a1", "c1", "e1")
    assert record.details == {"basis": "confirmation, critical_alert, sanction"}
    assert (record.shop_id, record.platform, record.ends_at) == ("s9", "taobao", None)
    assert record.policy_version == shipped().at("taobao", T0).version
    assert said_of(watch_unshipped, found)[1] == []


def test_it_rests_on_the_order_where_nothing_is_older() -> None:
    assert only("order_warning", case(of_shops("c1"), orders=[order(placed=T0 - DAY)]))[1] == T0 - DAY
    assert only("order_warning", case(of_shops("c1"), orders=[order(placed=T0 + DAY)], now=T0 + DAY))[1] == T0


def test_the_policy_is_the_one_in_force_when_it_begins() -> None:
    policies = from_on(T0 + DAY, sanctions=shipped().at("taobao", T0).sanctions)
    for placed_at in (T0 + DAY - 1, T0 + DAY):
        found = case(of_shops("c1"), orders=[order(placed=placed_at)], now=LATER, policies=policies)
        assert only("order_warning", found)[0].policy_version == policies.at("taobao", placed_at).version


def test_one_critical_alert_among_others_is_enough() -> None:
    assert len(warned(alerts=[alert(), alert("a2", "critical")], now=LATER)) == 1


@pytest.mark.parametrize("first", ["shipped", "completed", "cancelled"])
def test_an_order_first_heard_of_when_it_was_over_is_never_warned_of(first: Any) -> None:
    assert told(case(of_shops("c1"), orders=[order(**{first: T0 + DAY})], now=LATER)) == []


def test_the_first_of_what_ends_it_ends_it() -> None:
    orders = [order(placed=T0, shipped=T0 + DAY, completed=T0 + 2 * DAY)]
    assert told(case(of_shops("c1"), orders=orders, now=LATER)) == [("order_warning", "n1", "ended", T0, T0 + DAY)]


def limited(*days: Any, now: Any = LATER, placed: Any = T0 - DAY, shipped_at: Any = None, **fields: Any) -> Any:
    """On AliExpress, of alerts about one order that the shop called abnormal on these days: a step each."""
    named = [alert(f"a{n}", platform="aliexpress", at=T0 - 9 * DAY) for n, _ in enumerate(days)]
    said = [verdict(f"a{n}", at=T0 + day * DAY) for n, day in enumerate(days)]
    times = {"placed": placed} | ({} if shipped_at is None else {"shipped": shipped_at})
    return case(alerts=named, verdicts=said, orders=[order(platform="aliexpress", **times)], now=now, **fields)


def test_a_hold_lasts_as_long_as_the_last_step_of_a_purchase_limit() -> None:
    record, since_ms = only("order_hold", limited(0, 5))
    assert (record.starts_at, record.ends_at, record.because) == (T0, T0 + 35 * DAY, ("a0", "a1"))
    assert (since_ms, record.details) == (T0 - 9 * DAY, {"basis": "purchase_limit"})
    assert said_of(watch_unshipped, limited(0, 5))[1] == [T0 + 35 * DAY] * 2
    assert only("order_hold", limited(0, 5, shipped_at=T0 + 3 * DAY))[0].because == ("a0",)
    assert only("order_hold", limited(0, 5, shipped_at=T0 + 3 * DAY))[0].ends_at == T0 + 3 * DAY


@pytest.mark.parametrize(
    ("before_ms", "because"), [(1, ("a0", "a1")), (0, ("a1",))], ids=["while the first step lasts", "no more"]
)
def test_a_step_is_a_ground_until_the_next_one_takes_its_place(before_ms: Any, because: Any) -> None:
    placed_at = T0 + 5 * DAY - before_ms
    assert only("order_hold", limited(0, 5, placed=placed_at, now=T0 + 6 * DAY))[0].because == because


def test_a_step_rests_on_what_was_known_then() -> None:
    whole, early = limited(5, 0, placed=T0 - 99 * DAY), limited(5, 0, placed=T0 - 99 * DAY, shipped_at=T0 + 3 * DAY)
    for found in (whole, early):
        found.alerts[0] = alert("a0", platform="aliexpress", at=T0 - 200 * DAY)
    assert only("order_hold", whole)[1] == T0 - 200 * DAY
    assert only("order_hold", early)[1] == T0 - 99 * DAY, "shipped before that alert was answered"


def test_a_hold_by_two_grounds_lasts_as_long_as_the_longer() -> None:
    limits = [limit("set", T0 - 2 * DAY, platform="aliexpress")]
    record, since_ms = only("order_hold", limited(0, limits=limits, placed=T0 - DAY))
    assert (record.starts_at, record.ends_at, since_ms) == (T0 - DAY, None, T0 - 9 * DAY)
    assert record.details == {"basis": "purchase_limit, shop_limit"}
    lifted = [*limits, limit("lifted", T0 + DAY, platform="aliexpress")]
    assert only("order_hold", limited(0, limits=lifted, placed=T0 - DAY))[0].ends_at == T0 + 30 * DAY


def test_a_buyer_whose_account_is_closed_for_good_is_warned_of_for_good() -> None:
    """The last rung has no end."""
    often = [of_shops(f"c{n}", T0 - n * DAY, 1 + 3 * n) for n in range(3)]
    found = case(*often, evident("e1", "o40", "s40"), orders=[order(placed=T0)], now=T0 + 999 * DAY)
    record, since_ms = only("order_warning", found)
    assert (record.details["basis"], record.status, record.ends_at) == ("confirmation, sanction", "active", None)
    assert since_ms == T0 - 2 * DAY


def test_a_limit_elsewhere_holds_nothing() -> None:
    """Two networks, two accounts."""
    found = limited(0)
    found.orders["s9", "n2"] = order("n2", platform="taobao", placed=T0)
    found = changed(found, limits=[limit("set", T0, shop="s8"), limit("set", T0, platform="jd")])
    assert {record.subject_id for record, _ in said_of(watch_unshipped, found)[0]} == {"n1"}
