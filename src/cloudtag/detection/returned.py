"""What a shop found in a returned parcel, and which refunds send goods back at all."""

from __future__ import annotations

from cloudtag.contract.events import ReturnInspected
from cloudtag.detection.once import once_of_refund
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView

Refunds = list[tuple[OrderView, RefundView]]
"""Refunds with their orders."""
_RETURNS = frozenset(("return_refund", "exchange"))


def sends_goods(refund: RefundView) -> bool:
    """Whether the refund ever was one that sends goods back; while nobody has stated its type, it may be."""
    return not refund.types or not refund.types.isdisjoint(_RETURNS)


@once_of_refund
def last_words(order: OrderView, refund: RefundView) -> tuple[ReturnInspected, ...]:
    """What the shop last said of each parcel of a refund, that nothing came included.

    An inspection that names no parcel speaks of the whole return: it takes the place of all before it, and any later
    one takes its place.
    """
    last: dict[str | None, ReturnInspected] = {}
    for inspection in order.inspections:
        if inspection.refund_id != refund.refund_id:
            continue
        if inspection.waybill_no is None:
            last.clear()
        last.pop(None, None)
        last[inspection.waybill_no] = inspection
    return tuple(last.values())


def standing_inspections(order: OrderView, refund: RefundView) -> list[ReturnInspected]:
    """The last words on what came. Where nothing came, nothing was looked at."""
    if not order.inspections:
        # Of most orders the shop never looked into any return.
        return []
    return [inspection for inspection in last_words(order, refund) if inspection.arrived]


def parcel_inspections(refunds: Refunds, waybill_no: str | None) -> list[ReturnInspected]:
    """The standing inspections of refunds that share a parcel, those that name another parcel left out."""
    return [
        inspection
        for order, refund in refunds
        for inspection in standing_inspections(order, refund)
        if inspection.waybill_no in (None, waybill_no)
    ]
