"""Cheap marks: could a detector of the whole buyer have something to find? Most buyers are never asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cloudtag.contract import events as ev
from cloudtag.detection.rule import Signal

BULK_PIECES = 10
BULK_ORDERS = 3
"""So many orders unpaid at once, or pieces in them, could be a bulk; no policy may ask for fewer."""
HABITS: dict[Signal, int] = {"undone": 3, "note": 2, "affiliate": 2}
"""From how many orders on it is worth asking whether there is a habit: orders closed, cancelled or with a refund, with
a note, over an affiliate. No policy may ask for fewer."""


def _of_order(order: ev.OrderChanged) -> Iterable[Signal]:
    # Most events are those of orders, and most say nothing: no generator for that.
    found: tuple[Signal, ...] = () if order.address_valid is not False else ("invalid_address",)
    if order.status in ("cancelled", "closed_unpaid"):
        found = (*found, order.status)
    return found


def _of_refund(refund: ev.RefundChanged) -> Iterator[Signal]:
    yield "refund"
    if refund.reason == "wrong_item":
        yield "wrong_item"
    if refund.evidence:
        yield "picture"


def _of_inspection(inspection: ev.ReturnInspected) -> Iterator[Signal]:
    if inspection.condition:
        yield "marked_return"


def _of_review(review: ev.ReviewPosted) -> Iterator[Signal]:
    if review.advertises:
        yield "advert"


def _of_complaint(complaint: ev.ComplaintChanged) -> Iterator[Signal]:
    if complaint.status in ("rejected", "withdrawn"):
        yield "lost_complaint"
    if complaint.complainant == "shop":
        yield "shop_complaint"
    if complaint.evidence:
        yield "picture"
    if complaint.type in ("advertising_law", "information_leak"):
        yield "legal_complaint"


SIGNALS: dict[type[Any], Callable[[Any], Iterable[Signal]]] = {
    ev.OrderChanged: _of_order,
    ev.RefundChanged: _of_refund,
    ev.ReturnInspected: _of_inspection,
    ev.ReviewPosted: _of_review,
    ev.ComplaintChanged: _of_complaint,
}
"""The signals an event gives, by its kind."""
