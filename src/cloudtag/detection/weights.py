"""What goods weighed on their way out, and on their way back: the courier's word on how much is in a parcel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.parcels import ParcelReported
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.goods import Expected, Pieces, count_pieces, ordered_pieces
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.parcel_goods import Part, expected_in
from cloudtag.parcels.circulation import are_near
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.uses import journey_of_use

LEAST_GRAMS = 5
"""Less is no weight of a parcel: it was not weighed, or noted in another unit."""


class Weights(NamedTuple):
    """Grams of a return, and what its goods weighed outbound."""

    back: int
    outbound: float

    @property
    def percent(self) -> float:
        """How much of the outbound weight came back."""
        return 100 * self.back / self.outbound


def may_weigh_less(case: ParcelCase, percent: int) -> bool:
    """Whether a return may weigh less than so many percent of its goods, without asking which goods those are.

    They weighed no more on their way out than all parcels of their orders together: their share of each is at most
    all of it. Most returns weigh about what was sent, and no more has to be reckoned of them.
    """
    own = _grams(case.report)
    if not own:
        return False
    numbers = {number for order, _ in case.refunds for number in order.sent}
    most = sum([_grams(case.parcel(number)) for number in numbers])
    return own * 100 <= percent * most


def weights_of(case: ParcelCase, parts: list[Part]) -> Weights | None:
    """The return's weight and the share its goods had of the outbound parcels; none where either is not known.

    Of a parcel in which other articles stay with the buyer nobody knows the share: a shirt weighs less than a dumbbell.
    """
    back, outbound = _return_grams(case, parts), 0.0
    if not back:
        return None
    orders = {part.order.name: part.order for part in parts}.values()
    dues = [(order, expected_in([part for part in parts if part.order is order])) for order in orders]
    for order, due in dues:
        if not _is_share_known(case, order, dues):
            return None
        grams = _grams_by_parcel(case, order, due)
        if grams is None:
            whole, pieces = _outbound_grams(case, order), ordered_pieces(order).total()
            grams = whole * due.total / pieces if whole and pieces else None
        if not grams:
            return None
        outbound += grams
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
    own = _grams(case.report)
    if not own:
        return 0
    others = {number for part in parts for number in part.refund.numbers} - {case.waybill_no}
    return own + sum(_grams(case.parcel(number)) for number in sorted(others))


def _grams(report: ParcelReported | None) -> int:
    """What a parcel weighs; 0 where nobody weighed it."""
    weight = None if report is None else report.weight_grams
    return weight if weight is not None and weight >= LEAST_GRAMS else 0


def _is_share_known(case: ParcelCase, order: OrderView, dues: list[tuple[OrderView, Expected]]) -> bool:
    """Whether all goods of each parcel that the claimed ones may have come in weigh alike, or all of them go back."""
    claimed = sum((due.goods for _, due in dues if due.goods.total() == due.total), Counter[str]())
    own = next(due.goods for one, due in dues if one is order)
    for number in _own_numbers(order):
        held = [(other, _pieces_of(other, number)) for other in case.orders() if number in other.sent]
        pieces = sum((one for _, one in held), Counter[str]())
        if own.keys().isdisjoint(pieces) or not pieces - claimed:
            continue
        if len({kind for other, one in held for kind in _kinds(other, one)}) > 1:
            return False
    return True


def _kinds(order: OrderView, pieces: Pieces) -> set[str]:
    """Under which names pieces weigh alike: sizes and colours of one item do. Gifts beside them are thought light."""
    items = {line.sku_id: line.item_id for line in order.lines if line.item_id and not line.components}
    paid = {line.sku_id for line in order.lines if line.unit_price_minor > 0}
    gifts = {line.sku_id for line in order.lines if line.unit_price_minor <= 0} - paid
    return {items.get(sku_id) or sku_id for sku_id in pieces if sku_id not in gifts}


def _grams_by_parcel(case: ParcelCase, order: OrderView, due: Expected) -> float | None:
    """What the claimed goods weighed, as their part of the parcels they were in; none where that is not said of all."""
    numbers = [number for number in _own_numbers(order) if order.sent[number].lines]
    # Mostly nobody says what is in which parcel.
    if (not numbers and due.goods) or due.goods.total() != due.total:
        return None
    left, grams = Counter(due.goods), 0.0
    for number in numbers:
        taken = count_pieces(order.sent[number].lines, (order,)) & left
        if not taken:
            continue
        weight = _grams(case.parcel(number))
        if not weight:
            return None
        left -= taken
        grams += weight * taken.total() / (_pieces_in(case, number) or taken.total())
    return None if left else grams


def _outbound_grams(case: ParcelCase, order: OrderView) -> float | None:
    """What the order weighed in all its parcels; of one that several orders share, its part by pieces."""
    grams = 0.0
    for number in _own_numbers(order):
        weight = _grams(case.parcel(number))
        if not weight:
            return None
        pieces = _pieces_in(case, number) or ordered_pieces(order).total()
        grams += weight * _pieces_of(order, number).total() / pieces if pieces else 0
    return grams or None


def _own_numbers(order: OrderView) -> list[str]:
    """The parcels the order was sent in at first; what followed a claim about it stands in for what had come before."""
    claimed = min((refund.opened.occurred_at for refund in order.refunds.values()), default=None)
    first = [n for n, sent in order.sent.items() if claimed is None or sent.named.occurred_at <= claimed]
    return first or list(order.sent)


def _pieces_in(case: ParcelCase, number: str) -> int:
    return sum(_pieces_of(order, number).total() for order in case.orders() if number in order.sent)


def _pieces_of(order: OrderView, number: str) -> Pieces:
    """What a parcel holds of an order; all of it where nobody said."""
    lines = order.sent[number].lines
    return (count_pieces(lines, (order,)) if lines else None) or ordered_pieces(order)
