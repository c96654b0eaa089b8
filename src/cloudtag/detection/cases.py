"""What a detector is shown: one order, or one returned parcel, of one buyer, at one moment of event time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.links import LinkReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.scope import scoped
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.buyer_case import linked
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outbound import Outbound, outbound_of
from cloudtag.detection.refund_view import RefundView
from cloudtag.parcels.silence import Span


class OrderCase(Struct, frozen=True, eq=False, gc=False):
    """One order of a buyer. `parcel` gives what is known of a waybill number, if anything is.

    `orders` gives the buyer's orders that name a number this one names, this one among them, or all of the buyer's, and
    `links` what is known of others, where other goods came back than were sent.
    """

    buyer_id: str
    order: OrderView
    parcel: Callable[[str], ParcelReported | None]
    now_ms: int
    orders: Callable[[], Sequence[OrderView]] = tuple
    links: Sequence[LinkReported] = ()
    silence: Callable[[str, str], CourierReported | None] = lambda *_: None
    """When the courier of a number, by its code, showed no scan anywhere (F10), if its answer has come."""
    is_asked: Callable[[str], bool] = lambda _: False
    """Whether that was asked of the courier of a number."""
    made: dict[Any, Any] = field(default_factory=dict)
    """What was made of it so far: see `once_of_case`."""

    @property
    def subject(self) -> str:
        """The order's id, with its shop."""
        return scoped(self.order.shop_id or "", self.order.order_id)

    @property
    def outbound(self) -> list[Outbound]:
        """The parcels the order was sent in, in the order in which they were named, and where each of them is."""
        return _outbound(self)

    @property
    def shop_number_elsewhere(self) -> list[Outbound]:
        """Those of a number that belongs to another order, or whose parcel went elsewhere: the shop's mistake (F8)."""
        return [parcel for parcel in self.outbound if parcel.contradicted_by is not None]


@once_of_case
def _outbound(case: OrderCase) -> list[Outbound]:
    return outbound_of(case.order, case.orders() or (case.order,), case.parcel)


class ParcelCase(Struct, frozen=True, eq=False, gc=False):
    """One return number of a buyer (or one refund that names none), with the refunds that now share it.

    `refunds` are in order of their id; `named` are all that ever named the number, those among them that name another
    by now. `outbound` are the buyer's orders that were sent under the same number. `parcel` gives what is known of a
    number of those orders; `orders` and `links` are as an order's case has them.
    """

    buyer_id: str
    waybill_no: str | None
    report: ParcelReported | None
    refunds: list[tuple[OrderView, RefundView]]
    outbound: list[OrderView]
    now_ms: int
    shop: Callable[[str], ShopReported | None] = lambda _: None
    """What a shop last said of itself, if its answer has come."""
    parcel: Callable[[str], ParcelReported | None] = lambda _: None
    orders: Callable[[], Sequence[OrderView]] = tuple
    links: Sequence[LinkReported] = ()
    named: Sequence[tuple[OrderView, RefundView]] = ()
    silence: Callable[[str], CourierReported | None] = lambda _: None
    """The hours in which a courier, by its code, showed no scan anywhere (F10), if its answer has come."""
    silence_of: Callable[[str, str], CourierReported | None] = lambda *_: None
    """The same, asked for another of the numbers that the refunds name."""
    rest: Callable[[int, int], Sequence[Span]] = lambda *_: ()
    """The days between two moments on which couriers rest."""
    loose: Sequence[ComplaintChanged] = ()
    """What was said of the buyer's complaints by events that name no order."""
    made: dict[Any, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The return number, or the one refund that names none."""
        return self.waybill_no or self.refunds[0][1].unit

    @property
    def linked_buyer_ids(self) -> frozenset[str]:
        """The buyers who share an attribute with this one, hubs left out."""
        return frozenset(linked(self.links))

    def by_shop(self) -> dict[str, list[tuple[OrderView, RefundView]]]:
        """The refunds of each shop."""
        shops: dict[str, list[tuple[OrderView, RefundView]]] = {}
        for order, refund in self.refunds:
            shops.setdefault(refund.shop_id, []).append((order, refund))
        return shops
