"""One parcel under two couriers' names: handed over from one to another on its way, or sent by another than was said.

A parcel is its courier's (F1): the same digits at two couriers are two parcels. They are one only where the scans say
so: both are bound for one address, or belong to one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloudtag.contract.parcels import WaybillUsed
from cloudtag.parcels.journey import Journey, begin
from cloudtag.parcels.scan_order import in_order
from cloudtag.parcels.steps import ENDS
from cloudtag.parcels.track import Track

_HANDS_IN = frozenset(("accepted", "label_created"))


def handed_over(journeys: Sequence[Journey]) -> list[Journey]:
    """The journeys of a number, those of a parcel that changed couriers as one way, under each courier's name.

    Whoever takes a parcel over does not accept it from a sender: its first scan is another.
    """
    if len(journeys) < 2 or len({journey.courier for journey in journeys}) < 2:
        return list(journeys)
    found = sorted(journeys, key=begin)
    for place in range(1, len(found)):
        for other in range(place):
            before, later = found[other], found[place]
            if before.courier != later.courier and _goes_on(before, later):
                scans = in_order((*before.scans, *later.scans))
                found[other], found[place] = Journey(before.courier, scans), Journey(later.courier, scans)
    return sorted(found, key=begin)


def sent_by_another(use: WaybillUsed, code: str | None, journeys: Iterable[Journey]) -> Journey | None:
    """The parcel that an order was sent in, under the courier that its shop named, where another one carries it."""
    if use.role != "outbound" or code is None:
        return None
    known = list(journeys)
    for journey in known:
        # Mostly the first and only one is under that name.
        if journey.courier == code or journey.courier is None:
            return None
    for journey in known:
        addresses, orders = _said(journey)
        if use.order_id in orders or not addresses.isdisjoint(use.address_hashes):
            return Journey(code, journey.scans)
    return None


def _goes_on(before: Journey, later: Journey) -> bool:
    """Whether one journey is the rest of another one, which had not ended."""
    if later.scans[0].scan in _HANDS_IN or not _is_one(before, later):
        return False
    track = Track()
    for scan in before.scans:
        if scan.occurred_at <= later.start_ms:
            track.take(scan)
    return track.step not in ENDS


def _is_one(one: Journey, other: Journey) -> bool:
    return any(not mine.isdisjoint(theirs) for mine, theirs in zip(_said(one), _said(other), strict=True))


def _said(journey: Journey) -> tuple[set[str], set[str]]:
    """The addresses and the orders that its scans name."""
    addresses = {scan.destination_hash for scan in journey.scans if scan.destination_hash}
    return addresses, {scan.order_id for scan in journey.scans if scan.order_id}
