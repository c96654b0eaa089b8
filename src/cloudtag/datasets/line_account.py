"""The account of an import: every line of the file is in exactly one place."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

LineOutcome = Literal[
    "purchased",
    "returned",
    "no_customer",
    "not_goods",
    "bad_price",
    "bad_quantity",
    "no_earlier_purchase",
    "bad_time",
    "straggler",
]
"""What became of a line; see `MEANING`."""

MEANING: dict[LineOutcome, str] = {
    "purchased": "a line of an order",
    "returned": "goods of a refund on an earlier purchase of the same item by the same customer",
    "no_customer": "names no customer: nobody's history",
    "not_goods": "postage, fees, discounts, manual adjustments, test products",
    "bad_price": "a negative or unreadable price",
    "bad_quantity": "a purchase of nothing or less, or a cancellation that adds",
    "no_earlier_purchase": "a cancellation of what this customer did not buy before it in this file",
    "bad_time": "no readable time",
    "straggler": "came long after the rest of its invoice",
}


@dataclass(slots=True)
class Account:
    """Counts that grow while the events are read, and are complete when they are exhausted."""

    lines: int = 0
    fates: Counter[LineOutcome] = field(default_factory=Counter)
    orders: int = 0
    refunds: int = 0
    events: int = 0
    pieces_beyond_purchase: int = 0
    """Cancelled pieces that exceed what the customer had bought; the rest of their line is a refund."""

    @property
    def is_balanced(self) -> bool:
        """Whether every line read is accounted for."""
        return self.lines == sum(self.fates.values())
