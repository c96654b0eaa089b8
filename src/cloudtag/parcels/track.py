"""Follow one journey scan by scan: the step it is at, where it stayed, and where it was bound for."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import Place
from cloudtag.parcels.steps import DELIVERED, ENDS, OUTWARD, PLACES, Step, step_after, turn_of


class Stay(Struct, frozen=True):
    """A while at one place: since which scan, and the scans that this rests on, the last that said so among them.

    Where goods were that were handed back later is a stay too; one that was refuted is none.
    """

    place: Place
    since: ParcelScanned
    rests_on: tuple[ParcelScanned, ...]


class Track:
    """What the scans of one journey, taken in their order, have told so far."""

    __slots__ = ("bound_for", "ended_by", "order", "received", "refuted", "stays", "step")

    def __init__(self) -> None:
        self.step: Step = "not_handed_in"
        self.stays: list[Stay] = []
        self.refuted: list[ParcelScanned] = []
        """Signatures and collections that a later scan of the travelling parcel showed to be wrong."""
        self.received: ParcelScanned | None = None
        """The recipient's own signature or a collection, as long as the parcel is with its receiver."""
        self.ended_by: ParcelScanned | None = None
        self.bound_for: ParcelScanned | None = None
        """The scan since which the destination is said; on the way back it is the sender's, and says nothing."""
        self.order: ParcelScanned | None = None
        """The scan since which the order is named."""

    @property
    def has_ended(self) -> bool:
        """Whether the number may be another parcel's next."""
        return self.step in ENDS

    def take(self, scan: ParcelScanned) -> None:
        """The next scan."""
        before = self.step
        after = step_after(before, scan)
        if after != before:
            self._move(after, scan)
        if after != "with_receiver":
            self.received = None
        elif self.received is None and (
            scan.scan == "collected" or (scan.signer == "recipient" and turn_of(scan) is not None)
        ):
            self.received = scan
        # Most scans name neither an order nor a destination.
        if (scan.destination_hash or scan.order_id) and (
            after in OUTWARD or (before in OUTWARD and scan.scan == "refused")
        ):
            self._read(scan)

    def _move(self, after: Step, scan: ParcelScanned) -> None:
        self.step = after
        self.ended_by = scan if after in ENDS else None
        place = PLACES[after]
        if not self.stays:
            self.stays.append(Stay(place, scan, (scan,)))
            return
        rests_on = (*self._refute(), scan) if place == "on_the_way" else (scan,)
        last = self.stays[-1] if self.stays else None
        if last is not None and last.place == place:
            self.stays[-1] = Stay(place, last.since, (last.since, *rests_on))
        else:
            self.stays.append(Stay(place, scan, rests_on))

    def _refute(self) -> tuple[ParcelScanned, ...]:
        """Strike out where a parcel never was that is still on its way."""
        wrong = tuple([scan for stay in self.stays if stay.place in DELIVERED for scan in stay.rests_on])
        if not wrong:
            return wrong
        self.stays = [stay for stay in self.stays if stay.place not in DELIVERED]
        self.refuted.extend(wrong)
        return wrong

    def _read(self, scan: ParcelScanned) -> None:
        destination = scan.destination_hash
        if destination and (self.bound_for is None or destination != self.bound_for.destination_hash):
            self.bound_for = scan
        if scan.order_id and (self.order is None or scan.order_id != self.order.order_id):
            self.order = scan
