"""Ids, and an order as far as its script has come."""

from dataclasses import dataclass

from msgspec import Struct

from cloudtag.contract.types import OrderLine
from cloudtag.simulate.world import Buyer, Shop


@dataclass(slots=True)
class Ids:
    """Unique ids of one cast: a prefix and a counter."""

    prefix: str
    count: int = 0

    def next(self, kind: str) -> str:
        """The next id of a kind (`e` event, `o` order, `r` refund, `w` waybill, …)."""
        self.count += 1
        return f"{self.prefix}{kind}{self.count:x}"


class OrderContext(Struct):
    """An order as far as its script has come; times are event times, 0 for what has not happened."""

    order_id: str
    buyer: Buyer
    shop: Shop
    lines: tuple[OrderLine, ...]
    is_insured: bool
    placed_at: int
    paid_at: int = 0
    shipped_at: int = 0
    signed_at: int = 0
    carrier: str | None = None
    waybill_no: str | None = None
    grams: int = 0
    """What its parcel weighed on its way to the buyer."""
