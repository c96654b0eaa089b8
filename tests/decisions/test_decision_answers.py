"""What an answer names: grounds with their revisions, reasons in both languages, money, and until when it is good."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.decision_records import DecisionGiven, DecisionGround
from cloudtag.contract.records import Alert, ShopOrder, TagStatus
from cloudtag.decisions.decide import DecisionQuestion, DecisionSubject, WhatStands
from cloudtag.decisions.decision_answers import DecisionAsked, KnownUntil, LastTold, answered, changed, decision_id
from cloudtag.policy.load import shipped
from tests.decisions.test_decide import alert, confirmation, follows, of, tag

NOW = 1_772_409_600_000
POLICY = shipped().at("taobao", NOW)
BEHIND_MS = POLICY.decisions.behind_seconds * 1000
GOOD_MS = POLICY.decisions.valid_minutes * 60_000


def ask(about: DecisionSubject = "refund", **changes: Any) -> DecisionAsked:
    question = DecisionQuestion(
        about=about, shop_id="s1", order_id="o1", refund_id="r1", waybill_nos=frozenset(("W1",)), claim_id="k1"
    )
    values = {"request_id": "q1", "asked_by": "desk", "platform": "taobao", "network": "taobao", "buyer_id": "b1"}
    return DecisionAsked(**{**values, "question": question, **changes})


def answer(standing: WhatStands, about: DecisionSubject = "refund", late_ms: int = 0) -> DecisionGiven:
    return answered(ask(about), standing, POLICY, KnownUntil(NOW, NOW - late_ms))


def worth(amount: int | None, currency: str | None = "CNY", **changes: Any) -> Alert:
    return replace(alert("critical"), amount_at_stake_minor=amount, currency=currency, **changes)


def test_it_names_the_revisions_it_rests_on() -> None:
    standing = WhatStands(
        alerts=[replace(alert("high"), revision=3), replace(alert("low", "worn_return"), alert_id="a2")],
        tags=[replace(tag(shop="s2"), revision=9), replace(tag(), revision=2)],
    )
    given = answer(standing)
    assert given.because == answer(replace_tags(standing, *reversed(standing.tags))).because
    assert given.answer == "hold"
    assert given.because == (DecisionGround("alerts", "a1", 3), DecisionGround("tag-statuses", "t1/o1", 2))
    assert given.reasons == (
        "A high alert (short_return) names this refund.",
        "The order's tag short_return is confirmed.",
    )
    assert given.would_change == ("the goods are found",)
    assert given.policy_version == POLICY.version


def replace_tags(standing: WhatStands, *tags: TagStatus) -> WhatStands:
    return WhatStands(alerts=standing.alerts, tags=tags)


@pytest.mark.parametrize(
    ("found", "says", "says_zh"),
    [
        (alert("medium"), "names this refund", "涉及该退款"),
        (alert("medium", refund="r9"), "names this order", "涉及该订单"),
        (replace(alert("medium", refund="r9"), orders=(), order_ids=(), waybill_nos=("W1",)), "a parcel of", "包裹"),
        (replace(alert("medium", refund="r9", shop="s2"), order_ids=()), "stands about this buyer", "针对该买家"),
    ],
)
def test_a_reason_says_what_an_alert_names(found: Alert, says: str, says_zh: str) -> None:
    given = answer(of(found))
    assert says in given.reasons[0]
    assert says_zh in given.reasons_zh[0]
    assert "中级" in given.reasons_zh[0]


def test_what_would_change_it_is_said_in_both_languages() -> None:
    given = answer(of(replace(alert("medium"), facts={}), replace(alert("high"), alert_id="a2")))
    assert given.would_change == ("a verdict that all is normal", "the goods are found")
    assert given.would_change_zh[0] == "商家或平台答复“正常”"
    assert len(given.would_change_zh[1]) > 0
    assert not given.would_change_zh[1].isascii()
    assert answer(WhatStands(confirmations=[confirmation()])).would_change_zh == ("该确认被撤销",)


def test_where_nothing_speaks_against_it_that_is_said() -> None:
    assert answer(WhatStands()).reasons == ("Nothing that stands speaks against it.",)
    assert answer(of(alert("low"))).reasons == ("Only low signals stand; nothing is decided on one of those.",)
    shipped_all_the_same = answer(of(alert("low"), alert("medium")), "order")
    assert (shipped_all_the_same.answer, shipped_all_the_same.reasons) == (
        "ship",
        ("Nothing that stands speaks against it.",),
    )
    withdrawn = answer(of(replace(alert("low"), status="withdrawn")))
    assert withdrawn.reasons == ("Nothing that stands speaks against it.",)


def test_what_follows_is_said_with_its_ground() -> None:
    held = answer(WhatStands(consequences=[follows("order_hold", basis="purchase_limit, shop_limit")]), "order")
    assert held.reasons == (
        "The order is held: a standing sanction of the account, the shop's own limit on this buyer.",
    )
    claim = answer(WhatStands(consequences=[follows("insurance_decision", decision="refuse")]), "claim")
    assert claim.reasons == ("The order's insurance claim is decided: refuse.",)
    confirmed = replace(confirmation(), basis="shops", independent_shops=3)
    assert "by 3 independent shops" in answer(WhatStands(confirmations=[confirmed])).reasons[0]


@pytest.mark.parametrize(
    ("found", "money"),
    [
        ([worth(500)], (500, "CNY")),
        ([worth(500), worth(700, alert_id="a2")], (700, "CNY")),
        ([worth(500), worth(None, None, alert_id="a2")], (500, "CNY")),
        ([worth(500), worth(700, "USD", alert_id="a2")], (None, None)),
        ([worth(500, refund_ids=("r9",))], (500, "CNY")),
        ([worth(500, orders=(ShopOrder("s1", "o2"),))], (500, "CNY")),
        ([worth(500, refund_ids=("r9",), orders=(), order_ids=())], (None, None)),
        ([], (None, None)),
    ],
)
def test_the_money_is_that_of_the_refund_or_the_order(found: list[Alert], money: tuple[int | None, str | None]) -> None:
    given = answer(WhatStands(alerts=found))
    assert (given.amount_at_stake_minor, given.currency) == money


def test_it_is_good_until_a_ground_ends_by_itself() -> None:
    assert answer(WhatStands()).valid_until == NOW + GOOD_MS

    def held(ends_at: int) -> int:
        return answer(WhatStands(consequences=[replace(follows("order_hold"), ends_at=ends_at)]), "order").valid_until

    assert held(NOW + 1) == NOW + 1
    assert held(NOW) == NOW + GOOD_MS
    assert held(NOW + GOOD_MS + 1) == NOW + GOOD_MS


def test_what_is_not_known_up_to_now_is_not_granted() -> None:
    assert answer(WhatStands(), late_ms=BEHIND_MS).given_by == "view"
    late = answer(WhatStands(), late_ms=BEHIND_MS + 1)
    assert (late.answer, late.given_by, late.valid_until) == ("review", "fail_closed", NOW + BEHIND_MS)
    assert "was last known at" in late.reasons[0]
    assert "asks a person" in late.reasons[0]
    shipped_openly = answer(WhatStands(), "order", late_ms=BEHIND_MS + 1)
    assert (shipped_openly.answer, shipped_openly.given_by) == ("ship", "fail_open")
    assert "lets it pass" in shipped_openly.reasons[0]
    known = answer(of(alert("critical")), late_ms=BEHIND_MS + 1)
    assert (known.answer, known.given_by) == ("hold", "view")


def test_a_request_has_one_answer_in_its_shop() -> None:
    ids = {
        decision_id(ask()),
        decision_id(ask(network="jd")),
        decision_id(ask(request_id="q2")),
        decision_id(ask(question=replace_shop("s2"))),
    }
    assert len(ids) == 4
    assert decision_id(ask(asked_by="another token", buyer_id="b2")) == decision_id(ask())


def replace_shop(shop_id: str) -> DecisionQuestion:
    return DecisionQuestion(about="refund", shop_id=shop_id, order_id="o1")


def test_a_change_is_told_where_the_answer_is_another_one() -> None:
    given = answer(of(alert("critical")))
    assert changed(given, answer(of(replace(alert("critical"), revision=1))), LastTold("hold")) is None
    told = changed(given, answer(WhatStands()), LastTold("hold"))
    assert told is not None
    assert (told.was, told.answer, told.decision_id) == ("hold", "grant", given.decision_id)
    assert changed(given, answer(WhatStands()), LastTold("hold")) == told
    assert changed(given, answer(WhatStands()), LastTold("grant", 1)) is None
    back = changed(given, answer(of(replace(alert("critical"), revision=2))), LastTold("grant", 1))
    assert back is not None
    assert (back.answer, back.revision) == ("hold", 1)
    again = changed(given, answer(WhatStands()), LastTold("hold", 2))
    assert again is not None
    assert len({told.change_id, back.change_id, again.change_id}) == 3
