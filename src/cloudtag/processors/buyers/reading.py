"""What the rows of a buyer's keyed state read of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudtag.contract.links import LinkReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.scope import scoped, unscoped
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS

HELD_MS = (LONGEST_WINDOW_DAYS + 60) * DAY_MS
"""How long a buyer's facts are held: a month longer than other processors hold their internal records."""


def view_of(row: Row) -> OrderView:
    """The order a row is about, made once until a fact changes it."""
    view = row.view
    if view is None:
        shop_id, order_id = unscoped(row.name)
        view = row.view = OrderView(order_id, row.facts.values(), shop_id)
    assert isinstance(view, OrderView)
    return view


def orders(state: KeyedState) -> list[OrderView]:
    """All orders, by id and shop; made once until an order comes, changes or goes."""
    found: list[OrderView] | None = state.memo
    if found is None:
        views = (view_of(row) for row in state.rows_of("order") if row.facts)
        found = state.memo = sorted(views, key=lambda order: (order.order_id, order.shop_id or ""))
    return found


def order_name(shop_id: str, order_id: str) -> str:
    """What names an order's row: an order's id means something only inside its shop."""
    return scoped(shop_id, order_id)


def orders_called(state: KeyedState, order_id: str) -> list[OrderView]:
    """The buyer's orders with that id, of whatever shop."""
    return [order for order in orders(state) if order.order_id == order_id]


def orders_in(state: KeyedState, names: Iterable[str]) -> Iterator[Row]:
    """The rows of the orders so named of which anything is known, by their names."""
    for name in sorted(names):
        row = state.row("order", name)
        if row is not None and row.facts:
            yield row


def report(state: KeyedState, number: str) -> ParcelReported | None:
    """What `parcels` says of a waybill number."""
    row = state.row("parcel", number)
    return None if row is None else next((fact for fact in row.facts.values() if fact.is_held), None)


def links(state: KeyedState) -> list[LinkReported]:
    """What `links` says, by attribute."""
    row = state.row("links")
    return [fact for _, fact in sorted(row.facts.items()) if fact.is_held] if row else []


def shop(state: KeyedState, shop_id: str) -> ShopReported | None:
    """What a shop last said of itself, if its answer has come."""
    row = state.row("shops")
    told = (fact for fact in row.facts.values() if fact.is_held and fact.shop_id == shop_id) if row else iter(())
    return next(told, None)
