"""Why a tag is refused: the order of the reasons, whose order it is, repeats, and contacts that came to nothing."""

from typing import Any

import pytest

from cloudtag.contract.events import BuyerContacted, RefundChanged, TagSubmitted
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.types import TaggedOrder
from cloudtag.decisions.tag_reasons import shop_refusal
from cloudtag.decisions.tags import judge_tags, refused_whole
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from tests.decisions.test_tags import T0, placed, request

HOUR = 3_600_000
DAY = 24 * HOUR
MINUTE = 60_000
TAOBAO = shipped().at("taobao", T0)


def view(*facts: Any) -> Any:
    return OrderView("o1", facts)


def fate(tag: Any, *orders: Any, before: Any = ()) -> Any:
    result = judge_tags([*before, tag], lambda _: orders, shipped(), T0)
    (told,) = [status for asked, status in result.statuses if asked is tag]
    return told.status, told.reason


def tagged(
    shop: Any = "s1", platform: Any = "taobao", scenario: Any = "worn_return", n: Any = 1, at: Any = T0, **fields: Any
) -> Any:
    return request(n, at, shop, platform, scenario, "o1", **fields)


def submission(orders: Any = 1, scenarios: Any = ("worn_return",), platform: Any = "taobao") -> Any:
    named = tuple(TaggedOrder(f"o{n}", "b1") for n in range(orders))
    return TagSubmitted("e1", T0, platform, "sub1", "s1", "main", scenarios, named)


@pytest.mark.parametrize(
    ("put", "is_permitted", "reason"),
    [
        (submission(0, ()), False, "no_permission"),
        (submission(0, ()), True, "no_orders"),
        (submission(21, ("worn_return", "short_return")), True, "too_many_orders"),
        (submission(20, ("worn_return", "short_return")), True, "one_scenario_only"),
        (submission(1, ()), True, "one_scenario_only"),
        (submission(20, ("rudeness",)), True, "unknown_scenario"),
        (submission(20), True, None),
    ],
)
def test_a_submission_is_refused_for_the_first_reason(put: Any, is_permitted: Any, reason: Any) -> None:
    assert shop_refusal(put, TAOBAO.tags, is_permitted=is_permitted) == reason


def test_a_submission_without_orders_gets_one_status_of_its_own() -> None:
    told = refused_whole(submission(0), TAOBAO, "no_orders")
    assert (told.tag_id, told.buyer_id, told.order_id, told.status, told.reason) == (
        "sub1/", "", "", "rejected", "no_orders",
    )  # fmt: skip
    assert (told.due_at, told.put_at, told.distinct_shops) == (None, T0, 0)


@pytest.mark.parametrize(
    ("scenarios", "told"),
    [((), None), (("worn_return",), "worn_return"), (("worn_return", "short_return"), None)],
    ids=["none", "one", "two"],
)
def test_a_status_names_the_only_scenario_that_was_chosen(scenarios: Any, told: Any) -> None:
    """J4: of several nobody knows which was meant."""
    assert refused_whole(submission(0, scenarios), TAOBAO, "no_orders").scenario == told


def test_an_order_nobody_knows() -> None:
    assert fate(tagged()) == ("rejected", "unknown_order")


def test_what_a_shop_alone_says_of_an_order_makes_it_none() -> None:
    contact = BuyerContacted("c1", T0 - 9 * HOUR, "taobao", "o1", "b1", "s1", "chat", False)
    assert fate(tagged(), view(contact)) == ("rejected", "unknown_order")


def test_a_refund_of_the_buyer_shows_that_there_is_an_order() -> None:
    refund = RefundChanged("r1", T0 - DAY, "taobao", "r1", "o1", "b1", "s1", "opened")
    assert fate(tagged(), view(refund)) == ("pending", None)


@pytest.mark.parametrize(
    ("shop", "platform", "fated"),
    [
        ("s1", "taobao", ("pending", None)),
        ("s1", "tmall", ("pending", None)),
        ("s2", "taobao", ("rejected", "not_your_order")),
        ("s2", "tmall", ("rejected", "not_your_order")),
        ("s1", "jd", ("rejected", "unknown_order")),
    ],
    ids=["its own", "its own on the sister", "another's", "another's on the sister", "on another network"],
)
def test_whose_order_it_is(shop: Any, platform: Any, fated: Any) -> None:
    assert fate(tagged(), view(placed("o1", shop, platform))) == fated


def test_a_namesake_at_another_shop_changes_nothing() -> None:
    assert fate(tagged(), view(placed("o1", "s2", "taobao")), view(placed("o1", "s1", "taobao"))) == ("pending", None)


def test_an_order_that_moved_to_another_shop_is_that_shops() -> None:
    corrected = placed("o1", "s2", "taobao", T0 - HOUR)
    assert fate(tagged(), view(placed("o1", "s1", "taobao"), corrected)) == ("rejected", "not_your_order")
    assert fate(tagged("s2"), view(placed("o1", "s1", "taobao"), corrected)) == ("pending", None)


def test_a_strangers_tag_never_makes_the_owners_a_duplicate() -> None:
    own = view(placed("o1", "s1", "taobao"))
    assert fate(tagged(), own, before=[tagged("s2", n=2, at=T0 - 1)]) == ("pending", None)
    assert fate(tagged(), own, before=[tagged("s1", n=2, at=T0 - 1)]) == ("rejected", "duplicate_order")


def test_whose_order_it_is_comes_before_repeats_and_these_before_contacts() -> None:
    own = view(placed("o1", "s1", "taobao"))
    first = tagged(n=2, at=T0 - 1)
    assert fate(tagged("s2", scenario="short_return"), own, before=[first]) == ("rejected", "not_your_order")
    assert fate(tagged(scenario="short_return"), own, before=[first]) == ("rejected", "duplicate_order")
    assert fate(tagged(scenario="short_return"), own) == ("rejected", "contact_first")


def test_a_tag_refused_for_want_of_contacts_uses_up_nothing() -> None:
    own = view(placed("o1", "s1", "taobao"))
    assert fate(tagged(), own, before=[tagged(n=2, at=T0 - 1, scenario="short_return")]) == ("pending", None)


def contact(at: Any, answered: Any = False, shop: Any = "s1") -> Any:
    return BuyerContacted(f"c-{at}-{shop}-{answered}", at, "taobao", "o1", "b1", shop, "chat", answered)


def refund(status: Any, at: Any) -> Any:
    return RefundChanged(f"r-{status}-{at}", at, "taobao", "r1", "o1", "b1", "s1", status)


@pytest.mark.parametrize(
    ("facts", "is_enough"),
    [
        ([], False),
        ([contact(T0 - 2 * HOUR)], False),
        ([contact(T0 - 2 * HOUR), contact(T0 - HOUR)], True),
        ([contact(T0 - 2 * HOUR), contact(T0 - HOUR - 1)], False),
        ([contact(T0 - 2 * HOUR), contact(T0 - 90 * MINUTE), contact(T0 - HOUR)], True),
        ([contact(T0 - 2 * HOUR), contact(T0 - HOUR, shop="s2")], False),
        ([contact(T0 - 2 * HOUR), contact(T0 + 10 * MINUTE)], True),
        ([contact(T0 - 2 * HOUR), contact(T0 + 10 * MINUTE + 1)], False),
        ([contact(T0 - 2 * HOUR), contact(T0 - HOUR, answered=True)], False),
        ([contact(T0 - 2 * DAY), contact(T0 - DAY + 10 * MINUTE, answered=True)], True),
        ([contact(T0 - 2 * DAY), contact(T0 - DAY + 10 * MINUTE + 1, answered=True)], False),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 - DAY)], False),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 - 3 * DAY)], True),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("refused", T0 - DAY)], True),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 - 2 * DAY)], True),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 - 2 * DAY + 1)], False),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 + 10 * MINUTE)], False),
        ([contact(T0 - 3 * DAY), contact(T0 - 2 * DAY, answered=True), refund("modified", T0 + 10 * MINUTE + 1)], True),
    ],
)
@pytest.mark.parametrize("platform", ["taobao", "tmall"])
def test_two_contacts_an_hour_apart_have_come_to_nothing(facts: Any, is_enough: Any, platform: Any) -> None:
    """T8, each condition from both sides."""
    own = view(placed("o1", "s1", "taobao", T0 - 9 * DAY), *facts)
    expected = ("pending", None) if is_enough else ("rejected", "contact_first")
    assert fate(tagged(platform=platform, scenario="short_return"), own) == expected


@pytest.mark.parametrize("scenario", sorted(TAOBAO.tags.scenarios))
def test_only_the_listed_scenarios_ask_for_contacts(scenario: Any) -> None:
    own = view(placed("o1", "s1", "taobao"))
    listed = {
        "short_return", "switched_goods", "false_return_info", "freight_insurance", "received_refund_only",
        "reused_evidence",
    }  # fmt: skip
    asked = fate(tagged(scenario=scenario), own) == ("rejected", "contact_first")
    assert asked is (scenario in listed)


@pytest.mark.parametrize(("platform", "scenario"), [("jd", "short_return"), ("aliexpress", "malicious_refund")])
def test_other_platforms_ask_for_none(platform: Any, scenario: Any) -> None:
    own = view(placed("o1", "s1", platform))
    assert fate(tagged(platform=platform, scenario=scenario), own) == ("pending", None)


def test_what_the_shops_own_file_refused_stays_refused() -> None:
    tag: TagRequested = tagged(rejection="no_permission")
    assert fate(tag) == ("rejected", "no_permission")
