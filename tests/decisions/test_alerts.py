"""What of a finding its alert says: since when, how grave by itself, the money, whose orders, and where it is taken."""

from typing import Any

import pytest
from msgspec import UNSET

from cloudtag.contract.records import Alert, Reference, ShopOrder
from cloudtag.contract.scope import from_afar
from cloudtag.decisions.alerts import alert_of
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import ordered, refunded
from cloudtag.detection.finding import Finding, own_shops
from cloudtag.detection.order_view import OrderView
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.wire.replay_form import decode_json
from tests.detectors.judged import Raw

T0 = 1_772_409_600_000
POLICY = shipped().at("taobao", T0)
PROTECTS = "deal_not_sold_exemption"


def view(*events: Raw, order_id: str = "o1") -> OrderView:
    return OrderView(order_id, [decode_json(event)[1] for event in events])


BOUGHT = ordered("placed", 0, currency="CNY")
CLAIMED = refunded("opened", 1, type="refund_only", reason="quality", amount_minor=19900)


def told(*orders: OrderView, detector: str = "refund_frequency", **fields: Any) -> Alert:
    """The alert of a finding about order o1 of shop s1; a detector of the whole buyer unless another is named."""
    given: dict[str, Any] = {
        "anchor": "", "severity": "high", "platform": "taobao", "shop_id": "s1", "order_ids": ("o1",),
        "refund_ids": ("r1",), "decided_at": T0, "evidence": (Reference("orders", "e1", T0 - 9),),
        "facts": {"n": "5/3"}, "explanation": "It is so.", "explanation_zh": "如此。", **fields,
    }  # fmt: skip
    case = BuyerCase("b1", list(orders), [], [], lambda _: None, now_ms=T0)
    return alert_of(all_detectors()[detector], Finding(**given), "taobao", case, POLICY)


def test_a_story_begins_with_the_first_event_of_it_whatever_the_shop_said_of_itself_before() -> None:
    evidence = (Reference("shops", "e0", 1), Reference("orders", "e1", T0 - 9), Reference("refunds", "e2", T0 - 4))
    assert told(evidence=evidence).first_event_at == T0 - 9


def test_a_finding_may_stand_beside_another_ones_scenario() -> None:
    assert told(detector="repeat_reopen", scenario="short_return").scenario == "short_return"
    assert told(detector="repeat_reopen").scenario == all_detectors()["repeat_reopen"].rule.scenario


@pytest.mark.parametrize(
    ("severity", "detector", "advice", "is_watch"),
    [
        ("low", "refund_frequency", UNSET, True),
        ("medium", "refund_frequency", UNSET, True),
        ("high", "refund_frequency", UNSET, False),
        ("critical", "refund_frequency", UNSET, False),
        ("medium", "buyer_risk", UNSET, False),
        ("low", "shipping_exemption", UNSET, False),
        ("medium", "refund_frequency", PROTECTS, False),
        ("low", "shipping_exemption", None, True),
    ],
    ids=["low", "medium", "high", "critical", "the whole site's", "a protection", "protects here", "protects not here"],
)
def test_a_weak_signal_is_a_watch_by_itself(severity: Any, detector: str, advice: Any, is_watch: bool) -> None:
    """A1, B26; the judgement over all signals is none, nor is what protects the shop."""
    alert = told(severity=severity, detector=detector, recommendation=advice)
    assert ("by_itself" in alert.facts) is is_watch


@pytest.mark.parametrize(
    ("detector", "advice", "route"),
    [
        ("refund_frequency", UNSET, "cloud_tag"),
        ("refund_frequency", PROTECTS, None),
        ("shop_side", UNSET, None),
        ("shipping_exemption", UNSET, None),
    ],
)
def test_what_protects_or_accuses_nobody_is_taken_nowhere(detector: str, advice: Any, route: str | None) -> None:
    assert told(detector=detector, recommendation=advice).route == route


def test_a_case_calls_for_what_it_says_or_for_what_its_rule_says() -> None:
    rule = all_detectors()["shipping_exemption"].rule
    assert told(detector="shipping_exemption").recommendation == rule.recommendation == PROTECTS
    assert told(detector="shipping_exemption", recommendation="call").recommendation == "call"
    assert told(detector="shipping_exemption", recommendation=None).recommendation is None


@pytest.mark.parametrize(
    ("order", "fields", "said", "stake"),
    [
        (view(BOUGHT, CLAIMED), {}, " At stake: 199.00 CNY.", (19900, "CNY")),
        (view(BOUGHT, CLAIMED), {"detector": "mass_unpaid"}, "", (19900, "CNY")),
        (view(BOUGHT, CLAIMED), {"refund_ids": ()}, "", (39800, "CNY")),
        (view(BOUGHT, {**CLAIMED, "amount_minor": 0}), {}, "", (0, "CNY")),
        (view(ordered("placed", 0), CLAIMED), {}, "", (19900, None)),
    ],
    ids=["a refund", "no matter of refunds", "no refund named", "for nothing", "in no currency"],
)
def test_the_money_is_said_where_refunds_ask_for_some(order: OrderView, fields: Any, said: str, stake: Any) -> None:
    alert = told(order, **fields)
    assert alert.explanation == f"It is so.{said}"
    assert alert.explanation_zh == ("如此。涉及金额：199.00 CNY。" if said else "如此。")
    assert (alert.amount_at_stake_minor, alert.currency) == stake


def test_an_order_is_named_with_its_own_shop_or_with_the_findings() -> None:
    own, shopless = view(BOUGHT), OrderView("o2", [])
    named = ("o1", "o2", "o3", from_afar("jd", "o4"))
    assert told(own, shopless, shop_id=None, order_ids=named).orders == (ShopOrder("s1", "o1"),)
    assert told(own, shopless, shop_id="s2", order_ids=("o2", "o3")).orders == (
        ShopOrder("s2", "o2"),
        ShopOrder("s2", "o3"),
    )
    both = view(BOUGHT), view({**BOUGHT, "event_id": "e9", "shop_id": "s0"})
    cited = (Reference("orders", "e9", T0),)
    assert told(*both, shop_id=None, evidence=cited).orders == (ShopOrder("s0", "o1"),)
    assert told(*both).orders == (ShopOrder("s1", "o1"),)


def test_an_order_of_somebody_else_is_named_without_a_shop() -> None:
    dealings = (("b1", "s2", "o2"), ("b9", "s1", "o2"), ("b9", "s1", "o8"), ("b9", "s1", "o1"))
    alert = told(view(BOUGHT), order_ids=("o1", "o2", "o8"), own_shops=own_shops("b1", dealings))
    assert alert.order_ids == ("o1", "o2", "o8")
    assert alert.orders == (ShopOrder("s1", "o1"), ShopOrder("s2", "o2"))


def test_buyers_of_another_network_are_named_with_it_in_the_facts_and_plainly_elsewhere() -> None:
    far = from_afar("jd", "b2"), from_afar("jd", "b0")
    alert = told(linked_buyer_ids=("b3", *far), explanation=f"With {far[0]}.")
    assert alert.linked_buyer_ids == ("b3", "b2", "b0")
    assert (alert.facts["linked_elsewhere"], alert.explanation) == ("b0 (jd), b2 (jd)", "With b2 (jd).")
    assert "linked_elsewhere" not in told(linked_buyer_ids=("b3",)).facts
