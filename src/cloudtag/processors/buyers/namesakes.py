"""Orders of one buyer that have the same id at different shops: whoever names an order may not say at which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudtag.contract.scope import unscoped
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from cloudtag.processors.buyers.buyer_index import BuyerIndex

FEW_ROWS = 64
"""Among so many rows each is looked at."""


def namesakes(state: KeyedState, order_id: str) -> Iterator[Row]:
    """The rows of the orders with that id, of whatever shop."""
    for name in _names(state, order_id):
        row = state.row("order", name)
        if row is not None:
            yield row


def note_name(index: BuyerIndex, name: str) -> None:
    """Something came about the order of that name."""
    known = index.by_order_id
    if known is not None:
        _put(known, name)


def _names(state: KeyedState, order_id: str) -> Iterable[str]:
    if len(state.rows) <= FEW_ROWS:
        # Taking apart each name would cost more than all the rest.
        found = [row.name for row in state.rows_of("order") if row.id.endswith(order_id)]
        return [name for name in found if unscoped(name)[1] == order_id]
    index: BuyerIndex = state.index
    if index.by_order_id is None:
        index.by_order_id = {}
        for row in state.rows_of("order"):
            _put(index.by_order_id, row.name)
    return index.by_order_id.get(order_id, ())


def _put(known: dict[str, tuple[str, ...]], name: str) -> None:
    order_id = unscoped(name)[1]
    names = known.get(order_id, ())
    if name not in names:
        known[order_id] = (*names, name)
