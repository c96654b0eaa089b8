"""What the rows of a buyer's keyed state read of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.links import LinkPassed, LinkReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.scope import scoped, unscoped
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.goods import ever_named
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import ParcelTold
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS
from cloudtag.processors.buyers.all_orders import AllOrders
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.empties import NameSet
from cloudtag.processors.buyers.loose_words import LooseWords, complaint_of

HELD_MS = (LONGEST_WINDOW_DAYS + 60) * DAY_MS
"""How long a buyer's facts are held: a month longer than other processors hold their internal records."""


def view_of(row: Row) -> OrderView:
    """The order a row is about, made once until a fact changes it."""
    view = row.view
    if not isinstance(view, OrderView):
        assert view is None
        shop_id, order_id = unscoped(row.name)
        view = row.view = OrderView(order_id, row.facts.values(), shop_id)
    return view


def orders(state: KeyedState) -> AllOrders:
    """All orders, by id and shop; kept from one question to the next, those that changed meanwhile taken in."""
    found: AllOrders | None = state.memo
    if found is None:
        found = state.memo = AllOrders(view_of(row) for row in state.rows_of("order") if row.facts)
    else:
        found.refresh(lambda name: _view_called(state, name), lambda names: orders_sharing(state, names))
    return found


def _view_called(state: KeyedState, name: str) -> OrderView | None:
    row = state.row("order", name)
    return view_of(row) if row is not None and row.facts else None


def orders_called(state: KeyedState, order_id: str) -> list[OrderView]:
    """The buyer's orders with that id, of whatever shop."""
    return [order for order in orders(state) if order.order_id == order_id]


def orders_in(state: KeyedState, names: Iterable[str]) -> Iterator[Row]:
    """The rows of the orders so named of which anything is known, by their names."""
    for name in sorted(names):
        row = state.row("order", name)
        if row is not None and row.facts:
            yield row


def orders_sharing(state: KeyedState, names: Collection[str]) -> set[str]:
    """The names of the orders that name a number one of these names, and of these."""
    index: BuyerIndex = state.index
    found = set(names)
    if index.shared_by_order:
        for name in names:
            for number in index.shared_by_order.get(name, ()):
                found.update(index.orders_by_number[number])
    return found


def orders_mixed(state: KeyedState, names: Collection[str]) -> set[str]:
    """Those, and the names of the orders whose boxes may have been mixed up with one of these."""
    index: BuyerIndex = state.index
    found = orders_sharing(state, names)
    return found | index.mixed_up.with_all(names, index.joint) if index.mixed_up.doubtful else found


def orders_beside(state: KeyedState, names: Collection[str]) -> list[OrderView]:
    """The orders that cases about these may rest on. Where other goods were claimed to have come, those too that name
    what came back instead, or that a scan of one of their parcels names."""
    index: BuyerIndex = state.index
    if not (index.shared_by_order or index.mixed_up.doubtful or index.claimed_orders):
        # Mostly no order has anything to do with another.
        return [view_of(row) for row in orders_in(state, names if len(names) == 1 else set(names))]
    found = orders_mixed(state, names)
    claimed: NameSet = index.claimed_orders
    for name in claimed.intersection(names) if claimed else ():
        found |= _naming_the_like(state, name)
        found |= {scoped(unscoped(name)[0], order_id) for order_id in _scanned_for(state, name)}
    return [view_of(row) for row in orders_in(state, sorted(found) if len(found) > 1 else found)]


def _naming_the_like(state: KeyedState, name: str) -> set[str]:
    """The names of the shop's orders that name what came back of an order's goods and is not in that order."""
    doubtful = state.index.mixed_up.doubtful.get(name)
    if doubtful is None or not doubtful.strange:
        return set()
    return orders(state).naming(unscoped(name)[0], doubtful.strange, lambda other: _view_called(state, other))


def _scanned_for(state: KeyedState, name: str) -> frozenset[str]:
    """The ids of the orders that scans of an order's parcels name."""
    order = _view_called(state, name)
    return frozenset() if order is None else _named_by_scans(order, (), partial(report, state))


def _named_by_scans(order: OrderView, orders: Sequence[OrderView], parcel: ParcelTold) -> frozenset[str]:
    del orders
    told = [parcel(number) for number in order.sent]
    return frozenset(
        [journey.order_id for each in told if each is not None for journey in each.journeys if journey.order_id]
    )


def claimed_beside(state: KeyedState, name: str) -> set[str]:
    """The orders with a claim of other goods whose case may rest on this one: it ever named what came back of theirs,
    or a scan of one of their parcels names it."""
    index: BuyerIndex = state.index
    order = _view_called(state, name) if index.claimed_orders else None
    if order is None:
        return set()
    shop_id, order_id = unscoped(name)
    holding = index.mixed_up.holding
    like = set[str]().union(*(holding.get((shop_id, sku_id), ()) for sku_id in ever_named(order)))
    found = like & index.claimed_orders
    known = orders(state)
    scanned = known.each_beside(_named_by_scans, partial(report, state))
    naming = [other for other, names in zip(known, scanned, strict=True) if order_id in names]
    return found | {scoped(other.shop_id or "", other.order_id) for other in naming} & index.claimed_orders


def loose(state: KeyedState) -> Sequence[ComplaintChanged]:
    """What was said of complaints by events that name no order."""
    words: LooseWords | None = state.index.loose
    return () if words is None else words.words


def loose_words(state: KeyedState, row: Row) -> Sequence[ComplaintChanged]:
    """What was said of an order's complaints by events that do not name the order.

    A complaint of the buyer's that names no order at all is about the latest one at the shop before it.
    """
    index: BuyerIndex = state.index
    if index.loose is None:
        return ()
    events = row.facts.values() if ComplaintChanged in row.kinds else ()
    named = {complaint_of(event) for event in events if type(event) is ComplaintChanged}
    return index.loose.about(row.name, index.began.get(row.name), named)


def names_beside(state: KeyedState, names: Collection[str]) -> Iterable[str]:
    """The names of the rows of those orders, and of others that explain what is said of them: by what came just now a
    box may have turned out to be mixed up with none of these."""
    if not state.index.claimed_orders.isdisjoint(names):
        return [row.name for row in state.rows_of("order")]
    return with_inspected(state, names)


def with_inspected(state: KeyedState, names: Collection[str]) -> set[str]:
    """The names of the orders that share a number with these, and of the shops' whose returns they looked into."""
    groups = [found for found in state.index.inspected_by_shop.values() if not found.isdisjoint(names)]
    return orders_sharing(state, names).union(*groups)


def report(state: KeyedState, number: str) -> ParcelReported | None:
    """What `parcels` says of a waybill number."""
    row = state.row("parcel", number)
    # As plain as can be: it is asked of every parcel of a buyer.
    if row is not None:
        for fact in row.facts.values():
            if type(fact) is ParcelReported and fact.is_held:
                return fact
    return None


def silence(state: KeyedState, number: str, courier: str) -> CourierReported | None:
    """What a courier, by its code, is said to have been silent for while the number waited for a scan."""
    row = state.row("parcel", number)
    told = () if row is None else row.facts.values()
    return next((f for f in told if type(f) is CourierReported and f.is_held and f.courier == courier), None)


def links(state: KeyedState) -> list[LinkReported]:
    """What `links` says, by attribute."""
    row = state.row("links")
    return [fact for _, fact in sorted(row.facts.items()) if fact.is_held] if row else []


def passes(state: KeyedState) -> list[LinkPassed]:
    """What go-betweens say, by whom and of whom."""
    row = state.row("passes")
    return [fact for _, fact in sorted(row.facts.items()) if fact.is_held] if row else []


def shop(state: KeyedState, shop_id: str) -> ShopReported | None:
    """What a shop last said of itself, if its answer has come."""
    row = state.row("shops")
    told = (fact for fact in row.facts.values() if fact.is_held and fact.shop_id == shop_id) if row else iter(())
    return next(told, None)


def owners(state: KeyedState) -> dict[str, tuple[str, ...]]:
    """By shop, what its owner is known by: as it tagged, and as it told when it was asked (F18)."""
    found: dict[str, set[str]] = {}
    for row in (state.row("tags"), state.row("shops")):
        for fact in row.facts.values() if row else ():
            if fact.is_held and fact.owner_marks:
                found.setdefault(fact.shop_id, set()).update(fact.owner_marks)
    return {shop_id: tuple(sorted(marks)) for shop_id, marks in sorted(found.items())}


def is_answered(state: KeyedState, row: Row, horizon_ms: int) -> bool:
    """Whether an alert about the row was answered by a verdict that is still held."""
    verdicts = state.index.verdicts
    return bool(verdicts) and any(
        verdict.occurred_at >= horizon_ms for told in row.published for verdict in verdicts.get(told, ())
    )
