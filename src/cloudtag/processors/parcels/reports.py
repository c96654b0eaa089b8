"""What each buyer who uses a waybill number is told: the journeys that the buyer's uses mean, and, for a return number,
its other uses, and another courier's parcel that may have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.parcels.told import Party, Told, scans_told

MAX_USES = 50
"""Uses reported: an alert names no more, and a number used this often needs no more proof."""


class _Return(NamedTuple):
    """A use as the number of a return, by whom, and which of the number's parcels it means."""

    use: WaybillUsed
    party: Party
    parcel: int

    def seen_from(self, network: str) -> _Return:
        """As a buyer of that network is told of it, without its revision."""
        use = self.use
        return (
            self if use.network == network and not use.revision else self._replace(use=_plain(use).seen_from(network))
        )


def reports_of(uses: Sequence[WaybillUsed], told: Told) -> Iterator[ParcelReported]:
    """What the buyers are told of a number, given its standing uses; nobody is told nothing."""
    if len(uses) == 1:
        # Most numbers have one use: nobody shares them.
        party = uses[0].party
        journeys, other = told.journeys.get(party, ()), told.others.get(party)
        if journeys or other is not None:
            yield _report([*uses], journeys, [], other)
        return
    by_buyer: dict[Party, list[WaybillUsed]] = {}
    for use in uses:
        by_buyer.setdefault(use.party, []).append(use)
    returns = [
        _Return(use, use.party, told.meant.get(use.internal_id, 0))
        for use in uses
        if use.role == "return" and not use.is_replaced
    ]
    # Most numbers are no return's.
    shared = _Shared(sorted(returns, key=_moment)) if returns else None
    for party, own in by_buyer.items():
        journeys, beside = told.journeys.get(party, ()), [] if shared is None else shared.of(party)
        other = told.others.get(party)
        if journeys or beside or other is not None:
            yield _report(own, journeys, beside, other)


def _moment(one: _Return) -> tuple[int, str, str]:
    return one.use.occurred_at, one.use.refund_id or "", one.use.internal_id


class _Group:
    """The uses as a return number that mean one of some parcels, in the order in which they are told."""

    def __init__(self, returns: list[_Return]) -> None:
        self.returns = returns
        self._own: dict[Party, list[_Return]] = {}
        for one in returns:
            self._own.setdefault(one.party, []).append(one)
        self._earliest = {one.party for one in returns[:MAX_USES]}
        self._seen: dict[str, list[_Return]] = {}

    def sample(self, party: Party) -> list[_Return]:
        """The buyer's own uses and the earliest others, up to the limit, as they were reported the first time."""
        network = party[0]
        own = [one.seen_from(network) for one in self._own.get(party, [])[:MAX_USES]]
        room = MAX_USES - len(own)
        if party in self._earliest:
            others = (one for one in self.returns if one.party != party)
            return [*own, *(one.seen_from(network) for one in islice(others, room))]
        # Of very many nearly all are told of the very same others.
        seen = self._seen.get(network)
        if seen is None:
            seen = self._seen[network] = [one.seen_from(network) for one in self.returns[:MAX_USES]]
        return own + seen[:room]


class _Shared:
    """Who sends back under a number what: very many may, and most of them mean one parcel."""

    def __init__(self, returns: list[_Return]) -> None:
        """In the order in which they are told."""
        self._returns = returns
        self._parcels: dict[Party, set[int]] = {}
        for one in returns:
            self._parcels.setdefault(one.party, set()).add(one.parcel)
        self._of: dict[frozenset[int], _Group] = {}

    def of(self, party: Party) -> list[_Return]:
        """Of the uses as a return number of the parcels that the buyer sends back, if there are others than one, those
        that the buyer is told of."""
        parcels = frozenset(self._parcels.get(party, ()))
        found = self._of.get(parcels)
        if found is None:
            found = self._of[parcels] = _Group([one for one in self._returns if one.parcel in parcels])
        return found.sample(party) if len(found.returns) > 1 else []


def _report(
    own: list[WaybillUsed], journeys: tuple[JourneySeen, ...], beside: list[_Return], other: JourneySeen | None
) -> ParcelReported:
    network, buyer_id = own[0].party
    times = [scan.occurred_at for journey in journeys for scan in scans_told(journey)]
    times += [use.occurred_at for use in own]
    # What is not told must not make the report another: each use of a number that very many share would concern all.
    times += [one.use.occurred_at for one in beside]
    return ParcelReported(
        revision=0,
        is_held=True,
        buyer_id=buyer_id,
        waybill_no=own[0].waybill_no,
        occurred_at=max(times),
        journeys=journeys,
        uses=tuple([one.use for one in beside]),
        meant=tuple([one.parcel for one in beside]),
        use_count=len(beside),
        network=network,
        other=other,
    )


def _plain(use: WaybillUsed) -> WaybillUsed:
    return replace(use, revision=0, because=()) if use.revision else use
