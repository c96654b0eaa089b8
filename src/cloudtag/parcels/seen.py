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
    since, bound_for, named, delivered = found.since, found.destination, found.order, found.delivered
    received, ended_by, weights, stayed_inside = found.received, found.ended_by, round_.weights, round_.stayed_inside
    first = last = turned_back = None
    if is_return:
        first, turned_back = round_.first, round_.turned_back
        last = round_.last if round_.signed else None
    # What brought a parcel to its place mostly ended its journey too, and is told alike for all that it is.
    came = None if since is None else _scan(since)
    going = None if bound_for is None else _scan(bound_for)
    return JourneySeen(
        courier=journey.courier,
        start_ms=journey.start_ms,
        end_ms=journey.end_ms if has_several else None,
        place=found.place,
        since=came,
        delivered=None if delivered is None else came if delivered.since is since else _scan(delivered.since),
        received=None if received is None else came if received is since else _scan(received),
        ended_by=None if ended_by is None else came if ended_by is since else _scan(ended_by),
        destination_hash=None if bound_for is None else bound_for.destination_hash,
        destination=going,
        order_id=None if named is None else named.order_id,
        order=None if named is None else going if named is bound_for else _scan(named),
        weights=tuple(sorted(set(weights))[-MOST_WEIGHTS:]) if len(weights) > 1 else weights,
        package=round_.package,
        first=None if first is None else _scan(first),
        last=None if last is None else _scan(last),
        stayed_inside=stayed_inside,
        came_round=stayed_inside and round_.came_round,
        turned_back=None if turned_back is None else _scan(turned_back),
        is_time_uncertain=found.is_time_uncertain,
    )


def _scan(scan: ParcelScanned) -> ScanSeen:
    return ScanSeen(scan.event_id, scan.occurred_at, scan.scan, scan.facility, scan.signer, scan.time_is_local)
