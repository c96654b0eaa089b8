"""What a journey's scans say of its circulation and its weight (T3.2, T3.4, T3.5, F16)."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import PackageKind
from cloudtag.parcels.journey import Journey
from cloudtag.parcels.place import Whereabouts, whereabouts

_COME = frozenset(("arrived", "out_for_delivery"))


class Circulation(Struct, frozen=True):
    """How a parcel went round: its scans but those of its label, the facilities they name, what it weighed.

    `signed` is the last standing signature or collection, at either end; `turned_back` the scan with which it was sent
    back (`returned`) though nobody had refused it.
    """

    scans: tuple[ParcelScanned, ...] = ()
    facilities: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    package: PackageKind = "unknown"
    signed: ParcelScanned | None = None
    turned_back: ParcelScanned | None = None

    @property
    def first(self) -> ParcelScanned | None:
        """The first scan of a parcel that was handed in; a label alone is none (T3.4)."""
        return self.scans[0] if self.scans else None

    @property
    def last(self) -> ParcelScanned | None:
        """The last scan."""
        return self.scans[-1] if self.scans else None

    @property
    def ends_where_it_began(self) -> bool:
        """Whether the first and the last are two scans at one facility: so also where all are at one (T3.5).

        A parcel whose first scan is that it arrived came from somewhere: where it was handed in nobody scanned.
        """
        first, last = self.first, self.last
        if first is None or last is None or first is last or first.scan in _COME:
            return False
        return first.facility is not None and first.facility == last.facility

    @property
    def stayed_inside(self) -> bool:
        """Whether it was signed for without having left the courier, as far as facilities tell (T3.5)."""
        return self.signed is not None and self.ends_where_it_began

    @property
    def came_round(self) -> bool:
        """Whether it was signed for where it had been handed in, though it had been elsewhere in between."""
        return self.stayed_inside and len(self.facilities) > 1

    @property
    def was_turned_round(self) -> bool:
        """Whether it was sent back and signed for: a return that is with the buyer again (T3.5)."""
        return self.turned_back is not None and self.signed is not None

    def weighs_like(self, grams: int, percent: int) -> bool:
        """Whether the courier ever weighed it within so many percent of a weight."""
        return any(are_near(weight, grams, percent) for weight in self.weights)

    def weighs_less(self, grams: int, percent: int) -> bool:
        """Whether it was weighed, and never at so many percent of a weight or more."""
        return bool(self.weights) and max(self.weights) * 100 < grams * percent


def circulation(journey: Journey | None, found: Whereabouts | None = None) -> Circulation:
    """What the scans of a journey say; of a number that was never scanned, nothing.

    `found`: where the parcel is by the same journey, if that is known already.
    """
    if journey is None:
        return Circulation()
    scans = tuple([scan for scan in journey.scans if scan.scan != "label_created"])
    facilities: dict[str, None] = {}
    weights: list[int] = []
    package: PackageKind = "unknown"
    for scan in scans:
        if scan.facility is not None:
            facilities[scan.facility] = None
        # No courier weighs nothing: that is a scan without scales.
        if scan.weight_grams:
            weights.append(scan.weight_grams)
        if package == "unknown":
            package = scan.package
    signed, turned_back = _signed(found or whereabouts(journey)), _turned_back(scans)
    return Circulation(scans, tuple(facilities), tuple(weights), package, signed, turned_back)


def are_near(grams: int, other: int, percent: int) -> bool:
    """Whether a weight differs from another by so many percent of that other one at most."""
    return abs(grams - other) * 100 <= other * percent


def _turned_back(scans: tuple[ParcelScanned, ...]) -> ParcelScanned | None:
    """A receiver who refuses a parcel turns it back by right; a later attempt at delivery makes that good."""
    is_refused = False
    for scan in scans:
        if scan.scan == "returned" and not is_refused:
            return scan
        is_refused = scan.scan == "refused" or (is_refused and scan.scan != "out_for_delivery")
    return None


def _signed(found: Whereabouts) -> ParcelScanned | None:
    if found.place == "coming_home":
        return found.ended_by
    return found.since if found.place in ("with_receiver", "waiting", "handed_over") else None
