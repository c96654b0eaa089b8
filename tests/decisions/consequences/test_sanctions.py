"""Sanctions and the suggestion to limit orders (B18, A23, J11) as a replay tells them."""

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.disputes import AppealChanged
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    abused,
    agreed,
    answered,
    denied,
    exams,
    ordered,
    tag,
)

APART = 181 * DAY
"""So far apart that no window holds two of them."""
EVIDENT = "received_refund_only"


def confirmed(times: Any, platform: Any = "taobao", first: Any = 0) -> Any:
    """The buyer is confirmed so many times, each by three shops and 181 days after the last."""
    return [
        event
        for n in range(first, first + times)
        for event in agreed(T0 + n * APART, first=1 + 3 * n, platform=platform)
    ]


def at(n: Any) -> Any:
    """When the n-th of these confirmations was."""
    return T0 + n * APART + 2


def test_each_confirmation_is_told_as_a_rung() -> None:
    told = Told([*exams(platform="taobao"), *confirmed(2)])
    c = told.one("sanction")
    assert (c.subject_kind, c.subject_id, c.status, c.platform) == ("buyer", "b1", "active", "taobao")
    assert c.details == {
        "sanction": "real_name_check", "rung": "2", "causes": "2", "confirmations": "2", "network": "taobao",
    }  # fmt: skip
    assert set(c.because) == {confirmation.confirmation_id for confirmation in told.confirmations()}
    assert (c.starts_at, c.ends_at) == (at(1), at(1) + 180 * DAY)


def test_it_ends_by_itself() -> None:
    told = Told([*exams(platform="taobao"), *confirmed(1)], at(0) + 180 * DAY)
    assert told.course("sanction") == ["active", "ended"]


def test_nobody_is_sanctioned_without_a_confirmation() -> None:
    told = Told([*exams(), *agreed()[:2], *denied(T0, amended=2)])
    assert told.consequences("sanction") == told.consequences("order_limit") == []


def test_networks_have_ladders_of_their_own() -> None:
    told = Told(
        [
            *exams(),
            *exams(platform="taobao"),
            *confirmed(1),
            *confirmed(1, "aliexpress", first=2),
            *confirmed(1, "jd", first=4),
        ]
    )
    found = {c.details["network"]: c.details["sanction"] for c in told.consequences("sanction")}
    assert found == {"taobao": "warn", "aliexpress": "warn"}, "and JD has none"


def test_taobao_and_tmall_have_one_together() -> None:
    told = Told([*exams(platform="taobao"), *confirmed(1, "taobao"), *confirmed(1, "tmall", first=1)])
    c = told.one("sanction")
    assert (c.details["network"], c.details["sanction"]) == ("taobao", "real_name_check")


def test_a_confirmation_that_is_reversed_takes_its_rung_with_it() -> None:
    events = [*exams(platform="taobao"), *confirmed(2)]
    assert Told(events).one("sanction").details["sanction"] == "real_name_check"
    gone = Told([*events, abused("s1", at(1) + DAY, platform="taobao")])
    assert gone.course("sanction")[-1] == "reversed"


def test_an_abnormal_verdict_limits_the_buyer_and_holds_the_next_order() -> None:
    """A23, A17: one critical case on AliExpress; a single case freezes nobody."""
    abuse = denied(T0, platform="aliexpress", amended=2)
    alert = Told(abuse).alert(EVIDENT)
    new = ordered("placed", T0 + 2 * DAY, "o9", "s4", "aliexpress")
    told = Told([*abuse, answered(alert, "abnormal", T0 + DAY), new])
    assert told.one("sanction").details["sanction"] == "purchase_limit"
    assert [(c.subject_id, c.shop_id) for c in told.consequences("order_hold")] == [("o9", "s4")]
    assert [c.subject_id for c in told.consequences("order_warning")] == ["o9"]
    taken_back = Told([*abuse, answered(alert, "abnormal", T0 + DAY), new, answered(alert, "normal", T0 + 3 * DAY)])
    assert taken_back.course("sanction")[-1] == taken_back.course("order_hold")[-1] == "reversed"


def test_an_appeal_that_is_upheld_reverses_the_sanction() -> None:
    events = [*exams(platform="taobao"), *confirmed(1)]
    sanction = Told(events).one("sanction").consequence_id

    def appealed(status: Any, when: Any) -> Any:
        return AppealChanged(f"p-{status}", when, "taobao", "p1", "b1", sanction, status)

    opened = appealed("opened", at(0) + DAY)
    assert Told([*events, opened]).one("sanction").details["under_appeal"] == "true"
    rejected = Told([*events, opened, appealed("rejected", at(0) + 2 * DAY)])
    assert "under_appeal" not in rejected.one("sanction").details
    upheld = Told([*events, opened, appealed("upheld", at(0) + 2 * DAY)])
    assert upheld.course("sanction") == ["active", "active", "reversed"]
    again = Told([*events, opened, appealed("upheld", at(0) + 2 * DAY), *confirmed(1, first=1)])
    assert again.one("sanction").details["sanction"] == "warn", "what was appealed against counts no more"


def test_evidence_of_one_case_alone_closes_no_account() -> None:
    """F20: one order, one detector and one tag."""
    events = [*exams(platform="aliexpress"), *denied(T0, platform="aliexpress", amended=2)]
    tagged = tag("s1", "o1", T0 + HOUR, EVIDENT, platform="aliexpress")
    assert Told([*events, tagged]).one("sanction").details["sanction"] == "purchase_limit"


def test_limiting_orders_is_no_more_than_suggested() -> None:
    told = Told([*exams(platform="taobao"), *confirmed(2)])
    c = told.one("order_limit")
    assert (c.subject_kind, c.subject_id, c.starts_at, c.ends_at) == ("buyer", "b1", at(0), None)
    assert c.details == {"suggestion": "limit_orders", "is_binding": "false", "network": "taobao"}
    assert set(c.because) == {confirmation.confirmation_id for confirmation in told.confirmations()}
    assert "order_limit" not in {c.details["sanction"] for c in told.consequences("sanction")}


def test_a_platform_may_suggest_nothing() -> None:
    quiet = [replace(p, consequences=replace(p.consequences, suggests_order_limit=False)) for p in shipped().versions()]
    policies = Policies({name: [p for p in quiet if p.platform == name] for name in {p.platform for p in quiet}})
    told = Told([*exams(platform="taobao"), *confirmed(1)], None, policies)
    assert told.consequences("order_limit") == []
    assert told.consequences("sanction") != []
