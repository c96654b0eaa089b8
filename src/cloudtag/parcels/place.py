"""Where the goods are (F6): what a journey's scans say in the end, and whether that contradicts the order."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct, structs

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import Place
from cloudtag.parcels.clock import LOCAL_TIME_MS
from cloudtag.parcels.journey import Journey
from cloudtag.parcels.steps import DELIVERED, ENDS, PLACES, step_after, turn_of
from cloudtag.parcels.track import Stay, Track

_IS_LOCAL = attrgetter("time_is_local")
_ARRIVES = frozenset(("signed", "collected"))
_TRAVELS = frozenset(("accepted", "departed", "arrived", "out_for_delivery"))
_SAYS_NOTHING = frozenset(("label_created", "exception", "unknown"))


class OrderSide(Struct, frozen=True):
    """What the order says of its parcel; nothing said contradicts nothing.

    `order_ids`: the order's id, and those of the buyer's other orders at the shop that name the same number.
    `address_hashes`: where they were to be sent.
    """

    order_ids: frozenset[str] = frozenset()
    address_hashes: frozenset[str] = frozenset()


class Whereabouts(Struct, frozen=True):
    """Where a parcel is, since which scan, and how it got there.

    `stays` are the places it was at that no later scan refuted, `refuted` the signatures that one did; `ended_by` is
    the scan that ended the journey, if it has ended; `destination` and `order` are the scans since which its
    destination is said and its order named. `received` is the recipient's own signature or a collection, as long as
    the parcel is with its receiver: of a household's nobody can say that the buyer has the goods (T6).
    `contradicted_by`: the scan since which it is bound for somewhere, or belongs to some order, that is not the
    order's. `is_time_uncertain`: a local time stamped as UTC may have decided where it is or when it was delivered; no
    severity above medium then (F4).
    """

    place: Place
    stays: tuple[Stay, ...] = ()
    refuted: tuple[ParcelScanned, ...] = ()
    received: ParcelScanned | None = None
    ended_by: ParcelScanned | None = None
    destination: ParcelScanned | None = None
    order: ParcelScanned | None = None
    contradicted_by: ParcelScanned | None = None
    is_time_uncertain: bool = False

    @property
    def since(self) -> ParcelScanned | None:
        """The scan with which it came to its place; none while it was not handed in."""
        if self.contradicted_by is not None:
            return self.contradicted_by
        return self.stays[-1].since if self.stays else None

    @property
    def rests_on(self) -> tuple[ParcelScanned, ...]:
        """The scans without which the place would be another one."""
        if self.contradicted_by is not None:
            return (self.contradicted_by,)
        return self.stays[-1].rests_on if self.stays else ()

    @property
    def delivered(self) -> Stay | None:
        """The first stay with the receiver, waiting or handed over that was never refuted.

        A parcel that comes home now may have been delivered before.
        """
        for stay in self.stays:
            if stay.place in DELIVERED:
                return stay
        return None


def whereabouts(journey: Journey | None, order: OrderSide | None = None) -> Whereabouts:
    """Where a journey's parcel is; `order` is the side of the order it was sent for, none for a return."""
    if journey is None:
        return Whereabouts("not_handed_in")
    if order is None and (straight := _straight(journey.scans)) is not None:
        return straight
    track = Track()
    for scan in journey.scans:
        track.take(scan)
    contradiction = None if order is None else _contradiction(track, order)
    found = Whereabouts(
        place=_place(track, contradiction),
        stays=tuple(track.stays),
        refuted=tuple(track.refuted),
        received=track.received if contradiction is None else None,
        ended_by=track.ended_by,
        destination=track.bound_for,
        order=track.order,
        contradicted_by=contradiction,
    )
    # Most couriers stamp in one time for all: then nothing is uncertain.
    if not any(map(_IS_LOCAL, journey.scans)):
        return found
    decides = [*found.rests_on, *(found.delivered.rests_on if found.delivered else ())]
    if found.received is not None:
        decides.append(found.received)
    return structs.replace(found, is_time_uncertain=_may_be_elsewhen(decides, journey))


def _straight(scans: Sequence[ParcelScanned]) -> Whereabouts | None:
    """The same of a parcel that was signed for or collected at last and never before, and neither refused nor returned:
    so it is with most. None where that is not so, or a time is local."""
    last = scans[-1] if scans else None
    if last is None or last.scan not in _ARRIVES:
        return None
    begun = bound_for = named = None
    for scan in scans:
        kind = scan.scan
        if kind in _TRAVELS:
            if begun is None:
                begun = scan
        elif scan is not last and kind not in _SAYS_NOTHING:
            return None
        if scan.time_is_local:
            return None
        if (destination := scan.destination_hash) and (bound_for is None or destination != bound_for.destination_hash):
            bound_for = scan
        if (order_id := scan.order_id) and (named is None or order_id != named.order_id):
            named = scan
    step = step_after("on_the_way", last)
    is_received = step == "with_receiver" and (last.scan == "collected" or last.signer == "recipient")
    stay = Stay(PLACES[step], last, (last,))
    return Whereabouts(
        stay.place,
        (stay,) if begun is None else (Stay("on_the_way", begun, (begun,)), stay),
        received=last if is_received else None,
        ended_by=last if step in ENDS else None,
        destination=bound_for,
        order=named,
    )


def _may_be_elsewhen(decides: list[ParcelScanned], journey: Journey) -> bool:
    """Whether a scan's time is local, or some other scan's is that may have been made on its other side."""
    local = [scan for scan in journey.scans if scan.time_is_local and turn_of(scan) is not None]
    return any(
        scan.time_is_local or any(abs(other.occurred_at - scan.occurred_at) <= LOCAL_TIME_MS for other in local)
        for scan in decides
    )


def _place(track: Track, contradiction: ParcelScanned | None) -> Place:
    if contradiction is not None:
        return "elsewhere"
    return track.stays[-1].place if track.stays else "not_handed_in"


def _contradiction(track: Track, order: OrderSide) -> ParcelScanned | None:
    """The first scan that says the parcel is not the order's; what was said last of each counts."""
    found = []
    bound_for, named = track.bound_for, track.order
    if bound_for is not None and order.address_hashes and bound_for.destination_hash not in order.address_hashes:
        found.append(bound_for)
    if named is not None and order.order_ids and named.order_id not in order.order_ids:
        found.append(named)
    return min(found, key=lambda scan: (scan.occurred_at, scan.event_id), default=None)
