"""Money is counted once, whoever names it."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.backtest.money import Prices, Sum, money_of, prices_of
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.eventfiles.decoded_lines import events_of
from tests.backtest.versions import lines
from tests.simulate.test_score import alert as alert_of

LINES = [
    {"sku_id": "a", "quantity": 2, "unit_price_minor": 300},
    {"sku_id": "b", "quantity": 1, "unit_price_minor": 50},
]
ORDER = {"lines": LINES, "currency": "CNY"}
WORTH = 650


def prices(*events: dict[str, Any]) -> Prices:
    return prices_of(events_of(lines(events)))


def alert(refunds: Sequence[str] = (), orders: Sequence[str] = ()) -> Alert:
    """About orders of Taobao, of shops that are left to be known by the orders."""
    return replace(alert_of(), platform="taobao", refund_ids=tuple(refunds), order_ids=tuple(orders))


PRICES = prices(
    ordered("placed", day(0), order_id="o1", **ORDER),
    ordered("paid", day(1), order_id="o1", lines=[]),
    ordered("placed", day(0), order_id="o2", **ORDER | {"currency": "USD"}),
    ordered("placed", day(0), order_id="o3", lines=[], currency="CNY"),
    refunded("opened", day(2), refund_id="r1", order_id="o1", amount_minor=100),
    refunded("modified", day(3), refund_id="r1", order_id="o1", amount_minor=120),
    refunded("refused", day(4), refund_id="r1", order_id="o1"),
    refunded("opened", day(2), refund_id="r2", order_id="o1"),
    refunded("opened", day(2), refund_id="r3", order_id="o2", amount_minor=40),
    refunded("opened", day(2), refund_id="r4", order_id="o3"),
    inspected(day(3), {}, refund_id="r5", order_id="o2"),
)


def cny(**fields: Any) -> Sum:
    return Sum(currency="CNY", **fields)


@pytest.mark.parametrize(
    ("alerts", "sums"),
    [
        ([], ()),
        ([alert(["r1"])], (cny(refunds=1, refunds_minor=120),)),
        ([alert(["r1"], ["o1"]), alert(["r1"], ["o1"])], (cny(refunds=1, refunds_minor=120),)),
        ([alert([], ["o1"]), alert([], ["o1"])], (cny(orders=1, orders_minor=WORTH),)),
        ([alert(["r1"]), alert([], ["o1"])], (cny(orders=1, orders_minor=WORTH),)),
        ([alert(["r2"])], (cny(orders=1, orders_minor=WORTH),)),
        ([alert(["r1", "r2"])], (cny(orders=1, orders_minor=WORTH),)),
        ([alert(["r5"])], (Sum(currency="USD", orders=1, orders_minor=WORTH),)),
        (
            [alert(["r1", "r3"])],
            (cny(refunds=1, refunds_minor=120), Sum(currency="USD", refunds=1, refunds_minor=40)),
        ),
    ],
)
def test_each_refund_and_each_order_counts_once(alerts: list[Alert], sums: tuple[Sum, ...]) -> None:
    assert money_of(alerts, PRICES).sums == sums


def test_what_has_no_amount_is_told() -> None:
    money = money_of([alert(["r2", "r4"]), alert(["r4", "nowhere"]), alert([], ["o9"]), alert()], PRICES)
    assert money.sums == (cny(orders=1, orders_minor=WORTH),)
    assert (money.refunds_without_amount, money.orders_without_worth, money.alerts_without_order) == (3, 2, 1)


def test_an_order_that_never_told_its_currency_has_none() -> None:
    found = money_of([alert([], ["o1"])], prices(ordered("placed", day(0), order_id="o1", lines=LINES)))
    assert found.sums == (Sum(currency=None, orders=1, orders_minor=WORTH),)


def test_the_latest_word_counts_whatever_order_the_lines_come_in() -> None:
    first = refunded("opened", day(1), amount_minor=1)
    second = refunded("modified", day(2), amount_minor=2)
    assert prices(first, second) == prices(second, first)
    assert prices(second, first).amounts == {("taobao", "s1", "r1"): 2}


def of_shops(*shops: str, refunds: Sequence[str] = (), **fields: Any) -> Alert:
    named = tuple(ShopOrder(shop_id, "o1") for shop_id in shops)
    return replace(alert(refunds, ["o1"]), orders=named, **fields)


TWO_SHOPS = prices(
    *(
        raw
        for shop, price in (("s1", 100), ("s2", 30))
        for raw in (
            ordered(
                "placed", day(0), event_id=f"{shop}-o", order_id="o1", shop_id=shop, currency="CNY",
                lines=[{"sku_id": "a", "quantity": 1, "unit_price_minor": price}],
            ),
            refunded(
                "opened", day(1), event_id=f"{shop}-r", order_id="o1", refund_id="r1", shop_id=shop,
                amount_minor=price // 10,
            ),
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("alerts", "sums", "unknown"),
    [
        ([of_shops("s1")], (cny(orders=1, orders_minor=100),), 0),
        ([of_shops("s2")], (cny(orders=1, orders_minor=30),), 0),
        ([of_shops("s1"), of_shops("s2")], (cny(orders=2, orders_minor=130),), 0),
        ([of_shops("s1", "s2")], (cny(orders=2, orders_minor=130),), 0),
        ([of_shops(shop_id="s2")], (cny(orders=1, orders_minor=30),), 0),
        ([of_shops()], (), 1),
        ([of_shops("s1", platform="tmall")], (cny(orders=1, orders_minor=100),), 0),
        ([of_shops("s1", platform="jd")], (), 1),
        ([of_shops("s2", refunds=["r1"])], (cny(refunds=1, refunds_minor=3),), 0),
        ([of_shops("s1", refunds=["r1"]), of_shops("s2", refunds=["r1"])], (cny(refunds=2, refunds_minor=13),), 0),
    ],
)
def test_what_two_shops_or_networks_call_alike_is_not_one(
    alerts: list[Alert], sums: tuple[Sum, ...], unknown: int
) -> None:
    money = money_of(alerts, TWO_SHOPS)
    assert (money.sums, money.orders_without_worth) == (sums, unknown)
