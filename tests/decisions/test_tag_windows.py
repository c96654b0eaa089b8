"""Confirmations: independent shops, what joins which, ids that never repeat, and platform evidence (J8, T9, F18)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.policy.load import shipped
from tests.decisions.test_tags import DAY, T0, judged, request


def alert(
    scenario: Any = "short_return",
    severity: Any = "high",
    at: Any = T0,
    orders: Any = (("s1", "o1"),),
    detector: Any = None,
    **fields: Any,
) -> Any:
    return Alert(
        alert_id=f"a-{scenario}-{severity}-{at}",
        revision=0,
        detector=detector or scenario,
        scenario=scenario,
        family="refund",
        severity=severity,
        buyer_id="b1",
        order_ids=tuple(order for _, order in orders),
        orders=tuple(ShopOrder(*order) for order in orders),
        first_event_at=at,
        decided_at=at,
        explanation="",
        explanation_zh="",
        policy_version="",
        **{"status": "open", "platform": "jd", **fields},
    )


def three(at: Any = T0, marks: Any = ((), (), ()), first: Any = 1, **fields: Any) -> Any:
    return [request(first + n, at + n, owner_marks=marks[n], **fields) for n in range(3)]


@pytest.mark.parametrize(
    ("marks", "is_confirmed"),
    [
        (((), (), ()), True),
        ((("a",), ("b",), ("c",)), True),
        ((("a",), ("a",), ()), False),
        ((("a",), ("a", "b"), ("b",)), False),
    ],
    ids=["nothing known", "three owners", "two of one owner", "all of one owner"],
)
def test_shops_of_one_owner_count_as_one(marks: Any, is_confirmed: Any) -> None:
    statuses, result = judged(three(marks=marks))
    assert bool(result.confirmations) is is_confirmed
    if not is_confirmed:
        assert {s.status for s in statuses.values()} == {"pending"}


def test_an_owner_who_turns_up_between_two_shops_takes_back_no_earlier_confirmation() -> None:
    tags = [*three(marks=(("a",), ("b",), ("c",))), request(4, T0 + 200 * DAY, owner_marks=("a", "b", "c"))]
    _, result = judged(tags, T0 + 200 * DAY)
    assert len(result.confirmations) == 1


def test_a_confirmation_says_when_it_reached_another_threshold() -> None:
    tags = [request(n, T0 + n * DAY) for n in range(1, 8)]
    (found,) = judged(tags, T0 + 9 * DAY)[1].confirmations
    assert (found.independent_shops, found.reached_ms) == (7, (T0 + 3 * DAY, T0 + 6 * DAY))
    assert found.confirmed_at == T0 + 3 * DAY
    (small,) = judged(tags[:5], T0 + 9 * DAY)[1].confirmations
    assert (small.independent_shops, small.reached_ms) == (5, (T0 + 3 * DAY,))


def test_a_confirmation_is_known_by_the_first_of_its_tags_alone() -> None:
    tags = [request(n, T0 + n * DAY) for n in range(1, 6)]
    (of_five,) = judged(tags, T0 + 9 * DAY)[1].confirmations
    (of_three,) = judged(tags[:3], T0 + 9 * DAY)[1].confirmations
    (of_others,) = judged(tags[1:], T0 + 9 * DAY)[1].confirmations
    assert of_five.confirmation_id == of_three.confirmation_id != of_others.confirmation_id


def test_whoever_makes_the_threshold_full_names_no_confirmation() -> None:
    """The first tag does: had another shop been the third, it would be the same confirmation."""
    tags = [request(n, T0 + n * DAY) for n in (1, 2, 3, 4)]
    one, other = (judged(some, T0 + 9 * DAY)[1].confirmations[0] for some in (tags[:3], [*tags[:2], tags[3]]))
    assert one.confirmation_id == other.confirmation_id


def test_a_scenario_is_the_commonest_and_of_equals_the_first_by_name() -> None:
    names = ("worn_return", "short_return", "worn_return")
    tags = [replace(r, scenario=name) for r, name in zip(three(), names, strict=True)]
    assert judged(tags)[1].confirmations[0].scenario == "worn_return"
    tags[2] = replace(tags[2], scenario="switched_goods")
    assert judged(tags)[1].confirmations[0].scenario == "short_return"


def test_a_tag_with_too_few_shops_around_it_waits_and_is_taken_along() -> None:
    """The window of the sixth tag holds three shops again, one of them confirmed: it joins, and so does the fifth."""
    days = (0, 1, 2, 180, 182, 183)
    tags = [request(n, T0 + day * DAY) for n, day in enumerate(days, start=1)]
    waiting, _ = judged(tags[:5], T0 + 182 * DAY)
    assert waiting["sub5/o5"].status == "confirmed", "days 2, 180 and 182"
    tags[4] = replace(tags[4], occurred_at=T0 + 183 * DAY - 1)
    waiting, _ = judged(tags[:5], T0 + 183 * DAY - 1)
    assert waiting["sub5/o5"].status == "pending", "days 180 and 183 only"
    statuses, result = judged(tags, T0 + 183 * DAY)
    assert [s.status for s in statuses.values()] == ["confirmed"] * 6
    assert len(result.confirmations) == 1


@pytest.mark.parametrize("scenario", ["shipping_exemption"])
def test_tags_that_accuse_nobody_confirm_nobody(scenario: Any) -> None:
    tags = three(platform="taobao", scenario=scenario)
    statuses, result = judged(tags, alerts=[alert(scenario, platform="taobao")])
    assert result.confirmations == []
    assert {(s.status, s.distinct_shops) for s in statuses.values()} == {("pending", 0)}
    mixed = [*tags[:1], *three(first=4, platform="taobao")[:2]]
    assert judged(mixed)[1].confirmations == [], "nor do they help others to the threshold"


TAG = request(1, T0 + DAY, "s1", scenario="short_return")


@pytest.mark.parametrize(
    ("found", "is_confirmed"),
    [
        (alert(), True),
        (alert(severity="critical"), True),
        (alert(severity="medium"), False),
        (alert(scenario="switched_goods"), False),
        (alert(orders=(("s1", "o2"),)), False),
        (alert(orders=(("s2", "o1"),)), False),
        (alert(platform="taobao"), False),
        (alert(status="upgraded"), True),
        (alert(status="resolved", verdict="abnormal"), True),
        (alert(status="resolved", facts={"verdict": "abnormal"}), True),
        (alert(status="resolved", verdict="normal"), False),
        (alert(status="resolved", verdict="ignore"), False),
        (alert(status="withdrawn", verdict="abnormal"), False),
        (alert(at=T0 + 181 * DAY), True),
        (alert(at=T0 + 181 * DAY + 1), False),
    ],
)
def test_what_bears_a_tag_out_by_itself(found: Any, is_confirmed: Any) -> None:
    """T9, each condition from both sides."""
    statuses, result = judged([TAG], T0 + 190 * DAY, alerts=[found])
    assert (statuses["sub1/o1"].status == "confirmed") is is_confirmed
    assert [c.basis for c in result.confirmations] == ["platform_evidence"] * is_confirmed


def test_evidence_keeps_a_confirmation_of_its_own_and_its_shop_counts() -> None:
    tags = [TAG, request(2, T0 + 2 * DAY), request(3, T0 + 3 * DAY)]
    _, result = judged(tags, T0 + 9 * DAY, alerts=[alert()])
    shops, own = result.confirmations
    assert (shops.tag_ids, shops.shop_ids) == (("sub2/o2", "sub3/o3"), ("s1", "s2", "s3"))
    assert (own.tag_ids, own.confirmed_at) == (("sub1/o1",), T0 + DAY)


def evidences(*found: Any, tag: Any = TAG) -> Any:
    """The confirmations by evidence of one tag of day 1, as alerts bear it out."""
    return [
        (c.confirmed_at, c.alert_ids, c.scenario) for c in judged([tag], T0 + 9 * DAY, alerts=found)[1].confirmations
    ]


def test_of_several_alerts_the_first_that_was_grave_enough_says_since_when() -> None:
    late, later = alert(at=T0 + 3 * DAY), alert(at=T0 + 5 * DAY)
    for found in ((late, later), (later, late)):
        assert evidences(*found) == [(T0 + 3 * DAY, (late.alert_id, later.alert_id), "short_return")]


def test_an_alert_that_rose_bears_a_tag_out_since_it_rose() -> None:
    """Medium on day 0, high on 6 March: not before that does it say enough."""
    (found,) = evidences(alert(facts={"high_since": "2026-03-06T00:00:00Z"}))
    assert found[0] == T0 + 4 * DAY


@pytest.mark.parametrize(("late_ms", "basis"), [(-1, "platform_evidence"), (0, "platform_evidence"), (1, "shops")])
def test_evidence_confirms_a_tag_before_the_shops_do_up_to_the_moment_they_agree(late_ms: int, basis: str) -> None:
    """T9 is tried first; a tag the shops confirmed is not confirmed once more by what is found later."""
    tags = [TAG, request(2, T0 + 2 * DAY), request(3, T0 + 3 * DAY)]
    _, result = judged(tags, T0 + 9 * DAY, alerts=[alert(at=T0 + 3 * DAY + late_ms)])
    assert [c.basis for c in result.confirmations if "sub1/o1" in c.tag_ids] == [basis]


def test_where_evidence_bears_every_tag_out_no_confirmation_by_shops_is_left_to_make() -> None:
    tags = [request(n, T0 + n * DAY, scenario="short_return") for n in (1, 2, 3)]
    named = alert(orders=(("s1", "o1"), ("s2", "o2"), ("s3", "o3")))
    _, result = judged(tags, T0 + 9 * DAY, alerts=[named])
    assert [(c.basis, c.tag_ids) for c in result.confirmations] == [
        ("platform_evidence", (f"sub{n}/o{n}",)) for n in (1, 2, 3)
    ]


def scene_tag(label: Any, at: Any = T0) -> Any:
    return request(1, at, "s1", "aliexpress", label)


def aliexpress(scenario: Any, detector: Any = None, **fields: Any) -> Any:
    return alert(scenario, "high", T0, detector=detector, platform="aliexpress", **fields)


@pytest.mark.parametrize(
    ("label", "found", "is_confirmed"),
    [
        ("malicious_refund", aliexpress("short_return"), True),
        ("malicious_refund", aliexpress("complaint_abuse"), True),
        ("malicious_refund", aliexpress("competitor_review"), False),
        ("malicious_review", aliexpress("competitor_review"), True),
        ("malicious_review", aliexpress("extortion"), True),
        ("malicious_refund", aliexpress("extortion"), False),
        ("harassment", aliexpress("order_harassment"), True),
        ("malicious_order", aliexpress("competitor_order"), True),
        ("malicious_order", aliexpress("mass_unpaid"), False),
        ("malicious_order", aliexpress("mass_unpaid", linked_buyer_ids=("b2",)), True),
        ("malicious_order", aliexpress("no_intent_to_buy", linked_buyer_ids=("b2",)), False),
        ("malicious_order", aliexpress("affiliate_abuse"), False),
    ],
)
def test_on_aliexpress_evidence_is_compared_by_scene(label: Any, found: Any, is_confirmed: Any) -> None:
    """T9 there, with A11: orders alone are evidence only of a rival, or of accounts that are linked."""
    statuses, _ = judged([scene_tag(label)], alerts=[found])
    assert (statuses["sub1/o1"].status == "confirmed") is is_confirmed


scattered = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 500), st.frozensets(st.sampled_from("ab"), max_size=1)), max_size=10
)


@given(scattered)
def test_no_tag_is_in_two_confirmations_and_no_id_is_used_twice(tags: Any) -> None:
    requests = [
        request(n, T0 + day * DAY, f"s{shop}", owner_marks=tuple(marks)) for n, (shop, day, marks) in enumerate(tags)
    ]
    statuses, result = judged(requests, T0 + 900 * DAY)
    named = [tag_id for one in result.confirmations for tag_id in one.tag_ids]
    assert sorted(named) == sorted(tag_id for tag_id, status in statuses.items() if status.status == "confirmed")
    ids = [one.confirmation_id for one in result.confirmations]
    assert len({*named}) == len(named)
    assert len({*ids}) == len(ids)
    for one in result.confirmations:
        assert 3 <= one.independent_shops <= len(one.shop_ids)
        assert one.reached_ms[0] == one.confirmed_at
        assert len(one.reached_ms) == one.independent_shops // 3


@pytest.mark.parametrize("policy", shipped().versions(), ids=lambda policy: policy.name)
def test_a_label_stands_for_scenarios_once(policy: Any) -> None:
    covered = [scenario for label in policy.tags.scenarios for scenario in policy.tags.scenarios_of(label)]
    assert len({*covered}) == len(covered)
    assert {*policy.tags.covers} <= {*policy.tags.scenarios}
    assert {*policy.tags.evidence_detectors} <= {*policy.tags.scenarios}
