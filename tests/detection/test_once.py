"""What is made of an order once: the same until a fact comes, anew after it, and for each refund by itself."""

from typing import Any

from cloudtag.contract.events import RefundChanged, ReturnInspected
from cloudtag.contract.types import Goods
from cloudtag.detection.all_back import is_all_back
from cloudtag.detection.once import once, once_of_refund, once_of_refunds
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView

T0, HOUR = 1_772_409_600_000, 3_600_000


def change(n: int, refund_id: str = "r1", **said: Any) -> RefundChanged:
    fields = {"type": "return_refund", "lines": (Goods("dress", 1),), **said}
    return RefundChanged(f"f{n}", T0 + n * HOUR, "taobao", refund_id, "o1", "b1", "s1", "opened", **fields)


def inspected(n: int, **found: int) -> ReturnInspected:
    pieces = tuple(Goods(sku, count) for sku, count in found.items())
    return ReturnInspected(f"i{n}", T0 + n * HOUR, "taobao", "r1", "o1", "b1", "s1", None, pieces)


def test_it_is_made_once_until_a_fact_comes() -> None:
    made: list[int] = []

    @once
    def changes(order: OrderView, at_least: int) -> int:
        made.append(at_least)
        return len(order.refunds["r1"].changes) + at_least

    order = OrderView("o1", [change(0)])
    assert [changes(order, 1), changes(order, 1), changes(order, 2)] == [2, 2, 3]
    assert made == [1, 2]
    assert order.add(change(1))
    assert changes(order, 1) == 3
    assert made == [1, 2, 1]


def test_two_functions_and_two_refunds_are_told_apart() -> None:
    @once_of_refund
    def named(_: OrderView, refund: RefundView) -> str:
        return refund.refund_id

    @once_of_refund
    def opened(_: OrderView, refund: RefundView) -> int:
        return refund.opened.occurred_at

    order = OrderView("o1", [change(0), change(1, "r2")])
    first, second = order.refunds.values()
    assert [named(order, first), named(order, second), named(order, first)] == ["r1", "r2", "r1"]
    assert [opened(order, first), opened(order, second)] == [T0, T0 + HOUR]


def test_refunds_of_several_orders_are_made_each_time() -> None:
    made: list[int] = []

    @once_of_refunds
    def count(refunds: list[tuple[OrderView, RefundView]]) -> int:
        made.append(len(refunds))
        return len(refunds)

    one, other = OrderView("o1", [change(0)]), OrderView("o2", [change(0)])
    pairs = [(one, one.refunds["r1"]), (other, other.refunds["r1"])]
    assert [count(pairs), count(pairs), count(pairs[:1]), count(pairs[:1]), count([])] == [2, 2, 1, 1, 0]
    assert made == [2, 2, 1, 0]


def test_what_the_shop_finds_later_counts() -> None:
    order = OrderView("o1", [change(0)])
    refunds = [(order, order.refunds["r1"])]
    assert not is_all_back(refunds)
    assert order.add(inspected(1, dress=1))
    assert is_all_back(refunds)
    assert order.add(inspected(2))
    assert not is_all_back(refunds)
