"""Which parcels of a return have come, and until when the others may still come (F7, F10)."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.detection.awaiting import journey_named, stands_until
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.parcel_goods import Part
from cloudtag.detection.refund_view import RefundView

_LONG_PAST = 1


def awaited_until(case: ParcelCase, parts: Sequence[Part], but: str | None = None) -> int | None:
    """Until when goods of the refunds may still come in another of their parcels (F7): event time, 0 for no end.

    None: all have arrived or been inspected. A parcel that travels is awaited until it is signed for, a number that
    nobody scanned until its wait ran out, one that the shop refused without end: those goods went back to the buyer.
    That nothing came of a number that nobody signed for ends no wait. The number `but` is left out.
    """
    inspected = {but, *(word.waybill_no for part in parts for word in part.words if word.arrived)}
    until: list[int] = []
    for part in parts:
        # What is said of no parcel in particular is said of the whole return.
        if any(word.waybill_no is None for word in part.words):
            continue
        until += [_arrival(case, part.refund, number) for number in part.refund.numbers if number not in inspected]
    told = [at_ms for at_ms in until if at_ms != _LONG_PAST]
    return 0 if 0 in told else max((at_ms for at_ms in told if at_ms > case.now_ms), default=None)


def missing(case: ParcelCase, parts: Sequence[Part]) -> list[ScanSeen]:
    """The signatures for parcels, at the shop's end, of which it says that nothing came: one for each time it does."""
    denied = ((part.refund, word.waybill_no) for part in parts for word in part.words if not word.arrived)
    signed = (_signature(_journey(case, refund, number)) for refund, number in denied)
    return [scan for scan in signed if scan is not None]


def _arrival(case: ParcelCase, refund: RefundView, number: str) -> int:
    """Until when a parcel is awaited: 0 for no end, a moment long past where it is here."""
    journey = _journey(case, refund, number)
    if journey is None or journey.first is None:
        return stands_until(case, refund, number)
    if _signature(journey) is not None or journey.turned_back is not None:
        return _LONG_PAST
    return 0


def _signature(journey: JourneySeen | None) -> ScanSeen | None:
    """With what a parcel was delivered, if it was; one that was turned back on its way is with its sender."""
    return None if journey is None or journey.place == "coming_home" else journey.delivered


def _journey(case: ParcelCase, refund: RefundView, number: str | None) -> JourneySeen | None:
    named = number or case.waybill_no
    if named is None:
        return None
    return journey_named(case.report if named == case.waybill_no else case.parcel(named), refund, named)
