"""Orders left out of a shop's figures (B22, A22), reviews left out of its score (B24); never AliExpress's (A3, A16)."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Consequence
from cloudtag.decisions.consequences import follow
from tests.decisions.consequences.cases import alert, case, verdict
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    agreed,
    answered,
    complained,
    denied,
    exams,
    ordered,
    refunded,
    reviewed,
    tag,
)

ALIEXPRESS = "deal_not_sold_rate, seller_service_level"
"""For a malicious dispute, which all of these are."""
METRICS = [
    ("taobao", "refund_speed"),
    ("tmall", "return_refund_completion_time, refund_completion_time, refund_completion_rate"),
    ("aliexpress", ALIEXPRESS),
]


def upheld(platform: Any, at: Any = T0, **fields: Any) -> Any:
    return [
        complained(status, when, platform=platform, **fields) for status, when in (("opened", at), ("upheld", at + DAY))
    ]


@pytest.mark.parametrize(("platform", "metrics"), METRICS)
def test_a_confirmed_tag_takes_each_order_out_of_the_platforms_figures(platform: Any, metrics: Any) -> None:
    found = Told([*exams(platform=platform), *agreed(platform=platform)]).consequences("metric_exclusion")
    assert sorted(c.subject_id for c in found) == ["o1", "o2", "o3"]
    for c in found:
        shop = int(c.subject_id[1:])
        assert (c.subject_kind, c.status, c.platform) == ("order", "active", platform)
        assert c.details == {"metrics": metrics, "basis": "confirmed_tag"}
        assert c.because == (f"t-s{shop}-o{shop}/o{shop}",)
        assert (c.starts_at, c.ends_at) == (T0 + 2, None)


@pytest.mark.parametrize(("platform", "metrics"), METRICS)
def test_an_upheld_complaint_of_the_shop_does_too(platform: Any, metrics: Any) -> None:
    c = Told([ordered(platform=platform), *upheld(platform)]).one("metric_exclusion")
    assert (c.subject_id, c.because, c.starts_at) == ("o1", ("c1",), T0 + DAY)
    assert c.details == {"metrics": metrics, "basis": "upheld_complaint"}


def test_jd_has_no_such_figures() -> None:
    told = Told([*exams(), *agreed(), reviewed(T0, platform="jd"), *upheld("jd")])
    assert told.tags().keys() == {"t-s1-o1/o1", "t-s2-o2/o2", "t-s3-o3/o3"}
    assert told.consequences("metric_exclusion") == told.consequences("review_exclusion") == []


@pytest.mark.parametrize("status", ["opened", "rejected", "withdrawn"])
def test_a_complaint_that_is_not_upheld_excludes_nothing(status: Any) -> None:
    told = Told([ordered(platform="taobao"), complained(status, T0 + DAY, platform="taobao")])
    assert told.consequences("metric_exclusion") == []


def test_a_buyers_upheld_complaint_excludes_nothing() -> None:
    told = Told([ordered(platform="taobao"), complained("upheld", T0 + DAY, by="buyer", platform="taobao")])
    assert told.consequences("metric_exclusion") == []


def test_an_upheld_complaint_that_is_rejected_on_appeal_counts_again() -> None:
    told = Told([*upheld("taobao"), complained("rejected", T0 + 2 * DAY, platform="taobao")])
    assert told.course("metric_exclusion") == ["active", "reversed"]


def test_an_objection_to_an_upheld_complaint_changes_nothing_until_it_is_decided() -> None:
    objected = [*upheld("taobao"), complained("reopened", T0 + 2 * DAY, platform="taobao")]
    assert Told(objected).course("metric_exclusion") == ["active"]
    again = [*objected, complained("upheld", T0 + 3 * DAY, platform="taobao")]
    assert Told(again).one("metric_exclusion") == Told(objected).one("metric_exclusion")
    lost = [*objected, complained("rejected", T0 + 3 * DAY, platform="taobao")]
    assert Told(lost).course("metric_exclusion") == ["active", "reversed"]
    won = [*lost, complained("reopened", T0 + 4 * DAY, platform="taobao")]
    assert Told(won).consequences("metric_exclusion") == []


def test_the_decision_need_not_name_the_order() -> None:
    opened = complained("opened", T0, platform="taobao")
    decided = complained("upheld", T0 + DAY, platform="taobao", order=None)
    assert Told([opened, decided]).one("metric_exclusion").subject_id == "o1"


def test_a_complaint_about_no_order_excludes_none() -> None:
    told = Told([complained("upheld", T0, platform="taobao", order=None)])
    assert told.consequences("metric_exclusion") == []


def test_two_grounds_are_one_exclusion_that_stands_until_both_are_gone() -> None:
    events = [*exams(platform="taobao"), *agreed(platform="taobao"), *upheld("taobao", T0 + DAY)]
    c = next(c for c in Told(events).consequences("metric_exclusion") if c.subject_id == "o1")
    assert c.because == ("c1", "t-s1-o1/o1")
    assert (c.starts_at, c.details["basis"]) == (T0 + 2, "confirmed_tag")
    lost = Told([*events, complained("rejected", T0 + 9 * DAY, platform="taobao")])
    c = next(c for c in lost.consequences("metric_exclusion") if c.subject_id == "o1")
    assert c.because == ("t-s1-o1/o1",)


def _answered(platform: Any, verdict: Any, amended: Any = 0) -> Any:
    abuse = denied(T0, platform=platform, amended=amended)
    alert = Told(abuse).alert("received_refund_only")
    return Told([*abuse, answered(alert, verdict, T0 + DAY)]), alert


def test_aliexpress_believes_a_shop_that_calls_the_order_abnormal() -> None:
    told, alert = _answered("aliexpress", "abnormal")
    c = told.one("metric_exclusion")
    assert c.details == {"metrics": ALIEXPRESS, "basis": "abnormal_verdict"}
    assert (c.subject_id, c.because, c.starts_at) == ("o1", (alert.alert_id,), T0 + DAY)
    action = told.one("order_action")
    assert (action.subject_id, action.shop_id, action.starts_at) == ("o1", "s1", T0 + DAY)
    assert action.details == {"actions": "auto_close, ship_waiver", "is_binding": "false"}


@pytest.mark.parametrize(
    ("platform", "verdict"), [("aliexpress", "normal"), ("aliexpress", "ignore"), ("taobao", "abnormal")]
)
def test_nothing_else_lets_a_shop_close_the_order(platform: Any, verdict: Any) -> None:
    """A22."""
    assert _answered(platform, verdict)[0].consequences("order_action") == []


@pytest.mark.parametrize(("shop", "orders"), [("s1", ["o1"]), ("s2", ["o2"]), (None, ["o1", "o2"])])
def test_a_shops_word_is_about_its_own_orders_and_the_platforms_about_all(shop: Any, orders: Any) -> None:
    found = alert(orders=(("s1", "o1"), ("s2", "o2")), platform="aliexpress")
    told, _ = follow(case(alerts=[found], verdicts=[verdict("a1", shop=shop)]))
    for kind in ("metric_exclusion", "order_action"):
        assert sorted(one.record.subject_id for one in told if one.record.kind == kind) == orders


@pytest.mark.parametrize("shop", ["s1", None])
def test_what_went_wrong_at_the_shop_gives_it_nothing(shop: Any) -> None:
    """F8: it cancels for want of stock, and calls that abnormal."""
    let_down = [
        ordered("paid", platform="aliexpress"),
        refunded("opened", T0 + HOUR, platform="aliexpress", type="refund_only", reason="other"),
        ordered("cancelled", T0 + DAY, platform="aliexpress", cancelled_by="shop"),
    ]
    said = answered(Told(let_down).alert("shop_side"), "abnormal", T0 + 2 * DAY)
    told = Told([*let_down, replace(said, shop_id=shop)])
    assert told.alert("shop_side").verdict == "abnormal"
    assert told.of(Consequence) == []


@pytest.mark.parametrize("verdict", ["normal", "ignore", "unknown"])
def test_no_other_verdict_excludes(verdict: Any) -> None:
    assert _answered("aliexpress", verdict)[0].consequences("metric_exclusion") == []


def test_taobao_wants_more_than_a_shops_verdict() -> None:
    assert _answered("taobao", "abnormal")[0].consequences("metric_exclusion") == []


def test_a_verdict_that_is_changed_to_normal_takes_the_exclusion_back() -> None:
    abuse = denied(T0, platform="aliexpress", amended=0)
    alert = Told(abuse).alert("received_refund_only")
    said = [answered(alert, "abnormal", T0 + DAY), answered(alert, "normal", T0 + 2 * DAY)]
    assert Told([*abuse, *said]).course("metric_exclusion") == ["active", "reversed"]


def test_taobao_removes_the_review_and_its_part_in_the_six_month_score() -> None:
    at = round(datetime.fromisoformat("2026-03-03T12:00:00+08:00").timestamp() * 1000)
    c = Told([reviewed(at), *upheld("taobao", kind="malicious_review")]).one("review_exclusion")
    assert (c.subject_kind, c.subject_id, c.because) == ("order", "o1", ("c1",))
    assert c.details == {
        "review_ids": "v1",
        "score_excluded_until": "2026-09-03T04:00:00Z",
        "basis": "upheld_complaint",
    }
    assert c.starts_at == max(at, T0 + DAY)


@pytest.mark.parametrize("platform", ["taobao", "tmall"])
def test_a_review_that_comes_later_is_removed_from_then_on(platform: Any) -> None:
    at = T0 + 5 * DAY
    tags = agreed(platform=platform, scenario="extortion")
    told = Told([*exams(platform=platform), *tags, reviewed(at, order="o2", shop="s2", platform=platform)])
    c = told.one("review_exclusion")
    assert (c.subject_id, c.because, c.starts_at) == ("o2", ("t-s2-o2/o2",), at)
    assert c.details["basis"] == "confirmed_tag"


def test_every_review_of_the_order_goes_and_the_latest_sets_the_six_months() -> None:
    told = Told(
        [
            reviewed(T0),
            reviewed(T0 + DAY, review="v2"),
            reviewed(T0 + HOUR, order="o9"),
            *upheld("taobao", kind="malicious_review"),
        ]
    )
    c = told.one("review_exclusion")
    assert c.details["review_ids"] == "v1, v2"
    assert c.details["score_excluded_until"] == "2026-09-03T00:00:00Z"


def test_an_order_without_a_review_has_none_to_remove() -> None:
    assert Told(upheld("taobao", kind="malicious_review")).consequences("review_exclusion") == []


@pytest.mark.parametrize(
    ("scenario", "is_removed"),
    [("extortion", True), ("competitor_review", True), ("worn_return", False), ("advertising_review", False)],
)
def test_only_for_coercion_or_a_rivals_hand_does_a_review_go(scenario: Any, is_removed: Any) -> None:
    """B24."""
    tags = agreed(platform="taobao", scenario=scenario)
    told = Told([*exams(platform="taobao"), *tags, reviewed(T0 + DAY, order="o1")])
    assert bool(told.consequences("review_exclusion")) is is_removed
    assert told.consequences("metric_exclusion") != []


@pytest.mark.parametrize("kind", ["malicious_order", "malicious_refund", "malicious_complaint"])
def test_no_other_upheld_report_removes_one(kind: Any) -> None:
    assert Told([reviewed(T0), *upheld("taobao", kind=kind)]).consequences("review_exclusion") == []


@pytest.mark.parametrize(
    ("kind", "metrics"),
    [
        ("malicious_order", "deal_not_sold_rate"),
        ("malicious_review", "deal_not_sold_rate"),
        ("malicious_refund", "deal_not_sold_rate, seller_service_level"),
    ],
)
def test_only_a_malicious_dispute_leaves_the_service_level(kind: Any, metrics: Any) -> None:
    assert Told(upheld("aliexpress", kind=kind)).one("metric_exclusion").details["metrics"] == metrics


@pytest.mark.parametrize(
    ("at", "shop", "is_out"),
    [
        (T0 - 90 * DAY, "s1", True),
        (T0 + 31 * DAY, "s1", True),
        (T0 + 31 * DAY + 1, "s1", False),
        (T0, "s2", False),
    ],
    ids=["disputed before", "thirty days after the decision", "later", "at another shop"],
)
def test_an_upheld_dispute_takes_the_buyers_other_disputes_there_along(at: Any, shop: Any, is_out: Any) -> None:
    """A13."""
    other = [ordered("completed", at - DAY, "o9", shop, "aliexpress"), refunded("opened", at, "o9", shop, "aliexpress")]
    undisputed = ordered("completed", T0, "o8", "s1", "aliexpress")
    found = Told([*upheld("aliexpress"), *other, undisputed]).consequences("metric_exclusion")
    told = {c.subject_id: c.details["metrics"] for c in found}
    assert told.pop("o1") == ALIEXPRESS
    assert told == ({"o9": "seller_service_level"} if is_out else {})


def test_aliexpress_never_removes_reviews() -> None:
    events = [*exams(platform="aliexpress"), *agreed(platform="aliexpress"), *upheld("aliexpress")]
    told = Told([*events, reviewed(T0, platform="aliexpress")])
    assert told.consequences("review_exclusion") == []
    assert told.consequences("metric_exclusion") != []


def test_one_order_under_two_buyers_is_excluded_twice_and_neither_takes_the_other_back() -> None:
    """A shop mistyped whose order it was. Each buyer's file is judged by itself, and tells under ids of its own."""
    tags = [event for buyer in ("b1", "b2") for event in agreed(platform="taobao", buyer=buyer)]
    tags = [replace(e, event_id=f"e{n}", submission_id=f"t{n}") for n, e in enumerate(tags)]
    found = Told([*exams(platform="taobao"), *tags]).consequences("metric_exclusion")
    assert sorted(c.subject_id for c in found) == ["o1", "o1", "o2", "o2", "o3", "o3"]
    assert len({c.consequence_id for c in found}) == 6
    assert {c.revision for c in found} == {0}


def test_an_honest_bad_review_stays() -> None:
    told = Told([ordered(platform="taobao"), reviewed(T0), *exams(), tag("s1", "o1", T0, platform="taobao")])
    assert told.consequences("review_exclusion") == []


def test_a_platform_without_such_figures_does_not_hide_one_that_has_them() -> None:
    """One order number, confirmed on JD first and on AliExpress after that."""
    both = [*exams(), *agreed(), *agreed(T0 + DAY, platform="aliexpress", scenario="short_return")]
    events = [
        replace(e, submission_id=f"{e.submission_id}-{e.platform}") if hasattr(e, "scenarios") else e for e in both
    ]
    found = Told(events).consequences("metric_exclusion")
    assert sorted(c.subject_id for c in found) == ["o1", "o2", "o3"]
    assert {c.platform for c in found} == {"aliexpress"}
