"""The one order in which a parcel's scans are read, whatever the order they came in."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from cloudtag.contract.events import ParcelScanned

_NATURAL = (
    "label_created",
    "accepted",
    "departed",
    "arrived",
    "out_for_delivery",
    "exception",
    "unknown",
    "refused",
    "returned",
    "signed",
    "collected",
)
_TIME = attrgetter("occurred_at")
_RANK = {kind: rank for rank, kind in enumerate(_NATURAL)}


def in_order(scans: Iterable[ParcelScanned]) -> tuple[ParcelScanned, ...]:
    """Scans by time, each once.

    Scans of one moment (couriers stamp whole minutes) are read in the order in which a journey has them: who is out for
    delivery and has signed in the same minute has signed. Of two different scans under one event id one is kept.
    """
    told = list(scans)
    if len({s.occurred_at for s in told}) == len({s.event_id for s in told}) == len(told):
        # No two at once, nor under one id: neither a repeat nor a question of order.
        told.sort(key=_TIME)
        return tuple(told)
    return _in_order(told)


def _in_order(scans: Iterable[ParcelScanned]) -> tuple[ParcelScanned, ...]:
    kept: dict[tuple[str, str], ParcelScanned] = {}
    for scan in scans:
        # Two platforms may use one event id for different scans of one parcel.
        event = scan.platform, scan.event_id
        other = kept.setdefault(event, scan)
        if other is not scan and other != scan and repr(scan) < repr(other):
            kept[event] = scan
    return tuple(sorted(kept.values(), key=_place))


def _place(scan: ParcelScanned) -> tuple[int, int, str, str]:
    return scan.occurred_at, _RANK[scan.scan], scan.event_id, scan.platform
