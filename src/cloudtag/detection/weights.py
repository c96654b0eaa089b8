"""What goods weighed on their way out, and on their way back: the courier's word on how much is in a parcel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cloudtag.contract.journeys import JourneySeen
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.goods import ordered_pieces
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.parcel_goods import Part, expected_in
from cloudtag.parcels.circulation import are_near
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.uses import journey_of_use


class Weights(NamedTuple):
    """Grams of a return, and what its goods weighed outbound."""

    back: int
    outbound: float

    @property
    def percent(self) -> float:
        """How much of the outbound weight came back."""
        return 100 * self.back / self.outbound


def weights_of(case: ParcelCase, parts: list[Part]) -> Weights | None:
    """The return's weight and the share its goods had of the outbound parcels; none where either is not known."""
    back, outbound = _return_grams(case, parts), 0.0
    if not back:
        return None
    for order in {part.order.name: part.order for part in parts}.values():
        whole = _outbound_grams(case, order)
        pieces = ordered_pieces(order).total()
        count = expected_in([part for part in parts if part.order is order]).total
        if not whole or not pieces or not count:
            return None
        outbound += whole * count / pieces
    return Weights(back, outbound) if outbound else None


def weighs_as_sent(case: ParcelCase, orders: Iterable[OrderView], back: JourneySeen, percent: int) -> bool:
    """Whether a return weighs what one parcel of its orders, or all of them together, weighed on the way out."""
    heaviest = [max(journey.weights) for journey in sent_journeys(case, orders) if journey.weights]
    sums = {*heaviest, sum(heaviest)} - {0}
    return any(are_near(grams, out, percent) for grams in back.weights for out in sums)


def sent_journeys(case: ParcelCase, orders: Iterable[OrderView]) -> list[JourneySeen]:
    """The journeys of the parcels that orders were sent in, as far as they are told."""
    found = list[JourneySeen]()
    for number, sent in {number: sent for order in orders for number, sent in order.sent.items()}.items():
        report = case.parcel(number)
        courier = canonical_courier(sent.carrier)
        journey = journey_of_use(report.journeys, sent.named.occurred_at, courier) if report else None
        if journey is not None:
            found.append(journey)
    return found


def _return_grams(case: ParcelCase, parts: list[Part]) -> int:
    """What the return weighs in all its parcels that anybody weighed; 0 while the one that is asked about was not."""
    if case.report is None or not case.report.weight_grams:
        return 0
    others = {number for part in parts for number in part.refund.numbers} - {case.waybill_no}
    reports = [report for number in sorted(others) if (report := case.parcel(number)) is not None]
    return case.report.weight_grams + sum(report.weight_grams or 0 for report in reports)


def _outbound_grams(case: ParcelCase, order: OrderView) -> float | None:
    """What the order weighed in all its parcels; of one that several orders share, its part by pieces."""
    grams = 0.0
    for number in order.sent_numbers:
        report = case.parcel(number)
        if report is None or not report.weight_grams:
            return None
        sharing = [other for other in case.orders() if number in other.sent_numbers]
        pieces = sum(ordered_pieces(other).total() for other in sharing) or ordered_pieces(order).total()
        grams += report.weight_grams * ordered_pieces(order).total() / pieces if pieces else 0
    return grams or None
