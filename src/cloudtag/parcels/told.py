"""What each buyer who uses a number is told of its journeys: those the buyer's own uses mean."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.parcels import WaybillUsed
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.journey import journeys_of
from cloudtag.parcels.seen import seen
from cloudtag.parcels.uses import WAIT_MS, journey_of_use

_UNDER_WAY = frozenset(("not_handed_in", "on_the_way"))


def journeys_told(
    scans: Iterable[ParcelScanned], uses: Iterable[WaybillUsed], wait_ms: int = WAIT_MS
) -> dict[str, tuple[JourneySeen, ...]]:
    """The journeys each buyer's standing uses of one canonical number mean, by buyer; no entry where none is.

    Whoever was only sent something is told of nothing until it is somewhere: most scans change nothing then. Of what
    is told, `journey_of_use` finds for each of the buyer's uses the journey it finds among all.
    """
    held = [(use, canonical_courier(use.carrier)) for use in uses if use.is_held]
    journeys = journeys_of(scans, {code for _, code in held if code is not None})
    as_told = {is_return: seen(journeys, is_return) for is_return in {use.role == "return" for use, _ in held}}
    sends_back = {use.buyer_id for use, _ in held if use.role == "return"}
    meant: dict[str, set[int]] = {}
    for use, code in held:
        found = journey_of_use(journeys, use.occurred_at, code, wait_ms)
        if found is not None:
            meant.setdefault(use.buyer_id, set()).add(journeys.index(found))
    told: dict[str, tuple[JourneySeen, ...]] = {}
    for buyer_id, places in meant.items():
        is_return = buyer_id in sends_back
        journeys_seen = [as_told[is_return][place] for place in sorted(places)]
        kept = tuple(one for one in journeys_seen if is_return or one.place not in _UNDER_WAY)
        if kept:
            told[buyer_id] = kept
    return told
