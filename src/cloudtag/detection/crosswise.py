"""Boxes of one buyer's returns that were packed, or whose numbers were written down, crosswise (F6)."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from cloudtag.contract.events import OrderChanged, RefundChanged, ReturnInspected
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.goods import Pieces, claimed, count_pieces, ordered_skus, sent_skus
from cloudtag.detection.once import once
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.parcel_goods import Part, parts_of, wanted
from cloudtag.detection.returned import last_words


class Doubtful(NamedTuple):
    """Articles that an order's returns lack, as far as the shop looked into them, and such as were found that the order
    does not name by now."""

    lacks: frozenset[str]
    strange: frozenset[str]


class _Mixed(NamedTuple):
    """What a return lacks of its goods, and what was found in it that its order does not name."""

    lacks: Pieces
    strange: Pieces

    def concerns(self, other: _Mixed) -> bool:
        """Whether one of the two holds what the other lacks."""
        return bool(self.strange & other.lacks or other.strange & self.lacks)

    def __or__(self, other: _Mixed) -> _Mixed:
        """Both together, in whatever box."""
        lacks, strange = self.lacks + other.lacks, self.strange + other.strange
        return _Mixed(lacks, strange)


def is_crosswise(case: ParcelCase, parts: list[Part], lacks: Pieces, strange: Pieces) -> bool:
    """Whether a parcel and other returns of the buyer to the shop hold, all together, what they were to bring back.

    `lacks` and `strange`: what the parcel was to hold and did not, and what it held that its orders do not name.
    """
    group = _Mixed(lacks, strange)
    others = _others(case, parts)
    while joined := [other for other in others if group.concerns(other)]:
        for other in joined:
            others.remove(other)
            group |= other
    return not group.lacks - group.strange


def tells_of_goods(fact: Any) -> bool:
    """Whether a fact about an order may change its doubtful goods: it tells of refunds, of what was found, or of what
    was bought and in which currency."""
    kind = type(fact)
    if kind is OrderChanged:
        return bool(fact.lines or fact.currency)
    return kind is RefundChanged or kind is ReturnInspected


@once
def doubtful_goods(order: OrderView) -> Doubtful:
    """What may make any difference to `is_crosswise`, or be asked whose it is: nothing of an order whose returns held
    what they were to hold.

    Never less than that: what was claimed counts, whether or not it was given up since. Where one order has several
    refunds, what was booked for one may be another's: all of it may be missing.
    """
    told = [Part(order, refund, last_words(order, refund)) for refund in order.refunds.values()]
    parts = [part for part in told if part.inspections]
    if not parts:
        return Doubtful(frozenset(), frozenset())
    found = [_found(part) for part in parts]
    strange = frozenset[str]().union(*found) - ordered_skus(order)
    if len(order.refunds) > 1:
        due = [claimed(order, refund).goods for refund in order.refunds.values()]
        return Doubtful(ordered_skus(order).union(*due), strange)
    return Doubtful(frozenset(claimed(order, parts[0].refund).goods - found[0]), strange)


def _others(case: ParcelCase, parts: list[Part]) -> list[_Mixed]:
    """The buyer's other returns to the shop that it has looked into."""
    shop_id, own = parts[0].refund.shop_id, {part.refund.refund_id for part in parts}
    refunds = [
        (order, refund)
        for order in case.orders()
        if order.shop_id == shop_id
        for refund in order.refunds.values()
        if refund.refund_id not in own
    ]
    return [_mixed(part) for part in parts_of(refunds) if part.inspections]


def _mixed(part: Part) -> _Mixed:
    found, sent = _found(part), sent_skus(part.order)
    strange = Counter({sku: count for sku, count in found.items() if sku not in sent})
    return _Mixed(wanted(part).goods - found, strange)


def _found(part: Part) -> Pieces:
    sought = claimed(part.order, part.refund).goods
    found = [count_pieces(word.received, (part.order,), sought) for word in part.inspections]
    return found[0] if len(found) == 1 else sum(found, Counter[str]())
