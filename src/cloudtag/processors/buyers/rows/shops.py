"""The shops that a buyer's keyed state asks about, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.shops import ShopAsked, ShopReported
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.reading import orders, orders_in, report, view_of


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """Ask about the shops that parcels with a known destination go back to, those a linked shop competes with, and
    those whose word is a cause of a sanction."""
    del row, now_ms
    needed: dict[str, int] = {}
    for number, names in state.index.orders_by_number.items():
        if number in state.index.units and _has_destination(state, number):
            _need(needed, (view_of(row) for row in orders_in(state, names)))
    if state.index.has_shop_link:
        _need(needed, orders(state))
    for verdict in _causes(state, policies):
        # The platform's word is about whatever shops an alert names.
        named = _shops_of(orders(state)) if verdict.shop_id is None else [verdict.shop_id]
        for shop_id in filter(None, named):
            needed[shop_id] = max(needed.get(shop_id, 0), verdict.occurred_at)
    judgement = Judgement()
    for shop_id, since_ms in needed.items():
        asked = ShopAsked(0, True, shop_id, state.id, since_ms, state.network)
        judgement.conclusions[asked.internal_id] = Conclusion(asked.internal_id, shop_id, since_ms, asked)
    return judgement


def _shops_of(orders: Iterable[OrderView]) -> list[str | None]:
    """Of what is known of as an order or a refund: a complaint or an inspection alone asks nobody."""
    return [order.shop_id for order in orders if order.began_at]


def _need(needed: dict[str, int], orders: Iterable[OrderView]) -> None:
    for order in orders:
        if order.shop_id is not None and order.began_at:
            needed[order.shop_id] = max(needed.get(order.shop_id, 0), order.began_at)


def _causes(state: KeyedState, policies: Policies) -> Iterator[AlertAnswered]:
    """The words that may be a cause of a sanction (A23); of shops with one owner two are one (F18)."""
    index: BuyerIndex = state.index
    for verdict in chain.from_iterable(index.verdicts.values()):
        if (
            verdict.verdict == "abnormal"
            and policies.at(verdict.platform, verdict.occurred_at).sanctions.takes_verdicts
        ):
            yield verdict


def _is_answered(state: KeyedState, name: str) -> bool:
    del name
    index: BuyerIndex = state.index
    return bool(index.verdicts)


def _has_rival(state: KeyedState, name: str) -> bool:
    del name
    index: BuyerIndex = state.index
    return index.has_shop_link


def _may_return(state: KeyedState, name: str) -> bool:
    """Whether anything goes back to a shop: where it goes may be published anew, or taken back."""
    del name
    index: BuyerIndex = state.index
    return bool(index.units_by_order)


def _has_destination(state: KeyedState, number: str) -> bool:
    """Whether anything tells where a parcel goes."""
    told = report(state, number)
    if told is None:
        return False
    return told.destination_hash is not None or (told.other is not None and told.other.destination_hash is not None)


def _is_order_asked(state: KeyedState, name: str) -> bool:
    """Whether a shop is compared with the order's, or something of the order is in a parcel that is known to go
    somewhere."""
    index: BuyerIndex = state.index
    if index.has_shop_link or index.verdicts:
        return True
    units = index.units_by_order.get(name)
    return units is not None and any(_has_destination(state, unit) for unit in units)


SHOPS = RowKind(
    name="shops",
    letter="q",
    judge=_judge,
    holds=(Holds(ShopReported, identity=attrgetter("shop_id")),),
    tells=(ShopAsked,),
    reads=(
        Reads("order", when=_is_order_asked),
        Reads("parcel", when=_may_return),
        Reads("links", when=_has_rival),
        Reads("buyer", when=_is_answered),
    ),
    stays_with=("order",),
)
