"""What each buyer who uses a number is told of its journeys: those the buyer's own uses mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.contract.parcels import WaybillUsed
from cloudtag.parcels.courier import canonical_courier, is_known
from cloudtag.parcels.handover import handed_over, sent_by_another
from cloudtag.parcels.journey import Journey, begin, journeys_of
from cloudtag.parcels.place import OrderSide
from cloudtag.parcels.seen import contradiction, seen
from cloudtag.parcels.uses import WAIT_MS, journey_of_use

_UNDER_WAY = frozenset(("not_handed_in", "on_the_way"))
_NO_OTHERS: Mapping[Any, JourneySeen] = MappingProxyType({})
Party = tuple[str, str]
"""Network and buyer."""
_Use = tuple[WaybillUsed, str | None, str]
"""A standing use, the code of the courier it names, and its id."""


class Told(NamedTuple):
    """`journeys` by network and buyer, none where there is nothing to tell; `meant`: when the journey began that a use
    as a return number means; `others`: the parcel of another courier than a return named, where that one has none and
    nobody means it."""

    journeys: dict[Party, tuple[JourneySeen, ...]]
    meant: dict[str, int]
    others: Mapping[Party, JourneySeen]


def journeys_told(
    scans: Iterable[ParcelScanned], uses: Iterable[WaybillUsed], wait_ms: int = WAIT_MS
) -> dict[Party, tuple[JourneySeen, ...]]:
    """The journeys each buyer's standing uses of one canonical number mean, by network and buyer; no entry where none
    is."""
    return told_of(scans, uses, wait_ms).journeys


def told_of(scans: Iterable[ParcelScanned], uses: Iterable[WaybillUsed], wait_ms: int = WAIT_MS) -> Told:
    """What the standing uses of one canonical number mean, and what their buyers are told.

    Whoever was only sent something is told of nothing until it is somewhere: most scans change nothing then. But where
    the courier is not known it is told that the parcel is on its way, since nothing else shows that it was handed in;
    and where its scans contradict all of the buyer's orders that name it, that they do (F8).
    Of what is told, `journey_of_use` finds for each of the buyer's uses the journey it finds among all.
    """
    known, standing = list(scans), [use for use in uses if use.is_held]
    if len(standing) == 1 and (straight := _told_one(known, standing[0], wait_ms)) is not None:
        return straight
    held = [(use, canonical_courier(use.carrier), use.internal_id) for use in standing]
    journeys = handed_over(journeys_of(known, {code for _, code, _ in held if code is not None}))
    if others := [journey for use, code, _ in held if (journey := sent_by_another(use, code, journeys)) is not None]:
        journeys = sorted((*journeys, *dict.fromkeys(others)), key=begin)
    found: dict[str, int] = {}
    by_buyer: dict[Party, list[_Use]] = {}
    for one in held:
        use, code, use_id = one
        if (journey := journey_of_use(journeys, use.occurred_at, code, wait_ms)) is not None:
            found[use_id] = journeys.index(journey)
            by_buyer.setdefault(use.party, []).append(one)
    return Told(
        {party: kept for party, own in by_buyer.items() if (kept := _told(own, journeys, found))},
        {use_id: _mark(journeys, found[use_id]) for use, _, use_id in held if use.role == "return" and use_id in found},
        _others(held, journeys, found) if len(found) < len(held) else {},
    )


def _told_one(scans: Sequence[ParcelScanned], use: WaybillUsed, wait_ms: int) -> Told | None:
    """The same of a number that has one use, as most have; none unless it has one journey, by the courier that the use
    names, and the use means it."""
    code = canonical_courier(use.carrier)
    journeys = journeys_of(scans, () if code is None else (code,))
    if len(journeys) != 1 or journey_of_use(journeys, use.occurred_at, code, wait_ms) is None:
        return None
    kept = _told([(use, code, "")], journeys, {"": 0})
    meant = {use.internal_id: journeys[0].start_ms} if use.role == "return" else {}
    return Told({use.party: kept} if kept else {}, meant, _NO_OTHERS)


def _others(held: Iterable[_Use], journeys: Sequence[Journey], found: dict[str, int]) -> dict[Party, JourneySeen]:
    """By buyer, the only parcel that nobody means, of another courier than the one that a return of theirs names."""
    meant = {journeys[place].scans for place in found.values()}
    free = [place for place, journey in enumerate(journeys) if journey.scans not in meant]
    if len(free) != 1:
        return {}
    (place,) = free
    courier = journeys[place].courier
    lost = [
        use
        for use, code, use_id in held
        if use.role == "return" and not use.is_replaced and use_id not in found and None not in (code, courier)
    ]
    return {use.party: seen(journeys, is_return=True)[place] for use in lost}


def _mark(journeys: Sequence[Journey], place: int) -> int:
    """When a journey began, each told apart: couriers stamp whole minutes, and two may have begun in one.

    One that is known under two couriers' names is one.
    """
    meant = journeys[place]
    if not place:
        return meant.start_ms
    same = {before.scans for before in journeys[:place] if before.start_ms == meant.start_ms} - {meant.scans}
    return meant.start_ms + len(same)


def scans_told(journey: JourneySeen) -> tuple[ScanSeen, ...]:
    """The scans that a journey, as it is told, names; one may be named more than once."""
    j = journey
    named = (j.since, j.delivered, j.received, j.ended_by, j.destination, j.order, j.first, j.last, j.turned_back)
    return tuple([scan for scan in named if scan is not None])


def _told(own: list[_Use], journeys: Sequence[Journey], found: dict[str, int]) -> tuple[JourneySeen, ...]:
    """What one buyer is told, by the buyer's own uses."""
    is_return = "return" in [use.role for use, _, _ in own]
    as_told = seen(journeys, is_return)
    kept: dict[int, JourneySeen] = {}
    for use, code, use_id in own:
        place = found[use_id]
        journey = as_told[place]
        if is_return or journey.place not in _UNDER_WAY:
            kept[place] = journey
        elif _is_elsewhere(journey, use, own):
            kept[place] = _bound_elsewhere(journey)
        elif journey.place == "on_the_way" and not is_known(code):
            kept.setdefault(place, _under_way(journey))
    return tuple([kept[place] for place in sorted(kept)])


def _is_elsewhere(journey: JourneySeen, use: WaybillUsed, own: Iterable[_Use]) -> bool:
    """Whether its scans contradict what the buyer's orders at the use's shop say of its parcel (F8)."""
    if journey.order_id is None and journey.destination_hash is None:
        return False
    sharing = [other for other, _, _ in own if other.shop_id == use.shop_id]
    side = OrderSide(
        order_ids=frozenset(other.order_id for other in sharing),
        address_hashes=frozenset(address for other in sharing for address in other.address_hashes),
    )
    return contradiction(journey, side) is not None


def _under_way(journey: JourneySeen) -> JourneySeen:
    """No more than that it travels: whatever changes with a scan is left out."""
    return JourneySeen(
        courier=journey.courier,
        start_ms=journey.start_ms,
        end_ms=journey.end_ms,
        place=journey.place,
        since=None if journey.since is None else replace(journey.since, facility=None),
        is_time_uncertain=journey.is_time_uncertain,
    )


def _bound_elsewhere(journey: JourneySeen) -> JourneySeen:
    """That it travels, where to and for which order."""
    return replace(
        _under_way(journey),
        destination_hash=journey.destination_hash,
        destination=journey.destination,
        order_id=journey.order_id,
        order=journey.order,
    )
