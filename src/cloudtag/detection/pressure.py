"""What a buyer asks a shop money for, and what presses the shop to pay: demands in complaints and reviews of an order,
refunds without return and bad ratings of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cloudtag.contract.events import ComplaintChanged, RefundChanged, ReviewPosted
from cloudtag.detection.complaint_view import ComplaintView, complaints_of, reviews_of
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView

_NEVER_MS = 2**62


class Demand(NamedTuple):
    """A demand for money; `is_rejected` is the complaint it was made in."""

    event: ComplaintChanged | ReviewPosted
    is_rejected: bool


class Pressure(NamedTuple):
    """What presses the shop, until when."""

    event: RefundChanged | ReviewPosted
    until_ms: int


def demands_of(order: OrderView) -> list[Demand]:
    """The buyer's demands that stand. An upheld complaint was right, and the buyer's reviews of the order are, too."""
    complaints = [complaint for complaint in complaints_of(order) if complaint.complainant == "buyer"]
    demands = [*_in_complaints(complaints)]
    if not any(complaint.status == "upheld" for complaint in complaints):
        demands += _in_reviews(order)
    return demands


def pressures_of(order: OrderView, bad_rating: int) -> list[Pressure]:
    """Refunds without return asked for once the goods were sent, and ratings of so many stars or fewer."""
    return [*_refunds(order), *_ratings(order, bad_rating)]


def _in_complaints(complaints: Iterable[ComplaintView]) -> Iterator[Demand]:
    for complaint in complaints:
        if complaint.demand is not None and complaint.status != "upheld":
            yield Demand(complaint.demand, complaint.status == "rejected")


def _in_reviews(order: OrderView) -> Iterator[Demand]:
    for versions in reviews_of(order):
        for n, version in enumerate(versions):
            is_dropped = any(not v.demands_money and v.rating <= version.rating for v in versions[n + 1 :])
            if version.demands_money and not is_dropped:
                yield Demand(version, False)


def _refunds(order: OrderView) -> Iterator[Pressure]:
    for refund in order.refunds.values():
        asked = next((change for change in refund.changes if change.type == "refund_only"), None)
        if asked is not None and not _is_cancellation(order, refund, asked):
            last = refund.changes[-1]
            yield Pressure(asked, last.occurred_at if last.status == "withdrawn" else _NEVER_MS)


def _is_cancellation(order: OrderView, refund: RefundView, asked: RefundChanged) -> bool:
    if order.shipped_at is not None:
        return asked.occurred_at < order.shipped_at
    return order.first_at.keys().isdisjoint(("completed", "partly_shipped")) and (
        "cancelled" in order.first_at or refund.status in ("agreed", "completed")
    )


def _ratings(order: OrderView, bad_rating: int) -> Iterator[Pressure]:
    for versions in reviews_of(order):
        for version, after in zip(versions, [*versions[1:], None], strict=True):
            if version.rating <= bad_rating:
                yield Pressure(version, _NEVER_MS if after is None else after.occurred_at)
