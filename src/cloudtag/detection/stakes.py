"""What money an alert is about: what its refunds ask for, else what the goods claimed are worth, else its orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from cloudtag.detection.once import once
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
    named = frozenset(refund_ids)
    known = {(order.shop_id, order.order_id): order for order in orders}.values()
    # Of very many orders few are meant: no call for the others.
    asking = [order for order in known if order.refunds and not named.isdisjoint(order.refunds)]
    asked = [stake for order in asking for stake in _asked_of(order, named.intersection(order.refunds))]
    return _total(asked or _worths([order for order in known if order.order_id in order_ids]))


@once
def _asked_of(order: OrderView, refund_ids: frozenset[str]) -> list[tuple[int, str | None]]:
    """What some refunds of one order ask for, each in its currency; goods together no more than the order's worth."""
    return list(_asked_for(order, refund_ids))


def _asked_for(order: OrderView, refund_ids: Collection[str]) -> Iterator[tuple[int, str | None]]:
    refunds = [refund for refund in order.refunds.values() if refund.refund_id in refund_ids]
    for refund in refunds:
        if refund.amount_minor is not None:
            yield refund.amount_minor, refund.currency or order.currency
    goods = [_goods(order, refund) for refund in refunds if refund.amount_minor is None]
    told = [worth for worth in goods if worth is not None]
    if told and order.worth_minor is not None:
        yield min(sum(told), order.worth_minor), order.currency


def goods_worth(order: OrderView, refund: RefundView) -> int | None:
    """What the goods of a refund cost, those of the whole order where it names none; None if a price is not known."""
    if not refund.lines:
        return order.worth_minor
    prices = {line.sku_id: line.unit_price_minor for line in order.lines}
    if not all(goods.sku_id in prices for goods in refund.lines):
        return None
    return sum(goods.quantity * prices[goods.sku_id] for goods in refund.lines)


def _goods(order: OrderView, refund: RefundView) -> int | None:
    worth = goods_worth(order, refund)
    return order.worth_minor if worth is None else worth


def _worths(orders: Iterable[OrderView]) -> Iterator[tuple[int, str | None]]:
    for order in orders:
        if order.worth_minor is not None:
            yield order.worth_minor, order.currency


def _total(amounts: Iterable[tuple[int, str | None]]) -> Stake:
    told = list(amounts)
    currencies = {currency for _, currency in told}
    return Stake(sum(amount for amount, _ in told), currencies.pop()) if len(currencies) == 1 else Stake()
