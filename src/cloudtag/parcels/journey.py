"""The journeys of one waybill number: couriers hand numbers out again, so one number may have travelled more than once.

A journey begins with `accepted` or `label_created`, once the last one is over for long enough or has ended and the
destination is another (F1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.parcels.clock import DAY_MS
from cloudtag.parcels.courier import canonical_courier, reuse_days_of
from cloudtag.parcels.scan_order import in_order
from cloudtag.parcels.track import Track

ReuseDays = Callable[[str | None], int]
"""After how many days a courier may reuse a number, by the courier's code."""
_CARRIER = attrgetter("carrier")
_KIND = attrgetter("scan")
_BEGINS = frozenset(("accepted", "label_created"))
_TURNS_BACK = frozenset(("refused", "returned"))
_ARRIVES = frozenset(("signed", "collected"))


class Journey(Struct, frozen=True):
    """One parcel's way under a number: its courier's code (none if nobody ever named one) and its scans in order."""

    courier: str | None
    scans: tuple[ParcelScanned, ...]

    @property
    def start_ms(self) -> int:
        """When it was first scanned, if only for its label."""
        return self.scans[0].occurred_at

    @property
    def end_ms(self) -> int:
        """When it was last scanned."""
        return self.scans[-1].occurred_at


def journeys_of(
    scans: Iterable[ParcelScanned], couriers: Iterable[str] = (), reuse_days: ReuseDays = reuse_days_of
) -> tuple[Journey, ...]:
    """The journeys of one canonical number, in the order in which they began.

    `scans` are all that were ever seen of the number, in any order and as often as they came; `couriers` are the codes
    that its uses name. A scan that names no courier belongs to the only one; if several share the number, to the one
    whose journey lies nearest to it.
    """
    ordered = in_order(scans)
    if len(set(map(_CARRIER, ordered))) == 1 and (code := canonical_courier(ordered[0].carrier)) is not None:
        # Most numbers were only ever scanned under one name, and handed in once.
        if _BEGINS.isdisjoint(map(_KIND, ordered[1:])):
            return (Journey(code, ordered),)
        parts = _cut(ordered, reuse_days(code))
        return (Journey(code, parts[0]),) if len(parts) == 1 else tuple(sorted(_of(code, parts), key=begin))
    named: dict[str, list[ParcelScanned]] = {}
    nameless: list[ParcelScanned] = []
    for scan in ordered:
        code = canonical_courier(scan.carrier)
        if code is None:
            nameless.append(scan)
        else:
            named.setdefault(code, []).append(scan)
    groups: dict[str | None, list[ParcelScanned]] = dict(named.items())
    if nameless:
        _give_out(nameless, groups, sorted(set(couriers)), reuse_days)
    return tuple(sorted(_journeys(groups, reuse_days), key=begin))


def begin(journey: Journey) -> tuple[int, int, str]:
    """The order of journeys: by when they began."""
    return journey.start_ms, journey.end_ms, journey.courier or ""


def distance_ms(journey: Journey, at_ms: int) -> int:
    """How far a moment lies outside a journey; 0 inside."""
    return max(journey.start_ms - at_ms, at_ms - journey.end_ms, 0)


def _give_out(
    nameless: list[ParcelScanned],
    groups: dict[str | None, list[ParcelScanned]],
    couriers: Sequence[str],
    reuse_days: ReuseDays,
) -> None:
    if not groups:
        # Nobody scanned under a name; where uses name several couriers, whose scans these are is not known.
        groups[couriers[0] if len(couriers) == 1 else None] = nameless
        return
    spans = _journeys(groups, reuse_days)
    for scan in nameless:
        at_ms = scan.occurred_at
        nearest = min(spans, key=lambda span: (distance_ms(span, at_ms), -span.start_ms, span.courier or ""))
        groups[nearest.courier].append(scan)
    groups.update({code: list(in_order(group)) for code, group in groups.items()})


def _journeys(groups: Mapping[str | None, list[ParcelScanned]], reuse_days: ReuseDays) -> list[Journey]:
    return [journey for code, group in groups.items() for journey in _of(code, _cut(group, reuse_days(code)))]


def _of(courier: str | None, parts: Iterable[tuple[ParcelScanned, ...]]) -> list[Journey]:
    return [Journey(courier, part) for part in parts]


def _cut(scans: Sequence[ParcelScanned], reuse_days: int) -> list[tuple[ParcelScanned, ...]]:
    """One courier's scans, cut where a journey begins."""
    parts: list[tuple[ParcelScanned, ...]] = []
    start, followed, track = 0, 0, Track()
    destinations: list[str | None] = []
    for n, scan in enumerate(scans):
        if n == start or scan.scan not in _BEGINS:
            continue
        is_new = scan.occurred_at - scans[n - 1].occurred_at >= reuse_days * DAY_MS
        if not is_new:
            # Most parcels are handed in once: only here is it worth following them.
            for passed in scans[followed:n]:
                track.take(passed)
            followed = n
            if track.has_ended and track.bound_for is not None:
                destinations = destinations or _destinations(scans)
                is_new = destinations[n] not in (None, track.bound_for.destination_hash)
        if is_new:
            parts.append(tuple(scans[start:n]))
            start, followed, track = n, n, Track()
    parts.append(tuple(scans[start:]))
    return parts


def _destinations(scans: Sequence[ParcelScanned]) -> list[str | None]:
    """For each scan, where a parcel handed in with it is bound for: often only a later scan says it."""
    found: list[str | None] = []
    after: str | None = None
    for scan in reversed(scans):
        if scan.scan in _TURNS_BACK:
            after = None
        elif scan.destination_hash:
            after = scan.destination_hash
        elif scan.scan in _ARRIVES:
            after = None
        found.append(after)
    return found[::-1]
