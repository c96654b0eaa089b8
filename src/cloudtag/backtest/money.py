"""How much money alerts are about, in minor units: the refunds they name, else their orders, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import OrderChanged, RefundChanged, ReturnInspected
from cloudtag.contract.records import Alert


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
    """The latest word of the events on what refunds and orders are worth; ids are those of the events."""

    order_of: dict[str, str] = field(default_factory=dict)
    """By refund."""
    amounts: dict[str, int] = field(default_factory=dict)
    """By refund."""
    worths: dict[str, int] = field(default_factory=dict)
    """By order: pieces times price, summed."""
    currencies: dict[str, str] = field(default_factory=dict)
    """By order; a refund is paid in the currency of its order."""


def prices_of(events: Iterable[Any]) -> Prices:
    """Prices from events in any order. What a later event leaves out stays as it was."""
    prices = Prices()
    telling = [event for event in events if type(event) in (OrderChanged, RefundChanged, ReturnInspected)]
    for event in sorted(telling, key=lambda e: (e.occurred_at, e.event_id)):
        if isinstance(event, OrderChanged):
            _take_order(prices, event)
            continue
        prices.order_of.setdefault(event.refund_id, event.order_id)
        if isinstance(event, RefundChanged) and event.amount_minor is not None:
            prices.amounts[event.refund_id] = event.amount_minor
    return prices


def money_of(alerts: Iterable[Alert], prices: Prices) -> Money:
    """The money of alerts, each refund and each order once however many alerts name it.

    An order that counts with its whole worth includes its refunds.
    """
    known = list(alerts)
    refunds = {refund_id for alert in known for refund_id in alert.refund_ids}
    unpriced = refunds - prices.amounts.keys()
    orders = {order_id for alert in known if not alert.refund_ids for order_id in alert.order_ids}
    orders |= {prices.order_of[refund_id] for refund_id in unpriced if refund_id in prices.order_of}
    whole = orders & prices.worths.keys()
    priced = {refund_id for refund_id in refunds - unpriced if prices.order_of[refund_id] not in whole}
    return Money(
        sums=_sums(priced, whole, prices),
        refunds_without_amount=len(unpriced),
        orders_without_worth=len(orders - whole),
        alerts_without_order=sum(not alert.refund_ids and not alert.order_ids for alert in known),
    )


def _take_order(prices: Prices, event: OrderChanged) -> None:
    if event.lines:
        prices.worths[event.order_id] = sum(line.quantity * line.unit_price_minor for line in event.lines)
    if event.currency is not None:
        prices.currencies[event.order_id] = event.currency


def _sums(refunds: set[str], orders: set[str], prices: Prices) -> tuple[Sum, ...]:
    amounts: dict[str | None, list[int]] = {}
    worths: dict[str | None, list[int]] = {}
    for refund_id in refunds:
        currency = prices.currencies.get(prices.order_of[refund_id])
        amounts.setdefault(currency, []).append(prices.amounts[refund_id])
    for order_id in orders:
        worths.setdefault(prices.currencies.get(order_id), []).append(prices.worths[order_id])
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
