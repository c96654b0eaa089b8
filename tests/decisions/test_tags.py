"""The tag engine at its edges: windows, distinct shops, refusals, revocation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import BuyerContacted
from cloudtag.contract.records import TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.types import TaggedOrder
from cloudtag.decisions.tags import judge_tags
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.consequences import scene

DAY = 86_400_000
T0 = 1_772_409_600_000


def request(n, at=T0, shop=None, platform="jd", scenario="worn_return", order=None, **fields):
    return TagRequested(
        0, True, "b1", order or f"o{n}", f"sub{n}", f"e{n}", at, platform, shop or f"s{n}", "main", scenario, **fields
    )  # fmt: skip


def judged(requests, now=T0, contacts=(), policies=None):
    def of_order(order_id):
        return [c for c in contacts if c.order_id == order_id]

    result = judge_tags(requests, of_order, policies or shipped(), now)
    return {status.tag_id: status for _, status in result.statuses}, result


def test_two_shops_are_not_enough():
    statuses, result = judged([request(1), request(2)])
    assert {s.status for s in statuses.values()} == {"pending"}
    assert {s.shown_as for s in statuses.values()} == {"mark failed"}
    assert result.confirmations == []


def test_the_third_distinct_shop_confirms_all():
    statuses, result = judged([request(1), request(2, T0 + DAY), request(3, T0 + 2 * DAY)], T0 + 2 * DAY)
    assert {s.status for s in statuses.values()} == {"confirmed"}
    (confirmation,) = result.confirmations
    assert confirmation.shop_ids == ("s1", "s2", "s3")
    assert confirmation.confirmed_at == T0 + 2 * DAY
    assert confirmation.basis == "shops"


def test_one_shop_counts_once():
    _, result = judged([request(n, shop="s1" if n < 3 else "s2") for n in range(1, 5)])
    assert result.confirmations == []


@pytest.mark.parametrize(("late_ms", "is_confirmed"), [(0, True), (1, False)])
def test_the_window_is_exactly_180_days_long(late_ms, is_confirmed):
    at = T0 + 180 * DAY + late_ms
    statuses, result = judged([request(1), request(2, T0 + DAY), request(3, at)], at)
    assert bool(result.confirmations) is is_confirmed
    assert statuses["sub1/o1"].status == ("confirmed" if is_confirmed else "expired")


@pytest.mark.parametrize(("now", "status"), [(T0 + 180 * DAY, "pending"), (T0 + 180 * DAY + 1, "expired")])
def test_a_pending_tag_expires_after_its_window(now, status):
    statuses, _ = judged([request(1)], now)
    assert statuses["sub1/o1"].status == status


def test_a_wake_is_asked_for_the_moment_a_tag_expires():
    _, result = judged([request(1)])
    assert result.timer_ms == T0 + 180 * DAY + 1


def test_a_fourth_shop_joins_the_confirmation():
    statuses, result = judged([request(n, T0 + n) for n in range(1, 5)])
    assert len(result.confirmations) == 1
    assert len(result.confirmations[0].tag_ids) == 4
    assert statuses["sub4/o4"].status == "confirmed"


def test_long_after_a_confirmation_a_new_one_needs_three_shops_again():
    late = T0 + 400 * DAY
    _, result = judged([request(n, T0) for n in (1, 2, 3)] + [request(n, late) for n in (4, 5, 6)], late)
    assert [c.confirmation_id.rsplit("-", 1)[0] for c in result.confirmations] == ["jd-1", "jd-2"]


def test_networks_do_not_count_together_but_taobao_and_tmall_do():
    mixed = [request(1), request(2), request(3, platform="aliexpress")]
    assert judged(mixed)[1].confirmations == []
    sisters = [request(1, platform="taobao"), request(2, platform="tmall"), request(3, platform="taobao")]
    assert len(judged(sisters)[1].confirmations) == 1


def test_an_order_is_tagged_once():
    statuses, _ = judged([request(1, order="o1"), request(2, T0 + 1, order="o1")])
    assert statuses["sub1/o1"].status == "pending"
    assert (statuses["sub2/o1"].status, statuses["sub2/o1"].reason) == ("rejected", "duplicate_order")


def test_a_rejected_tag_does_not_use_the_order_up():
    statuses, _ = judged([request(1, order="o1", rejection="no_permission"), request(2, T0 + 1, order="o1")])
    assert statuses["sub2/o1"].status == "pending"


def test_contacts_come_first_where_the_scenario_asks_for_them():
    tag = request(1, platform="taobao", scenario="short_return")
    contacts = [BuyerContacted(f"c{n}", T0 - n, "taobao", "o1", "b1", "s1", "chat", False) for n in (1, 2)]
    assert judged([tag])[0]["sub1/o1"].reason == "contact_first"
    assert judged([tag], contacts=contacts[:1])[0]["sub1/o1"].reason == "contact_first"
    assert judged([tag], contacts=contacts)[0]["sub1/o1"].status == "pending"
    late = [BuyerContacted(f"c{n}", T0 + n, "taobao", "o1", "b1", "s1", "chat", False) for n in (1, 2)]
    assert judged([tag], contacts=late)[0]["sub1/o1"].reason == "contact_first"


@pytest.mark.parametrize(
    ("answered", "shop"), [(True, "s1"), (False, "s2")], ids=["an answered contact", "another shop's contact"]
)
def test_no_other_contact_counts(answered, shop):
    tag = request(1, platform="taobao", scenario="short_return")
    first = BuyerContacted("c1", T0 - 1, "taobao", "o1", "b1", "s1", "chat", False)
    other = BuyerContacted("c2", T0 - 2, "taobao", "o1", "b1", shop, "chat", answered)
    assert judged([tag], contacts=[first, other])[0]["sub1/o1"].reason == "contact_first"


def test_worn_goods_speak_for_themselves():
    assert judged([request(1, platform="taobao")])[0]["sub1/o1"].status == "pending"


def test_aliexpress_tags_an_order_once_and_later_once_per_scenario():
    then, now = 1_500_000_000_000, T0
    for at, status in ((then, "rejected"), (now, "pending")):
        tags = [
            request(1, at, order="o1", platform="aliexpress"),
            request(2, at + 1, order="o1", platform="aliexpress", scenario="short_return"),
            request(3, at + 2, order="o1", platform="aliexpress"),
        ]
        statuses, _ = judged(tags, at + 2)
        assert [statuses[f"sub{n}/o1"].status for n in (1, 2, 3)] == ["pending", status, "rejected"]


def test_a_voided_tag_does_not_use_the_order_up():
    statuses, _ = judged([request(1, order="o1", voided_by="abuse"), request(2, T0 + 1, order="o1")])
    assert [statuses[f"sub{n}/o1"].status for n in (1, 2)] == ["voided", "pending"]


def test_a_shorter_window_ends_even_behind_a_longer_one():
    """Taobao and Tmall count together, but one of them may forget sooner."""
    short = [replace(p, tags=replace(p.tags, window_days=30)) for p in shipped().versions() if p.platform == "tmall"]
    policies = Policies({"taobao": [shipped().at("taobao", T0)], "tmall": short, "default": short})
    tags = [
        request(1, T0, platform="taobao"),
        request(2, T0 + DAY, platform="tmall"),
        request(3, T0 + 60 * DAY, platform="taobao"),
    ]
    statuses, result = judged(tags, T0 + 60 * DAY, policies=policies)
    assert result.confirmations == []
    assert [statuses[f"sub{n}/o{n}"].status for n in (1, 2, 3)] == ["pending", "expired", "pending"]
    assert statuses["sub3/o3"].distinct_shops == 2


def test_a_submission_that_gives_an_order_two_buyers_makes_one_tag():
    """A tag's id names submission and order alone: two buyers' files must not both tell of it."""
    orders = (TaggedOrder("o1", "b1"), TaggedOrder("o1", "b2"), TaggedOrder("o2", "b2"))
    tags = scene.Told([*scene.exams(), replace(scene.tag("s1", "o1"), orders=orders)]).of(TagStatus)
    told = sorted((t.order_id, t.buyer_id, t.status) for t in tags)
    assert told == [("o1", "b1", "pending"), ("o2", "b2", "pending")]


shop_tags = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 400), st.booleans()), max_size=14)


def _requests(tags):
    return [
        request(n, T0 + days * DAY, shop=f"s{shop}", voided_by="abuse" if is_void else None)
        for n, (shop, days, is_void) in enumerate(tags)
    ]


@given(shop_tags, st.randoms(use_true_random=False))
def test_the_order_of_tags_is_irrelevant(tags, random):
    requests = _requests(tags)
    shuffled = random.sample(requests, len(requests))
    assert judged(requests, T0 + 500 * DAY)[0] == judged(shuffled, T0 + 500 * DAY)[0]


@given(shop_tags)
def test_losing_the_right_equals_never_having_tagged(tags):
    requests = _requests(tags)
    statuses, result = judged(requests, T0 + 500 * DAY)
    kept, without = judged([r for r in requests if r.voided_by is None], T0 + 500 * DAY)
    assert {k: v for k, v in statuses.items() if v.status != "voided"} == kept
    assert result.confirmations == without.confirmations


@given(shop_tags)
def test_a_confirmation_always_has_three_shops_within_the_window(tags):
    _, result = judged(_requests(tags), T0 + 500 * DAY)
    for confirmation in result.confirmations:
        assert len(confirmation.shop_ids) >= 3


@given(shop_tags)
def test_a_tag_is_confirmed_when_any_180_days_with_it_hold_three_shops(tags):
    """J8 word for word, without any of the engine's bookkeeping."""
    requests = _requests(tags)
    statuses, _ = judged(requests, T0 + 600 * DAY)
    standing = [r for r in requests if r.voided_by is None]
    for tag in standing:
        most = 0
        for end in (r.occurred_at for r in standing if 0 <= r.occurred_at - tag.occurred_at <= 180 * DAY):
            shops = {r.shop_id for r in standing if end - 180 * DAY <= r.occurred_at <= end}
            most = max(most, len(shops))
        status = statuses[f"{tag.submission_id}/{tag.order_id}"]
        assert status.status == ("confirmed" if most >= 3 else "expired")
        assert status.distinct_shops == most


@given(shop_tags)
def test_losing_the_right_does_not_matter_for_other_shops_orders_either(tags):
    """Even where several shops tag one order, of which only the first counts."""
    requests = [replace(r, order_id=f"o{n % 3}") for n, r in enumerate(_requests(tags))]
    statuses, result = judged(requests, T0 + 500 * DAY)
    voided = {r.submission_id for r in requests if r.voided_by is not None}
    kept, without = judged([r for r in requests if r.voided_by is None], T0 + 500 * DAY)
    assert {k: v for k, v in statuses.items() if k.split("/")[0] not in voided} == kept
    assert result.confirmations == without.confirmations
