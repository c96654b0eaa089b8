"""Returns without a reason that came back used (T5): what a habit is counted from, and for which the right lapses."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cloudtag.contract.events import ReturnInspected
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView, reason_at, type_at
from cloudtag.detection.windows import Moment, holding

_NO_RETURN = ("refund_only", "exchange", "postage")


def used_returns(order: OrderView, conditions: Collection[str]) -> Iterator[Moment]:
    """The order's returns that came back in one of these conditions; each is (order, refund, the last inspection)."""
    for refund in order.refunds.values():
        inspections = [i for i in order.inspections if i.refund_id == refund.refund_id]
        for parcel in sorted({i.waybill_no or "" for i in inspections}):
            # What is said of no parcel in particular is said of all of them.
            said = [i for i in inspections if (i.waybill_no or parcel) == parcel]
            run = holding(said, lambda i: not set(i.condition).isdisjoint(conditions))
            if run is not None and _has_no_reason(refund, run.first):
                yield Moment(run.first.occurred_at, run.first.event_id, (order, refund, run.events[-1]))


def _has_no_reason(refund: RefundView, inspection: ReturnInspected) -> bool:
    """By what was in force when the shop looked; what is said afterwards changes nothing (F12)."""
    at_ms = inspection.occurred_at
    return type_at(refund, at_ms) not in _NO_RETURN and reason_at(refund, at_ms) == "no_reason"
