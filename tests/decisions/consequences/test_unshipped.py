"""Orders not yet shipped of a buyer something stands about: warned of, or held; from both sides of every condition."""

from typing import Any

import pytest

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import ConsequenceTimer
from cloudtag.decisions.consequences.unshipped import watch_unshipped
from cloudtag.detection.order_view import OrderView
from tests.decisions.consequences.cases import DAY, T0, alert, case, evident, limit, of_shops, order, verdict


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
