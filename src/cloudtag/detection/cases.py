"""What a detector is shown: one order, or one returned parcel, of one buyer, at one moment of event time."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.scope import scoped
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView


class OrderCase(Struct, frozen=True, eq=False, gc=False):
    """One order of a buyer. `parcel` gives what is known of a waybill number, if anything is."""

    buyer_id: str
    order: OrderView
    parcel: Callable[[str], ParcelReported | None]
    now_ms: int

    @property
    def subject(self) -> str:
        """The order's id, with its shop."""
        return scoped(self.order.shop_id or "", self.order.order_id)

    @property
    def outbound(self) -> ParcelReported | None:
        """What is known of the parcel the order was sent in."""
        waybill = self.order.waybill
        return self.parcel(waybill.waybill_no) if waybill and waybill.waybill_no else None


class ParcelCase(Struct, frozen=True, eq=False, gc=False):
    """One return number of a buyer (or one refund that names none), with the refunds that now share it.

    `refunds` are in order of their id. `outbound` are the buyer's orders that were sent under the same number.
    `linked_buyer_ids` are the buyers who share an attribute with this one, hubs left out.
    """

    buyer_id: str
    waybill_no: str | None
    report: ParcelReported | None
    refunds: list[tuple[OrderView, RefundView]]
    outbound: list[OrderView]
    now_ms: int
    linked_buyer_ids: frozenset[str] = frozenset()
    shop: Callable[[str], ShopReported | None] = lambda _: None
    """What a shop last said of itself, if its answer has come."""

    @property
    def subject(self) -> str:
        """The return number, or the one refund that names none."""
        return self.waybill_no or self.refunds[0][1].unit

    def by_shop(self) -> dict[str, list[tuple[OrderView, RefundView]]]:
        """The refunds of each shop."""
        shops: dict[str, list[tuple[OrderView, RefundView]]] = {}
        for order, refund in self.refunds:
            shops.setdefault(refund.shop_id, []).append((order, refund))
        return shops


def last_inspections(order: OrderView, refund: RefundView) -> list[ReturnInspected]:
    """A refund's inspections, a later one of the same parcel in place of an earlier: shops correct themselves.

    Where nothing came, nothing was looked at.
    """
    last: dict[str | None, ReturnInspected] = {}
    for inspection in order.inspections:
        if inspection.refund_id == refund.refund_id:
            last[inspection.waybill_no] = inspection
    return [inspection for inspection in last.values() if inspection.arrived]
