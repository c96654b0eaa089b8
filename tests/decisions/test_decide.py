"""The table of section 5a, cell by cell, with what just misses each cell."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Consequence, Severity, ShopOrder, TagConfirmation, TagStatus
from cloudtag.decisions.decide import Decision, DecisionQuestion, DecisionSubject, WhatStands, decide
from cloudtag.policy.load import shipped
from tests.decisions.alerts import an_alert
from tests.warehouse import record_samples

POLICY = shipped().at("taobao", 1_772_409_600_000)


def alert(severity: Severity, scenario: str = "short_return", refund: str = "r1", shop: str = "s1") -> Alert:
    made = an_alert(severity=severity, scenario=scenario, refund_ids=(refund,), shop_id=shop)
    return replace(made, orders=(ShopOrder(shop, "o1"),), facts={"clears": "the goods are found"})


def tag(status: str = "confirmed", scenario: str = "short_return", order: str = "o1", shop: str = "s1") -> TagStatus:
    sample = record_samples.tag_status("t1/o1", "b1", shop, "pending", 1)
    return replace(sample, status=status, scenario=scenario, order_id=order)


def confirmation(status: str = "confirmed") -> TagConfirmation:
    return replace(record_samples.confirmation("c1", "b1", ("t1/o1",), 1), status=status)


def follows(
    kind: str, status: str = "active", order: str = "o1", shop: str | None = "s1", **details: str
) -> Consequence:
    sample = record_samples.consequence(kind, "order", order, 1)
    return replace(sample, consequence_id=f"q-{kind}", status=status, shop_id=shop, details=details, because=("t1/o1",))


def asked(about: DecisionSubject, standing: WhatStands, *, found: bool = False, waybill: str = "W1") -> Decision:
    question = DecisionQuestion(
        about=about, shop_id="s1", order_id="o1", refund_id="r1", waybill_nos=frozenset((waybill,)), claim_id="k1",
        are_goods_found=found,
    )  # fmt: skip
    decision = decide(question, standing, POLICY)
    assert decision.can_be_reviewed
    assert bool(decision.because) or decision.answer in ("grant", "ship")
    return decision


def of(*found: Alert) -> WhatStands:
    return WhatStands(alerts=found)


NORMAL = replace(alert("critical"), status="resolved", verdict="normal")
WITHDRAWN = replace(alert("critical"), status="withdrawn")
ABNORMAL = replace(alert("critical"), status="resolved", verdict="abnormal")
PARCEL = replace(alert("medium", refund="r9"), waybill_nos=("W1",))

PAID = [
    ("nothing stands", WhatStands(), "grant"),
    ("only low", of(alert("low"), alert("low", "worn_return")), "grant"),
    ("answered as normal", of(NORMAL), "grant"),
    ("taken back", of(WITHDRAWN), "grant"),
    ("reversed", WhatStands(confirmations=[confirmation("reversed")]), "grant"),
    ("medium", of(alert("medium")), "review"),
    ("high", of(alert("high")), "review"),
    (
        "a watch over another order",
        of(replace(alert("medium", refund="r9"), orders=(ShopOrder("s9", "o9"),))),
        "review",
    ),
    ("the parcel", of(PARCEL), "inspect"),
    ("confirmed", WhatStands(confirmations=[confirmation()]), "review"),
    ("critical about the order, another refund", of(alert("critical", refund="r9")), "review"),
    ("critical about a namesake elsewhere", of(alert("critical", shop="s2")), "review"),
    ("critical", of(alert("critical")), "hold"),
    ("critical, answered abnormal", of(ABNORMAL), "hold"),
    ("high and tagged", WhatStands(alerts=[alert("high")], tags=[tag()]), "hold"),
    ("high and tagged, not confirmed", WhatStands(alerts=[alert("high")], tags=[tag("pending")]), "review"),
    (
        "high and tagged, another scenario",
        WhatStands(alerts=[alert("high")], tags=[tag(scenario="worn_return")]),
        "review",
    ),
    ("high and tagged, another order", WhatStands(alerts=[alert("high")], tags=[tag(order="o2")]), "review"),
    ("high and tagged, another shop", WhatStands(alerts=[alert("high")], tags=[tag(shop="s2")]), "review"),
    ("medium and tagged", WhatStands(alerts=[alert("medium")], tags=[tag()]), "review"),
]


@pytest.mark.parametrize(("standing", "answer"), [row[1:] for row in PAID], ids=[row[0] for row in PAID])
def test_a_refund_to_be_paid(standing: WhatStands, answer: str) -> None:
    assert asked("refund", standing).answer == answer


RETURNED = [
    (WhatStands(), False, "grant"),
    (of(alert("low")), False, "grant"),
    (of(alert("medium")), False, "inspect"),
    (of(alert("medium")), True, "review"),
    (of(alert("critical")), False, "inspect"),
    (of(alert("critical")), True, "refuse"),
]


@pytest.mark.parametrize(("standing", "found", "answer"), RETURNED)
def test_a_return_is_inspected_until_the_goods_are_found(standing: WhatStands, answer: str, *, found: bool) -> None:
    assert asked("return", standing, found=found).answer == answer


def test_goods_that_were_found_leave_a_review_of_the_parcel() -> None:
    assert asked("refund", of(PARCEL), found=True).answer == "review"
    assert asked("refund", of(PARCEL), waybill="W2").answer == "review"


WARNING, HOLD = follows("order_warning"), follows("order_hold")
SHIPPED = [
    ("nothing stands", WhatStands(), "ship"),
    ("low", of(alert("low")), "ship"),
    ("medium", of(alert("medium")), "ship"),
    ("high", of(alert("high")), "review"),
    ("critical", of(alert("critical")), "review"),
    ("high, taken back", of(replace(alert("high"), status="withdrawn")), "ship"),
    ("high about another order", of(replace(alert("high"), orders=(ShopOrder("s1", "o2"),))), "ship"),
    ("high about a namesake", of(alert("high", shop="s2")), "ship"),
    ("warned of", WhatStands(consequences=[WARNING]), "review"),
    ("no longer", WhatStands(consequences=[follows("order_warning", "ended")]), "ship"),
    ("another order", WhatStands(consequences=[follows("order_hold", order="o2")]), "ship"),
    ("another shop", WhatStands(consequences=[follows("order_hold", shop="s2")]), "ship"),
    ("held", WhatStands(consequences=[WARNING, HOLD]), "hold"),
    ("no longer held", WhatStands(consequences=[WARNING, follows("order_hold", "reversed")]), "review"),
]


@pytest.mark.parametrize(("standing", "answer"), [row[1:] for row in SHIPPED], ids=[row[0] for row in SHIPPED])
def test_an_order_to_be_shipped(standing: WhatStands, answer: str) -> None:
    assert asked("order", standing).answer == answer


def claim(decision: str, **details: str) -> WhatStands:
    return WhatStands(consequences=[follows("insurance_decision", decision=decision, **details)])


CLAIMED = [
    ("nothing of freight insurance", of(alert("critical")), "grant"),
    ("a low one", of(alert("low", "freight_insurance")), "grant"),
    ("an alert", of(alert("medium", "freight_insurance")), "review"),
    ("an alert, taken back", of(replace(alert("high", "freight_insurance"), status="withdrawn")), "grant"),
    ("an alert elsewhere", of(alert("medium", "freight_insurance", shop="s2")), "grant"),
    ("hold", claim("hold"), "hold"),
    ("refuse", claim("refuse", claim_id="k1"), "refuse"),
    ("one of two claims", claim("refuse", claim_id="k0, k1"), "refuse"),
    ("a claim nobody knew of when it was refused", claim("refuse", claim_id="k2"), "refuse"),
    ("another's complaint is followed", claim("follow_complaint", claim_id="k2"), "follow_complaint"),
    ("two claims are held", claim("hold", claim_id="k1, k2"), "hold"),
    ("another claim is held", claim("hold", claim_id="k2"), "grant"),
    ("follow the complaint", claim("follow_complaint"), "follow_complaint"),
    ("pay", claim("pay"), "grant"),
    ("recover", claim("recover"), "recover"),
]


@pytest.mark.parametrize(("standing", "answer"), [row[1:] for row in CLAIMED], ids=[row[0] for row in CLAIMED])
def test_an_insurance_claim(standing: WhatStands, answer: str) -> None:
    assert asked("claim", standing).answer == answer


def test_only_what_is_not_granted_says_what_would_change_it() -> None:
    assert asked("claim", claim("pay")).would_change == ()
    assert asked("claim", claim("hold")).would_change == ("the tag or alert is taken back, or a complaint is decided",)


def test_asked_about_no_claim_in_particular_any_claim_is_meant() -> None:
    question = DecisionQuestion(about="claim", shop_id="s1", order_id="o1")
    assert decide(question, claim("hold", claim_id="k2"), POLICY).answer == "hold"


@pytest.mark.parametrize(
    ("shop", "orders", "paid", "sent"),
    [
        ("s1", (), "hold", "review"),
        (None, (), "hold", "review"),
        ("s2", (), "review", "ship"),
        (None, (("s1", "o1"), ("s2", "o1")), "hold", "review"),
        (None, (("s2", "o1"), ("s3", "o1")), "review", "ship"),
        (None, (("s1", "o2"), ("s2", "o1")), "hold", "ship"),
    ],
    ids=["its shop", "no shop", "another shop", "orders of both", "orders of others", "another order of the shop"],
)
def test_an_alert_names_an_order_or_refund_by_shop_and_number(
    shop: str | None, orders: tuple[tuple[str, str], ...], paid: str, sent: str
) -> None:
    """Where it does not say which shop numbered an order so, its own shop did."""
    found = replace(alert("critical"), shop_id=shop, orders=tuple(ShopOrder(*order) for order in orders))
    assert asked("refund", of(found)).answer == paid
    assert asked("order", of(found)).answer == sent


def test_a_decision_names_what_it_rests_on_and_what_would_change_it() -> None:
    held = asked("refund", WhatStands(alerts=[alert("high"), alert("low", "worn_return")], tags=[tag()]))
    assert held == Decision("hold", ("a1", "t1/o1"), ("the goods are found",))
    review = asked("refund", WhatStands(alerts=[alert("medium")], confirmations=[confirmation()]))
    assert review == Decision("review", ("a1", "c1"), ("the goods are found", "the confirmation is reversed"))
    assert asked("order", WhatStands(consequences=[HOLD])).because == ("q-order_hold",)


def test_a_scene_stands_for_the_scenarios_it_covers() -> None:
    policy = shipped().at("aliexpress", 1_772_409_600_000)
    question = DecisionQuestion(about="refund", shop_id="s1", order_id="o1", refund_id="r1")
    standing = WhatStands(alerts=[alert("high")], tags=[tag(scenario="malicious_refund")])
    assert decide(question, standing, policy).answer == "hold"
    standing = WhatStands(alerts=[alert("high")], tags=[tag(scenario="malicious_order")])
    assert decide(question, standing, policy).answer == "review"
