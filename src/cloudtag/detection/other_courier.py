"""A return number that its courier never scanned, while another courier's parcel has it: the courier was mistyped (F1).

The parcel stays another courier's, and no rule judges it as the buyer's. Where nobody knows where it goes, a slip is as
likely as a made-up number; one that goes to the shop when the return would is the return.
"""

from __future__ import annotations

from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.awaiting import Awaited
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS
from cloudtag.parcels.uses import WAIT_MS


def mistyped(case: ParcelCase, one: Awaited) -> JourneySeen | None:
    """The parcel of another courier that a refund may have meant, if there is one.

    Nobody else names it, it was handed in since the refund was opened and within the wait for it, and it is not bound
    for an address that is none of the shop's.
    """
    journey = case.report.other if case.report is not None else None
    if journey is None or journey.first is None or case.outbound:
        return None
    since_ms = one.refund.opened.occurred_at - CLOCK_TOLERANCE_MS
    if not since_ms <= journey.first.occurred_at <= one.named.occurred_at + WAIT_MS:
        return None
    return journey if _may_go_to(case.shop(one.refund.shop_id), journey) else None


def goes_to_shop(case: ParcelCase, one: Awaited, journey: JourneySeen) -> bool:
    """Whether the courier names an address to which the shop of a refund has its returns sent."""
    return journey.destination_hash in _listed(case.shop(one.refund.shop_id))


def _may_go_to(shop: ShopReported | None, journey: JourneySeen) -> bool:
    if journey.destination_hash is None:
        return True
    listed = _listed(shop)
    return not listed or journey.destination_hash in listed


def _listed(shop: ShopReported | None) -> set[str | None]:
    return {address for listing in shop.listings for address in listing.hashes} if shop is not None else set()
