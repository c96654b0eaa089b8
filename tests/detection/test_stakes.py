"""What money an alert is about: each step of the ladder, and both sides of every condition."""

import json
from typing import Any

import pytest

from cloudtag.contract.records import Alert
from cloudtag.detection.example import ordered, refunded
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.stakes import Stake, stake_of
from cloudtag.replay.driver import replay
from cloudtag.wire import decode_json

LINES = [
    {"sku_id": "dress", "quantity": 2, "unit_price_minor": 19900},
    {"sku_id": "belt", "quantity": 1, "unit_price_minor": 500},
]


def order(order_id: str = "o1", *events: dict[str, Any], **fields: Any) -> OrderView:
    fields = {"lines": LINES, "currency": "CNY", **fields}
    told = [ordered("placed", 0, **fields), *events]
    return OrderView(order_id, [decode_json({**e, "order_id": order_id})[1] for e in told])


def goods(**pieces: int) -> list[dict[str, Any]]:
    return [{"sku_id": sku, "quantity": quantity} for sku, quantity in pieces.items()]


@pytest.mark.parametrize(
    ("refund", "amount"),
    [
        ({"amount_minor": 1200}, 1200),
        ({"amount_minor": 1200, "lines": goods(dress=1)}, 1200),
        ({"amount_minor": 0}, 0),
        ({"lines": goods(dress=1)}, 19900),
        ({"lines": goods(dress=1, belt=1)}, 20400),
        ({"lines": goods(hat=1)}, 40300),
        ({}, 40300),
    ],
    ids=["amount", "amount before goods", "an amount of nothing", "goods", "two kinds", "goods never ordered", "all"],
)
def test_a_refund_asks_for_its_amount_or_its_goods(refund: dict[str, Any], amount: int) -> None:
    assert stake_of(["r1"], ["o1"], [order("o1", refunded("opened", 1, **refund))]) == Stake(amount, "CNY")


def test_only_the_refunds_that_are_named_count_and_each_once() -> None:
    both = order("o1", refunded("opened", 1, amount_minor=100), refunded("opened", 2, refund_id="r2", amount_minor=30))
    assert stake_of(["r1"], ["o1"], [both]) == Stake(100, "CNY")
    assert stake_of(["r1", "r2"], ["o1"], [both, both]) == Stake(130, "CNY")


def test_without_a_refund_it_is_the_worth_of_the_orders_named() -> None:
    orders = [order("o1"), order("o2"), order("o3")]
    assert stake_of([], ["o1", "o2"], orders) == Stake(80600, "CNY")
    assert stake_of(["another buyer's"], ["o1"], orders) == Stake(40300, "CNY")
    assert stake_of([], ["o9"], orders) == Stake(None, None)


def test_currencies_are_never_added() -> None:
    mixed = [order("o1"), order("o2", currency="USD")]
    assert stake_of([], ["o1", "o2"], mixed) == Stake(None, None)
    assert stake_of([], ["o2"], mixed) == Stake(40300, "USD")
    assert stake_of([], ["o1", "o2"], [order("o1"), order("o2", currency=None)]) == Stake(None, None)


def test_a_currency_once_told_stays_and_unknown_goods_are_worth_nothing_known() -> None:
    told = order("o1", ordered("paid", 1, lines=[], currency=None))
    assert stake_of([], ["o1"], [told]) == Stake(40300, "CNY")
    assert stake_of([], ["o1"], [order("o1", lines=[])]) == Stake(None, None)


def test_an_alert_carries_the_money_its_shop_and_says_it() -> None:
    events = [
        ordered("placed", 0, currency="CNY"),
        ordered("shipped", 1, waybill_no="OUT1"),
        refunded("opened", 2, type="return_refund", reason="quality", claims_received=True, amount_minor=19900),
    ]
    alerts = (r for _, r in replay(map(_line, events)) if isinstance(r, Alert))
    (alert,) = (alert for alert in alerts if alert.detector == "refund_before_delivery")
    assert (alert.amount_at_stake_minor, alert.currency) == (19900, "CNY")
    assert [(o.shop_id, o.order_id) for o in alert.orders] == [("s1", "o1")]
    assert alert.explanation.endswith(". At stake: 199.00 CNY.")
    assert alert.explanation_zh.endswith("。涉及金额：199.00 CNY。")


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def test_an_amount_has_its_own_currency_and_currencies_are_never_added() -> None:
    asked = refunded("opened", 1, amount_minor=100, currency="USD")
    assert stake_of(["r1"], ["o1"], [order("o1", asked)]) == Stake(100, "USD")
    both = order("o1", asked, refunded("opened", 2, refund_id="r2", amount_minor=30))
    assert stake_of(["r1", "r2"], ["o1"], [both]) == Stake(None, None)


def test_one_return_recorded_as_two_refunds_is_worth_what_was_bought() -> None:
    both = order("o1", refunded("opened", 1), refunded("opened", 2, refund_id="r2", lines=goods(dress=1)))
    assert stake_of(["r1", "r2"], ["o1"], [both]) == Stake(40300, "CNY")
    part = order(
        "o1", refunded("opened", 1, amount_minor=100), refunded("opened", 2, refund_id="r2", lines=goods(belt=1))
    )
    assert stake_of(["r1", "r2"], ["o1"], [part]) == Stake(600, "CNY")
