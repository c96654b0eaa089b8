"""How much money alerts are about, in minor units: the refunds they name, else their orders, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import OrderChanged, RefundChanged, ReturnInspected
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS, Networks

Scoped = tuple[str, str, str]
"""Network, shop and id: what two shops call alike is two orders, or two refunds."""
_Shops = dict[tuple[str, str], set[str]]
"""By network and plain id, the shops where something is called so."""


class Sum(Struct, frozen=True, kw_only=True):
    """The money of one currency; none is that of orders which never named theirs."""

    currency: str | None
    refunds: int = 0
    refunds_minor: int = 0
    orders: int = 0
    orders_minor: int = 0

    @property
    def total_minor(self) -> int:
        """Refunds and orders together; no money is in both."""
        return self.refunds_minor + self.orders_minor


class Money(Struct, frozen=True, kw_only=True):
    """What some alerts are about.

    `refunds_without_amount` never named an amount: the worth of their orders counts instead. `orders_without_worth`
    never said what was bought: they count as nothing. `alerts_without_order` name neither a refund nor an order.
    """

    sums: tuple[Sum, ...]
    refunds_without_amount: int
    orders_without_worth: int
    alerts_without_order: int


@dataclass(slots=True)
class Prices:
    """The latest word of the events on what refunds and orders are worth."""

    networks: Networks = field(default_factory=lambda: NETWORKS)
    order_of: dict[Scoped, Scoped] = field(default_factory=dict)
    """By refund."""
    amounts: dict[Scoped, int] = field(default_factory=dict)
    """By refund."""
    worths: dict[Scoped, int] = field(default_factory=dict)
    """By order: pieces times price, summed."""
    currencies: dict[Scoped, str] = field(default_factory=dict)
    """By order; a refund is paid in the currency of its order."""
    shops_of_orders: _Shops = field(default_factory=dict)
    shops_of_refunds: _Shops = field(default_factory=dict)


def prices_of(events: Iterable[Any], networks: Networks = NETWORKS) -> Prices:
    """Prices from events in any order. What a later event leaves out stays as it was."""
    prices = Prices(networks)
    telling = [event for event in events if type(event) in (OrderChanged, RefundChanged, ReturnInspected)]
    for event in sorted(telling, key=lambda e: (e.occurred_at, e.event_id)):
        network = networks[event.platform]
        order = network, event.shop_id, event.order_id
        prices.shops_of_orders.setdefault((network, event.order_id), set()).add(event.shop_id)
        if isinstance(event, OrderChanged):
            _take_order(prices, order, event)
            continue
        refund = network, event.shop_id, event.refund_id
        prices.shops_of_refunds.setdefault((network, event.refund_id), set()).add(event.shop_id)
        prices.order_of.setdefault(refund, order)
        if isinstance(event, RefundChanged) and event.amount_minor is not None:
            prices.amounts[refund] = event.amount_minor
    return prices


def money_of(alerts: Iterable[Alert], prices: Prices) -> Money:
    """The money of alerts, each refund and each order once however many alerts name it.

    An order that counts with its whole worth includes its refunds.
    """
    known = [(prices.networks[alert.platform], alert) for alert in alerts]
    refunds = {refund for network, alert in known for refund in _refunds(network, alert, prices)}
    unpriced = refunds - prices.amounts.keys()
    orders = {order for network, alert in known if not alert.refund_ids for order in _orders(network, alert, prices)}
    orders |= {prices.order_of[refund] for refund in unpriced if refund in prices.order_of}
    whole = orders & prices.worths.keys()
    priced = {refund for refund in refunds - unpriced if prices.order_of[refund] not in whole}
    return Money(
        sums=_sums(priced, whole, prices),
        refunds_without_amount=len(unpriced),
        orders_without_worth=len(orders - whole),
        alerts_without_order=sum(not alert.refund_ids and not alert.order_ids for _, alert in known),
    )


def _refunds(network: str, alert: Alert, prices: Prices) -> Iterator[Scoped]:
    """The refunds an alert names, in the shops it names."""
    own = {order.shop_id for order in alert.orders} | {alert.shop_id or ""}
    for refund_id in alert.refund_ids:
        shops = prices.shops_of_refunds.get((network, refund_id), set())
        yield from ((network, shop_id, refund_id) for shop_id in _meant(own & shops, shops))


def _orders(network: str, alert: Alert, prices: Prices) -> Iterator[Scoped]:
    """The orders an alert names: in which shop, it says itself but of those of linked buyers."""
    for order_id in alert.order_ids:
        shops = prices.shops_of_orders.get((network, order_id), set())
        own = {order.shop_id for order in alert.orders if order.order_id == order_id}
        yield from ((network, shop_id, order_id) for shop_id in _meant(own or {alert.shop_id or ""} & shops, shops))


def _meant(own: set[str], shops: set[str]) -> set[str]:
    """The shops of an id, where it is said which; else the only one that has it, or one that nobody knows."""
    return own or (shops if len(shops) == 1 else {""})


def _take_order(prices: Prices, order: Scoped, event: OrderChanged) -> None:
    if event.lines:
        prices.worths[order] = sum(line.quantity * line.unit_price_minor for line in event.lines)
    if event.currency is not None:
        prices.currencies[order] = event.currency


def _sums(refunds: set[Scoped], orders: set[Scoped], prices: Prices) -> tuple[Sum, ...]:
    amounts: dict[str | None, list[int]] = {}
    worths: dict[str | None, list[int]] = {}
    for refund in refunds:
        currency = prices.currencies.get(prices.order_of[refund])
        amounts.setdefault(currency, []).append(prices.amounts[refund])
    for order in orders:
        worths.setdefault(prices.currencies.get(order), []).append(prices.worths[order])
    return tuple(
        Sum(
            currency=currency,
            refunds=len(amounts.get(currency, ())),
            refunds_minor=sum(amounts.get(currency, ())),
            orders=len(worths.get(currency, ())),
            orders_minor=sum(worths.get(currency, ())),
        )
        for currency in sorted(amounts.keys() | worths.keys(), key=lambda name: name or "")
    )
