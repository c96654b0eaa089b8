"""What makes it worth asking a detector of the whole buyer: cheap marks of single facts. Most buyers are never asked.

A detector names its signals in its `RULE`, those that several share from here. They are found there, and every fact of
the kinds they name is shown to them: nothing else has to know of a new one. A signal is never exact, but follows from
the facts held alone; what it must never do is miss a buyer of whom the detector, with the loosest parameters a policy
may set, has something to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.events import (
    ComplaintChanged,
    InsuranceChanged,
    OrderChanged,
    RefundChanged,
    ReturnInspected,
    ReviewPosted,
)
from cloudtag.contract.links import LinkReported
from cloudtag.contract.types import OrderLine
from cloudtag.detection.outcomes import PAID

SETTLED = -1
"""What a fact weighs that ends it for its order: the order counts no more, whatever else comes."""


class Signal(Struct, frozen=True, eq=False):
    """A mark of single facts: by their kind, how much one weighs; 0 or false is nothing.

    It is seen once `at_least` orders have a fact that weighs something, or once those orders weigh `or_total` in sum,
    each as much as its heaviest fact (0: the sum says nothing). A fact of no order that weighs something is enough.
    """

    name: str
    weigh: Mapping[type[Any], Callable[[Any], int]]
    at_least: int = 1
    or_total: int = 0
    fields: Mapping[type[Any], tuple[str, ...]] = {}
    """By kind, the fields that a fact's weight follows from, where these are few and plain, and internal records are
    not meant: facts that agree in them are weighed once."""


def _always(fact: Any) -> bool:
    del fact
    return True


def _is_undone(order: OrderChanged) -> bool:
    return order.status in ("cancelled", "closed_unpaid")


def _unpaid_pieces(order: OrderChanged) -> int:
    if order.status in PAID:
        return SETTLED
    # Nothing but the number of orders tells of one without lines.
    return sum([line.quantity * _most_of_part(line) for line in order.lines]) or 1


def _most_of_part(line: OrderLine) -> int:
    return max(1, *(part.quantity for part in line.components)) if line.components else 1


def _has_evidence(event: RefundChanged | ComplaintChanged) -> bool:
    return bool(event.evidence)


INVALID_ADDRESS = Signal(
    "invalid_address",
    {OrderChanged: lambda order: order.address_valid is False},
    fields={OrderChanged: ("address_valid",)},
)
UNDONE = Signal(
    "undone", {OrderChanged: _is_undone, RefundChanged: _always}, at_least=3, fields={OrderChanged: ("status",)}
)
"""Orders cancelled, closed or with a refund: from three on there may be a habit."""
NOTES = Signal(
    "notes",
    {OrderChanged: lambda order: bool(order.buyer_note) or order.note_meaningless},
    fields={OrderChanged: ("buyer_note", "note_meaningless")},
)
AFFILIATES = Signal(
    "affiliates",
    {OrderChanged: lambda order: order.affiliate_id is not None},
    at_least=2,
    fields={OrderChanged: ("affiliate_id",)},
)
UNPAID = Signal("unpaid", {OrderChanged: _unpaid_pieces}, at_least=3, or_total=10)
"""Orders placed and not yet paid: so many at once, or pieces in them, could empty a shop's shelf."""
UNPAID_BY_OTHERS = Signal("unpaid_by_others", {LinkReported: lambda link: any(use.unpaid for use in link.others)})
"""Somebody who shares an attribute left orders unpaid."""
RIVAL = Signal("rival", {LinkReported: lambda link: any(use.shop_id and not use.buyer_id for use in link.others)})
"""A shop shows an attribute of the buyer's."""
CLAIMS_OF_OTHERS = Signal(
    "claims_of_others", {LinkReported: lambda link: any(use.dealings.asked for use in link.others)}
)
"""Somebody who shares an attribute asked money back."""
RATINGS_OF_OTHERS = Signal(
    "ratings_of_others", {LinkReported: lambda link: any(use.dealings.rated for use in link.others)}
)
"""Somebody who shares an attribute left a bad rating."""
INSURANCE_PAID = Signal("insurance_paid", {InsuranceChanged: lambda event: event.status == "paid"})
WRONG_ITEM = Signal("wrong_item", {RefundChanged: lambda refund: refund.reason == "wrong_item"})
EVIDENCE = Signal("evidence", {RefundChanged: _has_evidence, ComplaintChanged: _has_evidence})
MARKED_RETURN = Signal("marked_return", {ReturnInspected: lambda inspection: bool(inspection.condition)})
"""The shop wrote down in what condition the goods came back."""
ADVERT = Signal("advert", {ReviewPosted: lambda review: review.advertises is True})
LOST_COMPLAINT = Signal("lost_complaint", {ComplaintChanged: lambda event: event.status in ("rejected", "withdrawn")})
REFUSAL = Signal("refusal", {RefundChanged: lambda refund: refund.status == "refused"})
"""A shop refused a refund: it may be opened again."""
LEGAL_TYPES = ("advertising_law", "information_leak", "labelling", "certification", "food_safety")
"""What those complain of who live on it (B30)."""
LEGAL_COMPLAINT = Signal("legal_complaint", {ComplaintChanged: lambda event: event.type in LEGAL_TYPES})
SHOP_COMPLAINT = Signal("shop_complaint", {ComplaintChanged: lambda event: event.complainant == "shop"})
"""A shop complained about the buyer: something may follow without any alert."""
ORDER_LIMIT = Signal("order_limit", {OrderLimitChanged: _always})
"""A shop barred the buyer: orders there are held without any alert."""
