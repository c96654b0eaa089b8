"""The tag engine at its edges: windows, distinct shops, refusals, revocation."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.records import Alert, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.types import TaggedOrder
from cloudtag.decisions.tags import TagsJudged, judge_tags
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.consequences import scene

DAY = 86_400_000
T0 = 1_772_409_600_000


class Besides(TypedDict, total=False):
    """Why a request is refused, or void, and by what its shop's owner is known."""

    rejection: str | None
    voided_by: str | None
    owner_marks: tuple[str, ...]


def request(
    n: int,
    at: int = T0,
    shop: str | None = None,
    platform: str = "jd",
    scenario: str = "worn_return",
    order: str | None = None,
    **fields: Unpack[Besides],
) -> TagRequested:
    return TagRequested(
        0, True, "b1", order or f"o{n}", f"sub{n}", f"e{n}", at, platform, shop or f"s{n}", "main", scenario, **fields
    )  # fmt: skip


def placed(order: str, shop: str, platform: str = "jd", at: int = T0 - DAY) -> OrderChanged:
    return OrderChanged(f"placed-{order}-{shop}-{platform}", at, platform, order, "b1", shop, "placed")


def owned(requests: Iterable[TagRequested]) -> dict[str, OrderView]:
    """Each tagged order is the first tagging shop's own."""
    orders: dict[str, OrderView] = {}
    for one in requests:
        orders.setdefault(one.order_id, OrderView(one.order_id, [placed(one.order_id, one.shop_id, one.platform)]))
    return orders


def judged(
    requests: Sequence[TagRequested],
    now: int = T0,
    orders: Mapping[str, OrderView] | None = None,
    policies: Policies | None = None,
    alerts: Iterable[Alert] = (),
) -> tuple[dict[str, TagStatus], TagsJudged]:
    held = owned(requests) if orders is None else orders

    def of_id(order_id: str) -> list[OrderView]:
        return [held[order_id]] if order_id in held else []

    result = judge_tags(requests, of_id, policies or shipped(), now, alerts)
    return {status.tag_id: status for _, status in result.statuses}, result


def test_two_shops_are_not_enough() -> None:
    statuses, result = judged([request(1), request(2)])
    assert {s.status for s in statuses.values()} == {"pending"}
    assert {s.shown_as for s in statuses.values()} == {"mark failed"}
    assert result.confirmations == []


def test_the_third_distinct_shop_confirms_all() -> None:
    statuses, result = judged([request(1), request(2, T0 + DAY), request(3, T0 + 2 * DAY)], T0 + 2 * DAY)
    assert {s.status for s in statuses.values()} == {"confirmed"}
    (confirmation,) = result.confirmations
    assert confirmation.shop_ids == ("s1", "s2", "s3")
    assert confirmation.confirmed_at == T0 + 2 * DAY
    assert confirmation.basis == "shops"


def test_one_shop_counts_once() -> None:
    _, result = judged([request(n, shop="s1" if n < 3 else "s2") for n in range(1, 5)])
    assert result.confirmations == []


@pytest.mark.parametrize(("late_ms", "is_confirmed"), [(0, True), (1, False)])
def test_the_window_is_exactly_180_days_long(late_ms: int, is_confirmed: bool) -> None:
    at = T0 + 180 * DAY + late_ms
    statuses, result = judged([request(1), request(2, T0 + DAY), request(3, at)], at)
    assert bool(result.confirmations) is is_confirmed
    assert statuses["sub1/o1"].status == ("confirmed" if is_confirmed else "expired")


@pytest.mark.parametrize(("now", "status"), [(T0 + 180 * DAY, "pending"), (T0 + 180 * DAY + 1, "expired")])
def test_a_pending_tag_expires_after_its_window(now: int, status: str) -> None:
    statuses, _ = judged([request(1)], now)
    assert statuses["sub1/o1"].status == status


def test_a_wake_is_asked_for_when_a_tag_falls_due_and_when_it_expires() -> None:
    assert judged([request(1)])[1].timer_ms == T0 + 2 * DAY
    assert judged([request(1)], T0 + 2 * DAY)[1].timer_ms == T0 + 180 * DAY + 1
    assert judged([request(1)], T0 + 180 * DAY + 1)[1].timer_ms == 0


@pytest.mark.parametrize(("now", "reason"), [(T0 + 2 * DAY - 1, None), (T0 + 2 * DAY, "no_evidence_yet")])
def test_a_tag_still_pending_is_told_anew_when_it_falls_due(now: int, reason: str | None) -> None:
    """J12: after 48 hours, so that no shop waits unanswered; it goes on counting."""
    statuses, _ = judged([request(1)], now)
    told = statuses["sub1/o1"]
    assert (told.status, told.reason, told.due_at, told.put_at) == ("pending", reason, T0 + 2 * DAY, T0)
    assert told.decided_at == (T0 if reason is None else T0 + 2 * DAY)
    _, later = judged([request(1), request(2, T0 + 3 * DAY), request(3, T0 + 3 * DAY)], T0 + 3 * DAY)
    assert len(later.confirmations) == 1


def test_a_fourth_shop_joins_the_confirmation() -> None:
    statuses, result = judged([request(n, T0 + n) for n in range(1, 5)])
    assert len(result.confirmations) == 1
    assert len(result.confirmations[0].tag_ids) == 4
    assert statuses["sub4/o4"].status == "confirmed"


def test_long_after_a_confirmation_a_new_one_needs_three_shops_again() -> None:
    late = T0 + 400 * DAY
    _, result = judged([request(n, T0) for n in (1, 2, 3)] + [request(n, late) for n in (4, 5, 6)], late)
    first, second = result.confirmations
    assert first.confirmation_id != second.confirmation_id
    _, alone = judged([request(n, late) for n in (4, 5, 6)], late)
    assert alone.confirmations == [second], "however long ago the first one was, and whether it is still known"


def test_networks_do_not_count_together_but_taobao_and_tmall_do() -> None:
    mixed = [request(1), request(2), request(3, platform="aliexpress")]
    assert judged(mixed)[1].confirmations == []
    sisters = [request(1, platform="taobao"), request(2, platform="tmall"), request(3, platform="taobao")]
    assert len(judged(sisters)[1].confirmations) == 1


def test_an_order_is_tagged_once() -> None:
    statuses, _ = judged([request(1, order="o1"), request(2, T0 + 1, shop="s1", order="o1")])
    assert statuses["sub1/o1"].status == "pending"
    assert (statuses["sub2/o1"].status, statuses["sub2/o1"].reason) == ("rejected", "duplicate_order")


def test_a_rejected_tag_does_not_use_the_order_up() -> None:
    statuses, _ = judged([request(1, order="o1", rejection="no_permission"), request(2, T0 + 1, shop="s1", order="o1")])
    assert statuses["sub2/o1"].status == "pending"


def test_aliexpress_tags_an_order_once_and_later_once_per_scenario() -> None:
    then, now = 1_500_000_000_000, T0
    for at, status in ((then, "rejected"), (now, "pending")):
        tags = [
            request(1, at, "s1", "aliexpress", "malicious_refund", "o1"),
            request(2, at + 1, "s1", "aliexpress", "malicious_review", "o1"),
            request(3, at + 2, "s1", "aliexpress", "malicious_refund", "o1"),
        ]
        statuses, _ = judged(tags, at + 2)
        assert [statuses[f"sub{n}/o1"].status for n in (1, 2, 3)] == ["pending", status, "rejected"]


def test_a_voided_tag_does_not_use_the_order_up() -> None:
    statuses, _ = judged([request(1, order="o1", voided_by="abuse"), request(2, T0 + 1, shop="s1", order="o1")])
    assert [statuses[f"sub{n}/o1"].status for n in (1, 2)] == ["voided", "pending"]


def test_a_shorter_window_ends_even_behind_a_longer_one() -> None:
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


def test_a_submission_that_gives_an_order_two_buyers_makes_one_tag() -> None:
    """A tag's id names submission and order alone: two buyers' files must not both tell of it."""
    orders = (TaggedOrder("o1", "b1"), TaggedOrder("o1", "b2"), TaggedOrder("o2", "b2"))
    tags = scene.Told([*scene.exams(), replace(scene.tag("s1", "o1"), orders=orders)]).of(TagStatus)
    told = sorted((t.order_id, t.buyer_id, t.status) for t in tags)
    assert told == [("o1", "b1", "pending"), ("o2", "b2", "pending")]


def test_the_older_policy_of_aliexpress_counts_two_working_days() -> None:
    """Tagged on Friday, 29 September 2017: the 30th is worked in place of a holiday, then nothing till the 9th."""
    at, due = 1_506_650_400_000, 1_507_564_800_000
    statuses, _ = judged([request(1, at, platform="aliexpress", scenario="malicious_refund")], at)
    assert statuses["sub1/o1"].due_at == due


def test_the_newer_one_counts_48_hours() -> None:
    at = 1_514_736_000_000
    statuses, _ = judged([request(1, at, platform="aliexpress", scenario="malicious_refund")], at)
    assert statuses["sub1/o1"].due_at == at + 2 * DAY


ShopTags = list[tuple[int, int, bool]]
"""A shop, on which day, and whether it lost the right."""
shop_tags = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 400), st.booleans()), max_size=14)


def _requests(tags: ShopTags) -> list[TagRequested]:
    return [
        request(n, T0 + days * DAY, shop=f"s{shop}", voided_by="abuse" if is_void else None)
        for n, (shop, days, is_void) in enumerate(tags)
    ]


@given(shop_tags, st.randoms(use_true_random=False))
def test_the_order_of_tags_is_irrelevant(tags: ShopTags, random: Random) -> None:
    requests = _requests(tags)
    shuffled = random.sample(requests, len(requests))
    assert judged(requests, T0 + 500 * DAY)[0] == judged(shuffled, T0 + 500 * DAY)[0]


@given(shop_tags)
def test_losing_the_right_equals_never_having_tagged(tags: ShopTags) -> None:
    requests = _requests(tags)
    statuses, result = judged(requests, T0 + 500 * DAY)
    kept, without = judged([r for r in requests if r.voided_by is None], T0 + 500 * DAY)
    assert {k: v for k, v in statuses.items() if v.status != "voided"} == kept
    assert result.confirmations == without.confirmations


@given(shop_tags)
def test_a_confirmation_always_has_three_shops_within_the_window(tags: ShopTags) -> None:
    _, result = judged(_requests(tags), T0 + 500 * DAY)
    for confirmation in result.confirmations:
        assert len(confirmation.shop_ids) >= 3


@given(shop_tags)
def test_a_tag_is_confirmed_when_any_180_days_with_it_hold_three_shops(tags: ShopTags) -> None:
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
def test_losing_the_right_does_not_matter_for_other_shops_orders_either(tags: ShopTags) -> None:
    """Even where a shop tags one order several times, of which only the first counts."""
    requests = [replace(r, order_id=f"{r.shop_id}-{n % 3}") for n, r in enumerate(_requests(tags))]
    statuses, result = judged(requests, T0 + 500 * DAY)
    voided = {r.submission_id for r in requests if r.voided_by is not None}
    kept, without = judged([r for r in requests if r.voided_by is None], T0 + 500 * DAY)
    assert {k: v for k, v in statuses.items() if k.split("/")[0] not in voided} == kept
    assert result.confirmations == without.confirmations
