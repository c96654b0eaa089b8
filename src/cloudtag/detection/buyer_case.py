"""What a detector of the whole buyer is shown: all orders, or all alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.links import AttributeUsed, LinkPassed, LinkReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.order_view import OrderView

_MOMENT = attrgetter("occurred_at", "event_id")
IDENTITY_KINDS = ("address", "phone", "device", "payment")
"""The kinds of attributes that link two people."""


def linked(links: Iterable[LinkReported]) -> dict[str, list[AttributeUsed]]:
    """The buyers who share an identifying attribute, each with the uses that show it."""
    found: dict[str, list[AttributeUsed]] = {}
    for report in links:
        if report.kind in IDENTITY_KINDS:
            for use in report.others:
                if use.buyer_id and not use.subject:
                    found.setdefault(use.buyer_id, []).append(use)
    return found


def accuses(alert: Alert) -> bool:
    """Whether an alert says something against its buyer: low ones watch or protect, a `normal` verdict clears."""
    return alert.severity != "low" and alert.facts.get("verdict") != "normal"


def is_about(alert: Alert, shop_id: str | None, order_id: str | None) -> bool:
    """Whether an alert names that order of that shop; none names what is no order."""
    if alert.orders:
        return any(order.order_id == order_id and order.shop_id == shop_id for order in alert.orders)
    return order_id in alert.order_ids and alert.shop_id in (None, shop_id)


def by_shop(orders: Iterable[OrderView]) -> dict[str, list[OrderView]]:
    """Orders of each shop, shops in order of their id; of an order whose shop nobody knows nothing."""
    shops: dict[str, list[OrderView]] = {}
    for order in orders:
        if order.shop_id is not None:
            shops.setdefault(order.shop_id, []).append(order)
    return dict(sorted(shops.items()))


class BuyerCase(Struct, frozen=True, eq=False, gc=False):
    """Everything a buyer did: the orders in order of their id, what belongs to no order, links to other buyers.

    Orders without an event since `horizon_ms` may have been forgotten.
    """

    buyer_id: str
    orders: list[OrderView]
    others: list[Any]
    links: list[LinkReported]
    shop: Callable[[str], ShopReported | None]
    now_ms: int
    horizon_ms: int = 0
    parcel: Callable[[str], ParcelReported | None] = lambda _: None
    """What is known of a waybill number, if anything is."""
    in_force: Callable[[str, int], Mapping[str, Any] | None] = lambda _platform, _at_ms: None
    """The parameters of a platform's detectors at a time, by name; none where those in force now are all there is."""

    @property
    def subject(self) -> str:
        """There is one case per buyer."""
        return ""

    def by_shop(self) -> dict[str, list[OrderView]]:
        """The orders of each shop, shops in order of their id."""
        return by_shop(self.orders)

    def complaints(self) -> dict[tuple[str, str], list[ComplaintChanged]]:
        """Each complaint's events in event-time order, with or without an order; by shop and id."""
        events = [fact for fact in self._loose() if isinstance(fact, ComplaintChanged)]
        found: dict[tuple[str, str], list[ComplaintChanged]] = {}
        for event in sorted(events, key=_MOMENT):
            found.setdefault((event.shop_id, event.complaint_id), []).append(event)
        return found

    def _loose(self) -> Iterator[Any]:
        yield from self.others
        for order in self.orders:
            yield from order.others


class AlertedCase(BuyerCase, frozen=True, eq=False, gc=False):
    """The same, with the alerts that stand about single things and rest on facts alone, oldest first."""

    alerts: list[Alert] = []


class RiskCase(Struct, frozen=True, eq=False, gc=False):
    """The alerts that stand about a buyer, of all other detectors, oldest first; their facts hold a verdict.

    `orders` are the buyer's, for what they are worth; `protective` are the detectors whose alerts accuse nobody, and
    `scenarios_zh` names scenarios in Chinese.
    """

    buyer_id: str
    alerts: list[Alert]
    links: list[LinkReported]
    now_ms: int
    orders: Sequence[OrderView] = ()
    protective: frozenset[str] = frozenset()
    scenarios_zh: Mapping[str, str] = MappingProxyType({})
    passes: Sequence[LinkPassed] = ()
    """Who is linked to those the buyer is linked to."""
    attempts: Sequence[Alert] = ()
    """What refunds that were given up before money moved would have stood for, all of it low."""

    @property
    def subject(self) -> str:
        """There is one case per buyer."""
        return ""
