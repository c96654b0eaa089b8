"""All orders of a buyer, brought up to date order by order: most of what was worked out of many stays as it was."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar, TypeVarTuple

from cloudtag.contract.scope import scoped, unscoped
from cloudtag.detection.goods import named_goods
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, ParcelTold

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_Place = tuple[str, str]
"""An order's id and shop."""
_Article = tuple[str, str]
"""A shop, and an article there."""
_Named = tuple[OrderView, tuple[str, ...], tuple[str, ...]]
"""An order, the numbers it was sent under and the parcels its refunds come back in."""


class AllOrders(Orders):
    """The orders by id and shop; by article on demand."""

    def __init__(self, orders: Iterable[OrderView]) -> None:
        """In any order."""
        super().__init__(sorted(orders, key=_place))
        self._places = [_place(order) for order in self]
        """Of each order what it stands at its place by: looking for one asks of no other."""
        self._changed: set[str] = set()
        """Orders of which something came since."""
        self._told_beside: set[str] = set()
        """Orders of whose numbers something was told since."""
        self._beside: dict[tuple[Any, ...], tuple[list[Any], set[_Place]]] = {}
        """What functions made of each order, at its place, and the orders of which that is to be made anew."""
        self._named: dict[str, _Named] = {}
        """What was worked out of all orders of those of which something came already."""
        self._uncounted: set[str] | None = None
        """Orders of which something came since their articles were looked at; None: nobody has asked."""
        self._naming: dict[_Article, set[str]] = {}
        self._articles: dict[str, frozenset[str]] = {}

    def note(self, name: str) -> None:
        """Something came about the order of that name."""
        self._changed.add(name)
        if self._uncounted is not None:
            self._uncounted.add(name)

    def note_told(self, names: Iterable[str]) -> None:
        """Something is told of a number that the orders of those names ever named."""
        if self._beside:
            self._told_beside.update(names)

    def each_beside(
        self, make: Callable[[OrderView, Orders, ParcelTold, *_Ts], _T], parcel: ParcelTold, *args: *_Ts
    ) -> list[_T]:
        """What such a function makes of each order; of most it stays as it was (see `Orders.each_beside`)."""
        key = make, *args
        held = self._beside.get(key)
        if held is None:
            held = self._beside[key] = super().each_beside(make, parcel, *args), set()
        values, stale = held
        for own in stale:
            place = bisect_left(self._places, own)
            if place < len(self) and self._places[place] == own:
                values[place] = make(self[place], self, parcel, *args)
        stale.clear()
        return values

    def refresh(
        self, view_of: Callable[[str], OrderView | None], sharing: Callable[[Collection[str]], Iterable[str]]
    ) -> None:
        """Take in the orders that changed as they are by now, given the view of each by its name, and the names of the
        orders that ever named a number which some orders did, those among them.

        What was worked out of all orders rests on their numbers: it counts no more where those are others.
        """
        self._note_beside(sharing)
        for name in self._changed:
            order = view_of(name)
            if order is None:
                continue
            named = (order, tuple(order.sent), tuple([refund.unit for refund in order.refunds.values()]))
            if self._named.get(name) != named:
                self._named[name] = named
                self.made.clear()
            own = _place(order)
            place = bisect_left(self._places, own)
            if place < len(self) and self._places[place] == own:
                self[place] = order
            else:
                self.insert(place, order)
                self._places.insert(place, own)
                for values in (*self.kept.values(), *(held for held, _ in self._beside.values())):
                    values.insert(place, None)
            for (make, *args), values in self.kept.items():
                values[place] = make(order, *args)
        self._changed.clear()

    def _note_beside(self, sharing: Callable[[Collection[str]], Iterable[str]]) -> None:
        if self._beside and (self._changed or self._told_beside):
            names = [*sharing(self._changed), *self._told_beside]
            places = {(order_id, shop_id) for shop_id, order_id in map(unscoped, names)}
            for _, stale in self._beside.values():
                stale.update(places)
        self._told_beside.clear()

    def naming(self, shop_id: str, articles: Iterable[str], view_of: Callable[[str], OrderView | None]) -> set[str]:
        """The names of the shop's orders that name any of these articles by now."""
        if self._uncounted is None:
            self._uncounted = {scoped(order.shop_id or "", order.order_id) for order in self}
        for name in self._uncounted:
            self._count(name, view_of(name))
        self._uncounted.clear()
        return set[str]().union(*(self._naming.get((shop_id, article), ()) for article in articles))

    def _count(self, name: str, order: OrderView | None) -> None:
        now = frozenset[str]() if order is None else named_goods(order)
        before = self._articles.get(name, frozenset())
        if order is None or now == before:
            return
        shop_id = order.shop_id or ""
        for article in before - now:
            self._naming[shop_id, article].discard(name)
        for article in now - before:
            self._naming.setdefault((shop_id, article), set()).add(name)
        self._articles[name] = now


def _place(order: OrderView) -> _Place:
    return order.order_id, order.shop_id or ""
