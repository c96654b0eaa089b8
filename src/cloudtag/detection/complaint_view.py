"""A complaint as its events describe it, and what was said of an order in complaints and reviews."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from cloudtag.contract.events import ComplaintChanged, ReviewPosted
from cloudtag.contract.types import Complainant, ComplaintStatus, ComplaintType
from cloudtag.detection.order_view import OrderView

_MOMENT = attrgetter("occurred_at", "event_id")


class ComplaintView:
    """A complaint's events in order. Fields an event leaves out keep what was said before."""

    __slots__ = ("complainant", "complaint_id", "demand", "events", "status", "type")

    def __init__(self, events: Iterable[ComplaintChanged]) -> None:
        """`events`: all held events of one complaint, at least one, in any order."""
        self.events = sorted(events, key=_MOMENT)
        self.complaint_id = self.events[0].complaint_id
        self.complainant: Complainant = "unknown"
        self.status: ComplaintStatus = "unknown"
        self.type: ComplaintType = "unknown"
        self.demand: ComplaintChanged | None = None
        # In one loop, without calls: it is made of every complaint of a buyer.
        for event in self.events:
            if event.complainant != "unknown":
                self.complainant = event.complainant
            if event.status != "unknown":
                self.status = event.status
            if event.type != "unknown":
                self.type = event.type
            if self.demand is None and event.demands_money:
                self.demand = event

    def called(self, kind: ComplaintType) -> ComplaintChanged | None:
        """The first event that gave the complaint that type."""
        return next((event for event in self.events if event.type == kind), None)


def complaints_of(order: OrderView, loose: Iterable[ComplaintChanged] = ()) -> list[ComplaintView]:
    """The complaints about an order, by either side, in order of their id.

    `loose`: what was said of complaints without naming the order.
    """
    events: dict[str, list[ComplaintChanged]] = {}
    for fact in said_of(order, loose):
        if type(fact) is ComplaintChanged:
            events.setdefault(fact.complaint_id, []).append(fact)
    return [ComplaintView(events[complaint_id]) for complaint_id in sorted(events)]


def said_of(order: OrderView, loose: Iterable[ComplaintChanged]) -> list[object]:
    """What is said of an order besides its refunds, also by those of the `loose` words that are of its complaints."""
    kept = list(loose)
    about = {(f.shop_id, f.complaint_id) for f in order.others if type(f) is ComplaintChanged} if kept else ()
    return [*order.others, *(word for word in kept if (word.shop_id, word.complaint_id) in about)]


def reviews_of(order: OrderView) -> list[list[ReviewPosted]]:
    """The reviews of an order, each as its versions in order of time."""
    versions: dict[str, list[ReviewPosted]] = {}
    for fact in order.others:
        if type(fact) is ReviewPosted:
            versions.setdefault(fact.review_id, []).append(fact)
    return [versions[review_id] for review_id in sorted(versions)]
