"""A buyer's orders together: which of them share a parcel, found out once for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, TypeVarTuple

from cloudtag.contract.parcels import ParcelReported
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.returned import Refunds

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
ParcelTold = Callable[[str], ParcelReported | None]
"""What `parcels` says of a number."""


class Orders(list[OrderView]):
    """A buyer's orders. They must not change while they are held together: a fact makes them anew."""

    def __init__(self, orders: Iterable[OrderView] = ()) -> None:
        """In the order given."""
        super().__init__(orders)
        self.made: dict[Any, Any] = {}
        """What was found out about them so far (see `once_of_case`)."""
        self.kept: dict[tuple[Any, ...], list[Any]] = {}
        """What functions made of each order, at its place; by the function and the values it was given."""

    def each(self, make: Callable[[OrderView, *_Ts], _T], *args: *_Ts) -> list[_T]:
        """What a function of one order, and of values that can be told apart, makes of each, in their order: not to be
        changed."""
        key = make, *args
        found = self.kept.get(key)
        if found is None:
            found = self.kept[key] = [make(order, *args) for order in self]
        return found

    def each_beside(
        self, make: Callable[[OrderView, Orders, ParcelTold, *_Ts], _T], parcel: ParcelTold, *args: *_Ts
    ) -> list[_T]:
        """Likewise of a function that asks besides of the orders that name one of an order's numbers, and of what is
        told of those numbers; of no other order and no other number. `parcel` must be what is told beside these orders.
        """
        return [make(order, self, parcel, *args) for order in self]


def together(orders: Iterable[OrderView]) -> Orders:
    """The orders as such, themselves if they are that already."""
    return orders if isinstance(orders, Orders) else Orders(orders)


def refunds_in(orders: Iterable[OrderView], shop_id: str | None, unit: str) -> Refunds:
    """The refunds of a shop's orders that come back in one parcel (see `RefundView.unit`)."""
    return _by_unit(together(orders)).get((shop_id, unit), [])


def sent_under(orders: Iterable[OrderView], shop_id: str | None, number: str) -> list[OrderView]:
    """The shop's orders that name an outbound number."""
    return _by_number(together(orders)).get((shop_id, number), [])


@once_of_case
def _by_unit(orders: Orders) -> dict[tuple[str | None, str], Refunds]:
    found: dict[tuple[str | None, str], Refunds] = {}
    for order in orders:
        for refund in order.refunds.values():
            found.setdefault((order.shop_id, refund.unit), []).append((order, refund))
    return found


@once_of_case
def _by_number(orders: Orders) -> dict[tuple[str | None, str], list[OrderView]]:
    found: dict[tuple[str | None, str], list[OrderView]] = {}
    for order in orders:
        for number in order.sent:
            found.setdefault((order.shop_id, number), []).append(order)
    return found
