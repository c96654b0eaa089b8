"""Whether the goods that a claim is about may have come to the buyer, as their parcels' journeys say (F6, F7)."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import ParcelTold
from cloudtag.detection.outbound import Outbound, holding_claimed, outbound_of
from cloudtag.detection.refund_view import RefundView
from cloudtag.parcels.courier import is_known
from cloudtag.parcels.steps import DELIVERED


def may_have_come(order: OrderView, refund: RefundView, orders: Sequence[OrderView], parcel: ParcelTold) -> bool:
    """Whether a parcel that may hold the claimed goods is not known to have gone home or elsewhere.

    Of goods said not to have come one of them was delivered, or its courier, which nobody knows, may show no scans.
    `orders`: the buyer's that may share a parcel with this one.
    """
    parcels = holding_claimed(order, outbound_of(order, orders, parcel), refund.lines)
    is_denied = refund.reason == "not_received"
    return not parcels or any(_may_have_come(each, is_denied=is_denied) for each in parcels)


def _may_have_come(parcel: Outbound, *, is_denied: bool) -> bool:
    if parcel.place in ("coming_home", "elsewhere"):
        return False
    # A courier that is not known may show no scans at all.
    return parcel.place in DELIVERED or not is_denied or not is_known(parcel.courier)
