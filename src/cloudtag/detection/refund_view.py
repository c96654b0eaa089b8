"""One refund as its events describe it: the latest word on each point, and when each thing was first said."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods


def latest(events: Iterable[RefundChanged]) -> list[RefundChanged]:
    """Events in event-time order; the id decides between equal times, so that arrival order never does."""
    return sorted(events, key=lambda e: (e.occurred_at, e.event_id))


def own_unit(shop_id: str, refund_id: str) -> str:
    """The parcel of a refund that names no number."""
    return f"~{scoped(shop_id, refund_id)}"


class RefundView:
    """A refund's events in order and what they add up to. Fields an event leaves out keep what was said before."""

    __slots__ = (
        "amount_minor",
        "carrier",
        "changes",
        "filled",
        "is_offline",
        "lines",
        "modified_count",
        "order_id",
        "platform",
        "reason",
        "refund_id",
        "shop_id",
        "status",
        "type",
        "waybill_no",
    )

    def __init__(self, events: Iterable[RefundChanged]) -> None:
        """`events`: all held events of one refund, at least one, in any order."""
        self.changes = latest(events)
        first = self.changes[0]
        self.refund_id, self.order_id = first.refund_id, first.order_id
        self.shop_id, self.platform = first.shop_id, first.platform
        self.type, self.reason, self.status = first.type, first.reason, first.status
        self.lines: tuple[Goods, ...] = ()
        self.amount_minor: int | None = None
        self.waybill_no: str | None = None
        self.carrier: str | None = None
        self.filled: RefundChanged | None = None
        self.is_offline = False
        self.modified_count = 0
        for change in self.changes:
            self._take(change)

    def add(self, change: RefundChanged) -> None:
        """Take in an event later than all the view knows."""
        self.changes.append(change)
        self._take(change)

    @property
    def opened(self) -> RefundChanged:
        """The first event of the refund."""
        return self.changes[0]

    @property
    def unit(self) -> str:
        """The parcel it comes back in: its return number, or the refund itself while it names none."""
        return self.waybill_no or own_unit(self.shop_id, self.refund_id)

    def _take(self, change: RefundChanged) -> None:
        self.type = change.type if change.type != "unknown" else self.type
        self.reason = change.reason if change.reason != "unknown" else self.reason
        self.status = change.status if change.status != "unknown" else self.status
        self.lines = change.lines or self.lines
        self.amount_minor = change.amount_minor if change.amount_minor is not None else self.amount_minor
        self.modified_count += change.status == "modified"
        if change.waybill_no is None:
            return
        if change.waybill_no != self.waybill_no:
            self.waybill_no, self.filled, self.is_offline = change.waybill_no, change, False
        self.carrier = change.carrier or self.carrier
        self.is_offline = self.is_offline or change.offline
