"""A journey as its users are told of it, and what it means to one order."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import JourneySeen, Place, ScanSeen
from cloudtag.parcels.circulation import circulation
from cloudtag.parcels.journey import Journey
from cloudtag.parcels.place import OrderSide, whereabouts

MOST_WEIGHTS = 10
"""Weighings told of: scales that disagree more often prove nothing."""


def seen(journeys: Sequence[Journey], is_return: bool) -> tuple[JourneySeen, ...]:
    """The journeys of a number as somebody is told who sent a parcel under it, or (`is_return`) sent one back."""
    has_several = len(journeys) > 1
    return tuple([_seen(journey, is_return, has_several) for journey in journeys])


def place_for(journey: JourneySeen | None, order: OrderSide) -> Place:
    """Where a parcel is to the order that it was sent for."""
    if journey is None:
        return "not_handed_in"
    return journey.place if contradiction(journey, order) is None else "elsewhere"


def contradiction(journey: JourneySeen, order: OrderSide) -> ScanSeen | None:
    """The scan that says the parcel is not the order's, if one does."""
    if journey.destination_hash is None and journey.order_id is None:
        return None
    found = [
        scan
        for said, expected, scan in (
            (journey.destination_hash, order.address_hashes, journey.destination),
            (journey.order_id, order.order_ids, journey.order),
        )
        if said is not None and scan is not None and expected and said not in expected
    ]
    return min(found, key=lambda scan: (scan.occurred_at, scan.event_id), default=None)


def _seen(journey: Journey, is_return: bool, has_several: bool) -> JourneySeen:
    found = whereabouts(journey)
    round_ = circulation(journey, found)
    bound_for, named, delivered = found.destination, found.order, found.delivered
    since, first, last, turned_back = found.since, None, None, None
    stayed_inside = round_.stayed_inside
    if is_return:
        first, turned_back = round_.first, round_.turned_back
        last = round_.last if round_.signed else None
    return JourneySeen(
        courier=journey.courier,
        start_ms=journey.start_ms,
        end_ms=journey.end_ms if has_several else None,
        place=found.place,
        since=_scan(since) if since else None,
        delivered=_scan(delivered.since) if delivered else None,
        received=_scan(found.received) if found.received else None,
        ended_by=_scan(found.ended_by) if found.ended_by else None,
        destination_hash=bound_for.destination_hash if bound_for else None,
        destination=_scan(bound_for) if bound_for else None,
        order_id=named.order_id if named else None,
        order=_scan(named) if named else None,
        weights=tuple(sorted(set(round_.weights))[-MOST_WEIGHTS:]) if round_.weights else (),
        package=round_.package,
        first=_scan(first) if first else None,
        last=_scan(last) if last else None,
        stayed_inside=stayed_inside,
        came_round=stayed_inside and round_.came_round,
        turned_back=_scan(turned_back) if turned_back else None,
        is_time_uncertain=found.is_time_uncertain,
    )


def _scan(scan: ParcelScanned) -> ScanSeen:
    return ScanSeen(scan.event_id, scan.occurred_at, scan.scan, scan.facility, scan.signer, scan.time_is_local)
