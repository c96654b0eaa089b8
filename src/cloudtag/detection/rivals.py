"""Shops that somebody who buys from a shop of their kind belongs to."""

from __future__ import annotations

from typing import NamedTuple

from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.records import Reference
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.buyer_case import BuyerCase

RIVAL_KINDS = ("phone", "device", "payment")
"""What shows that a buyer belongs to a shop; an address is shared with a whole building."""


class Rivalry(NamedTuple):
    """A buyer belongs to shops of the same category as the shop; `uses` are what these shops show of themselves."""

    shop: ShopReported
    uses: list[AttributeUsed]

    @property
    def shop_ids(self) -> list[str]:
        """The other shops, in order of their id."""
        return sorted({use.shop_id for use in self.uses if use.shop_id})

    @property
    def attributes(self) -> list[str]:
        """What the buyer shares with them."""
        return sorted({use.attribute for use in self.uses})

    @property
    def since_ms(self) -> int:
        """Since when it is known, the buyer's own use of what is shared aside."""
        first = {shop_id: min(u.occurred_at for u in self.uses if u.shop_id == shop_id) for shop_id in self.shop_ids}
        return max(self.shop.category_from_ms, min(first.values()))

    @property
    def references(self) -> list[Reference]:
        """The descriptions in which the shops show what is shared."""
        return [Reference("shops", use.event_id, use.occurred_at) for use in self.uses]


def rivalry(case: BuyerCase, shop_id: str) -> Rivalry | None:
    """Whether the buyer belongs to another shop of the shop's category.

    Whoever belongs to the shop itself is at home there: an owner of two shops is no rival of either.
    """
    shop = case.shop(shop_id)
    if shop is None or shop.category is None:
        return None
    shown = [
        use
        for report in case.links
        if report.kind in RIVAL_KINDS
        for use in report.others
        if use.shop_id is not None and not use.buyer_id
    ]
    if any(use.shop_id == shop_id for use in shown):
        return None
    uses = [use for use in shown if use.category == shop.category]
    return Rivalry(shop, uses) if uses else None
