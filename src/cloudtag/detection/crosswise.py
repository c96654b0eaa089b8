"""Boxes of one buyer's returns that were packed, or whose numbers were written down, crosswise (F6)."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.goods import Pieces, count_pieces, sent_skus
from cloudtag.detection.parcel_goods import Part, parts_of, wanted


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
    found = sum((count_pieces(word.received, (part.order,)) for word in part.inspections), Counter[str]())
    sent = sent_skus(part.order)
    strange = Counter({sku: count for sku, count in found.items() if sku not in sent})
    return _Mixed(wanted(part).goods - found, strange)
