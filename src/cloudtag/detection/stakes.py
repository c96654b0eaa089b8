"""What money an alert is about: what its refunds ask for, else what the goods claimed are worth, else its orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView


class Stake(NamedTuple):
    """An amount in minor units and its currency; none where it is not known, or where currencies mix."""

    amount_minor: int | None = None
    currency: str | None = None


def stake_of(refund_ids: Collection[str], order_ids: Collection[str], orders: Iterable[OrderView]) -> Stake:
    """The money of the refunds named, as far as the orders name it; of the orders named where no refund names any.

    A refund asks for its amount, or for what the goods it names cost; one that names none is about the whole order.
    """
    known = {order.order_id: order for order in orders}.values()
    asked = [
        (amount, order.currency)
        for order in known
        for refund in order.refunds.values()
        if refund.refund_id in refund_ids and (amount := _asked(order, refund)) is not None
    ]
    return _total(asked or _worths(order for order in known if order.order_id in order_ids))


def _asked(order: OrderView, refund: RefundView) -> int | None:
    if refund.amount_minor is not None:
        return refund.amount_minor
    if not refund.lines:
        return order.worth_minor
    prices = {line.sku_id: line.unit_price_minor for line in order.lines}
    if not all(goods.sku_id in prices for goods in refund.lines):
        return order.worth_minor
    return sum(goods.quantity * prices[goods.sku_id] for goods in refund.lines)


def _worths(orders: Iterable[OrderView]) -> Iterator[tuple[int, str | None]]:
    for order in orders:
        if order.worth_minor is not None:
            yield order.worth_minor, order.currency


def _total(amounts: Iterable[tuple[int, str | None]]) -> Stake:
    told = list(amounts)
    currencies = {currency for _, currency in told}
    return Stake(sum(amount for amount, _ in told), currencies.pop()) if len(currencies) == 1 else Stake()
