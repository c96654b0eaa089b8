"""Why an order is left out, and since when: near misses of each ground, and several together (B22, B24, A13)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.decisions.consequences.case import complaints_among
from cloudtag.decisions.consequences.exclusions import allow_actions, exclude_metrics, exclude_reviews
from cloudtag.decisions.reports import judge_reports
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import DAY, T0, alert, case, from_on, said_of, tag, verdict
from tests.decisions.consequences.scene import complained, ordered, refunded, reviewed

EXTORTED = tag("o1", scenario="extortion", at=T0 + DAY)
LEVEL = {"basis": "upheld_complaint", "metrics": "seller_service_level"}


def told(rule: Any, found: Any) -> Any:
    answers, timers = said_of(rule, found)
    assert timers == []
    return answers


def view(*facts: Any, order: Any = "o1", platform: Any = "taobao", at: Any = T0 - 9 * DAY) -> Any:
    return OrderView(order, [ordered("completed", at, order, platform=platform), *facts])


def upheld(kind: Any, *orders: Any, platform: Any = "aliexpress", now: Any = T0 + 99 * DAY, **fields: Any) -> Any:
    """The shop reported order `o1` at `T0` and was right a day later."""
    said = [complained(s, at, platform=platform, kind=kind) for s, at in (("opened", T0), ("upheld", T0 + DAY))]
    views = [view(platform=platform), *orders]
    found = case(orders=views, now=now, **fields)
    named = {order_id: [one for one in views if one.order_id == order_id] for _, order_id in found.orders}
    reports = judge_reports(complaints_among(said), named, found.policies, now)
    return case(orders=views, now=now, reports=reports.reports, **fields)


def disputed(*at: Any, order: Any = "o9", platform: Any = "aliexpress") -> Any:
    """An order with a refund opened at each of these times."""
    refunds = [refunded("opened", when, order, platform=platform, refund=f"r{when}") for when in at]
    return view(*refunds, order=order, platform=platform)


@pytest.mark.parametrize(
    ("at", "starts_at"),
    [
        ((T0 - DAY,), T0 + DAY),
        ((T0 + 2 * DAY,), T0 + 2 * DAY),
        ((T0 + 31 * DAY, T0 + 40 * DAY), T0 + 31 * DAY),
        ((T0 + 31 * DAY + 1,), None),
    ],
    ids=["before the decision", "after it", "first in time, then again", "too late"],
)
def test_another_dispute_is_out_from_its_opening_or_the_decision_on(at: Any, starts_at: Any) -> None:
    """A13."""
    found = told(exclude_metrics, upheld("malicious_refund", disputed(*at)))
    assert [(c.starts_at, since, c.details) for c, since in found if c.subject_id == "o9"] == (
        [] if starts_at is None else [(starts_at, T0, LEVEL)]
    )


def test_no_other_report_takes_other_disputes_along() -> None:
    found = told(exclude_metrics, upheld("malicious_order", disputed(T0)))
    assert [(c.subject_id, c.details["metrics"]) for c, _ in found] == [("o1", "deal_not_sold_rate")]


def test_a_dispute_beside_the_report_keeps_its_review_whatever_the_pack_removes() -> None:
    rules = replace(shipped().at("taobao", T0).consequences, review_scenarios=("malicious_refund",))
    disputes = [view(reviewed(T0), refunded("opened", T0, "o9", platform="taobao"), order="o9")]
    found = upheld(
        "malicious_refund", *disputes, platform="taobao", policies=from_on(T0 - DAY, consequences=rules)
    )  # fmt: skip
    assert told(exclude_reviews, found) == []
    assert [c.subject_id for c, _ in told(exclude_metrics, found)] == ["o1"]


@pytest.mark.parametrize(("at", "since_ms"), [(T0 + DAY, T0), (T0 - DAY, T0 - DAY)])
def test_a_verdict_rests_on_itself_and_on_what_the_alert_rests_on(at: Any, since_ms: Any) -> None:
    found = case(alerts=[alert(platform="aliexpress")], verdicts=[verdict("a1", at=at)])
    for rule in (exclude_metrics, allow_actions):
        ((record, since),) = told(rule, found)
        assert (record.starts_at, since, record.platform) == (at, since_ms, "aliexpress")


@pytest.mark.parametrize("shop", ["s1", None])
def test_of_an_order_whose_shop_nobody_knows_any_word_counts(shop: Any) -> None:
    named = replace(alert(platform="aliexpress"), orders=(), shop_id=None)
    ((record, _),) = told(exclude_metrics, case(alerts=[named], verdicts=[verdict("a1", shop=shop)]))
    assert (record.subject_id, record.shop_id) == ("o1", None)


def test_several_verdicts_on_an_order_are_one_and_the_first_begins_it() -> None:
    alerts = [alert(name, platform="aliexpress") for name in ("a1", "a2")]
    found = case(alerts=alerts, verdicts=[verdict("a1", at=T0 + 2 * DAY), verdict("a2", at=T0 + DAY)])
    for rule in (exclude_metrics, allow_actions):
        ((record, since),) = told(rule, found)
        assert (record.starts_at, since, record.because) == (T0 + DAY, T0, ("a1", "a2"))


def test_a_confirmed_tag_lets_nobody_close_the_order() -> None:
    found = case(tags=[tag("o1", platform="aliexpress")])
    assert told(allow_actions, found) == []
    assert len(told(exclude_metrics, found)) == 1


def test_the_earliest_of_two_grounds_gives_platform_policy_and_basis() -> None:
    """Taobao and Tmall are one network: one order, tagged on the one and then on the other."""
    pair = [tag("o1", at=T0, platform="tmall"), replace(tag("o1", at=T0 - DAY), tag_id="t2/o1")]
    ((record, since),) = told(exclude_metrics, case(tags=pair))
    assert (record.platform, record.starts_at, since) == ("taobao", T0 - DAY, T0 - DAY)
    assert record.policy_version == shipped().at("taobao", T0).version
    assert record.details == {"basis": "confirmed_tag", "metrics": "refund_speed"}


def test_a_review_goes_from_the_first_ground_and_the_first_review_on() -> None:
    later = replace(EXTORTED, tag_id="t2/o1", decided_at=T0 + 2 * DAY)
    reviews = [reviewed(T0, review="v1"), reviewed(T0 + 5 * DAY, review="v2")]
    ((record, since),) = told(exclude_reviews, case(tags=[later, EXTORTED], orders=[view(*reviews)]))
    assert (record.starts_at, since) == (T0 + DAY, T0)
    reviews = [reviewed(T0 + 3 * DAY, review="v1"), reviewed(T0 + 5 * DAY, review="v2")]
    ((record, since),) = told(exclude_reviews, case(tags=[later, EXTORTED], orders=[view(*reviews)]))
    assert (record.starts_at, since) == (T0 + 3 * DAY, T0 + DAY)


def test_the_basis_of_a_removed_review_is_that_of_the_first_ground() -> None:
    found = upheld("malicious_review", platform="taobao", tags=[EXTORTED])
    found.orders["s1", "o1"].add(reviewed(T0))
    ((record, _),) = told(exclude_reviews, found)
    assert (record.because, record.details["basis"]) == (("c1", EXTORTED.tag_id), "upheld_complaint")
    earlier = replace(EXTORTED, decided_at=T0)
    found = upheld("malicious_review", platform="taobao", tags=[earlier])
    found.orders["s1", "o1"].add(reviewed(T0))
    ((record, _),) = told(exclude_reviews, found)
    assert record.details["basis"] == "confirmed_tag"


@pytest.mark.parametrize(
    "found",
    [
        case(tags=[replace(EXTORTED, platform="aliexpress")], orders=[view(reviewed(T0))]),
        case(alerts=[alert(scenario="extortion")], verdicts=[verdict("a1")], orders=[view(reviewed(T0))]),
        case(tags=[EXTORTED]),
        case(tags=[EXTORTED], orders=[view()]),
        case(tags=[replace(EXTORTED, shop_id="s2")], orders=[view(reviewed(T0))]),
    ],
    ids=["on AliExpress", "a shop's word alone", "no order known", "no review", "a namesake"],
)
def test_no_review_goes(found: Any) -> None:
    """A3, A16; B24."""
    assert told(exclude_reviews, found) == []
