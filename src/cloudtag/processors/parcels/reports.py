"""What each buyer who uses a waybill number is told: the journeys that the buyer's uses mean, and, for a return number,
its other uses, and another courier's parcel that may have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.parcels.told import Party, Told, scans_told

MAX_USES = 50
"""Uses reported: an alert names no more, and a number used this often needs no more proof."""


def reports_of(uses: Sequence[WaybillUsed], told: Told) -> Iterator[ParcelReported]:
    """What the buyers are told of a number, given its standing uses; nobody is told nothing."""
    by_buyer: dict[Party, list[WaybillUsed]] = {}
    for use in uses:
        by_buyer.setdefault(use.party, []).append(use)
    returns = sorted(
        (use for use in uses if use.role == "return" and not use.is_replaced),
        key=lambda use: (use.occurred_at, use.refund_id or "", use.internal_id),
    )
    for party, own in by_buyer.items():
        journeys, shared = told.journeys.get(party, ()), _shared(own, returns, told.meant)
        other = told.others.get(party)
        if journeys or shared or other is not None:
            yield replace(_report(own, journeys, shared, told.meant), other=other)


def _shared(own: list[WaybillUsed], returns: list[WaybillUsed], meant: dict[str, int]) -> list[WaybillUsed]:
    """The uses as a return number of the parcels that the buyer sends back, if there are others than one."""
    parcels = {meant.get(use.internal_id, 0) for use in own if use.role == "return" and not use.is_replaced}
    shared = [use for use in returns if meant.get(use.internal_id, 0) in parcels]
    return shared if len(shared) > 1 else []


def _report(
    own: list[WaybillUsed], journeys: tuple[JourneySeen, ...], shared: list[WaybillUsed], meant: dict[str, int]
) -> ParcelReported:
    network, buyer_id = party = own[0].party
    sample = _sample(party, shared)
    times = [scan.occurred_at for journey in journeys for scan in scans_told(journey)]
    return ParcelReported(
        revision=0,
        is_held=True,
        buyer_id=buyer_id,
        waybill_no=own[0].waybill_no,
        occurred_at=max([*times, *(use.occurred_at for use in (*own, *shared))]),
        journeys=journeys,
        uses=tuple(use.seen_from(network) for use in sample),
        meant=tuple(meant.get(use.internal_id, 0) for use in sample),
        use_count=len(shared),
        network=network,
    )


def _sample(party: Party, returns: list[WaybillUsed]) -> tuple[WaybillUsed, ...]:
    """The buyer's own uses and the earliest others, up to the limit, as they were reported the first time."""
    own = [use for use in returns if use.party == party]
    others = [use for use in returns if use.party != party]
    return tuple(_plain(use) for use in (own + others)[:MAX_USES])


def _plain(use: WaybillUsed) -> WaybillUsed:
    return replace(use, revision=0, because=()) if use.revision else use
