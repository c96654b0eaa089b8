"""Whether a courier was heard of at all when goods it carries were said to be in hand already (F10).

That no delivery was scanned says nothing of a parcel whose courier shows no scan anywhere: the goods may have come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import RefundChanged
from cloudtag.detection.awaiting import BusyHours
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.outbound import Outbound
from cloudtag.detection.refund_view import RefundView
from cloudtag.parcels.courier import is_known
from cloudtag.parcels.silence import FEED_MS, has_feed


class FeedQuestion(NamedTuple):
    """Of which number's courier, by its code, it matters since when until when it was silent."""

    waybill_no: str
    courier: str
    since_ms: int
    until_ms: int


def claim_of(refund: RefundView) -> RefundChanged | None:
    """The event by which a refund first says that the goods are in hand, or names a return number."""
    return next((c for c in refund.changes if c.claims_received or c.waybill_no is not None), None)


def feed_questions(case: OrderCase) -> Iterator[FeedQuestion]:
    """What to ask about an order of which goods are claimed to be in hand while no delivery is known."""
    order = case.order
    claims = [claim_of(refund) for refund in order.refunds.values() if refund.type == "return_refund"]
    times = [claim.occurred_at for claim in claims if claim is not None]
    if times and "shipped" in order.first_at:
        for parcel in case.outbound:
            courier = parcel.courier
            if courier is not None and rests_on_silence(parcel):
                yield FeedQuestion(parcel.sent.waybill_no, courier, min(times) - FEED_MS, max(times))


def rests_on_silence(parcel: Outbound) -> bool:
    """Whether nothing but that no delivery was scanned, by a courier that is known, says that it had not come."""
    has_come = parcel.journey is not None and parcel.journey.delivered is not None
    return not has_come and parcel.is_on_its_way and is_known(parcel.courier)


def was_heard(told: CourierReported, at_ms: int, within_ms: int) -> bool:
    """Whether the courier showed any scan anywhere in so long before a moment; the hour that begins in counts whole."""
    return has_feed(at_ms, BusyHours(told), within_ms)
