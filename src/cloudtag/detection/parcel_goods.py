"""What a returned parcel was to hold and what the shop found in it, taken together over the refunds that share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from cloudtag.contract.events import RefundChanged, ReturnInspected
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.goods import Expected, Pieces, claimed, count_pieces, expected, expected_of, ordered_pieces
from cloudtag.detection.once import once, once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import last_words


class Part(NamedTuple):
    """One refund's share of a parcel; `words` are the shop's last ones on what came, or that nothing did.

    `opened_ms`: when the shop first looked for the goods of any refund in the parcel; none if it has not.
    """

    order: OrderView
    refund: RefundView
    words: tuple[ReturnInspected, ...]
    opened_ms: int | None = None

    @property
    def inspections(self) -> list[ReturnInspected]:
        """What the shop looked at."""
        return [word for word in self.words if word.arrived]

    @property
    def looked_at_ms(self) -> int | None:
        """When the shop first looked for these goods, by its last words, or into the parcel; none if it has not."""
        return min([word.occurred_at for word in self.words]) if self.words else self.opened_ms


def parts_of(refunds: Iterable[tuple[OrderView, RefundView]]) -> list[Part]:
    """The parts of a parcel, one for each of its refunds that is to bring goods back, or was booked to have."""
    told = [(order, refund, last_words(order, refund)) for order, refund in refunds]
    opened_ms = min((word.occurred_at for _, _, words in told for word in words), default=None)
    parts = [Part(order, refund, words, opened_ms) for order, refund, words in told]
    return [part for part in parts if wanted(part).total or part.inspections]


@once_of_case
def parts_by_shop(case: ParcelCase) -> dict[str, list[Part]]:
    """The parts of a case's parcel that each shop's refunds have in it. Not to be changed: several detectors ask."""
    return {shop_id: parts_of(refunds) for shop_id, refunds in case.by_shop().items()}


def wanted(part: Part) -> Expected:
    """What the one refund is to bring back."""
    return expected(part.order, part.refund, part.looked_at_ms)


def expected_in(parts: list[Part]) -> Expected:
    """What the parts are to bring back together, of each order no more than was bought and is not back already."""
    first = parts[0].order if parts else None
    if first is not None and all(part.order is first for part in parts):
        return _expected_of(first, parts)
    count, goods = 0, Counter[str]()
    for order in {part.order.name: part.order for part in parts}.values():
        one = _expected_of(order, [part for part in parts if part.order is order])
        count, goods = count + one.total, goods + one.goods
    return Expected(count, goods)


def _expected_of(order: OrderView, parts: list[Part]) -> Expected:
    looked_at = [at_ms for part in parts if (at_ms := part.looked_at_ms) is not None]
    return _expected_of_order(order, tuple([part.refund.refund_id for part in parts]), min(looked_at, default=None))


@once
def _expected_of_order(order: OrderView, refund_ids: tuple[str, ...], looked_at_ms: int | None) -> Expected:
    refunds = [order.refunds[refund_id] for refund_id in refund_ids]
    return expected_of(order, refunds, _back_elsewhere(order, refund_ids), looked_at_ms)


def found_in(parts: list[Part]) -> Pieces:
    """What the shop found. A later inspection of the whole parcel takes the place of those before it.

    It is one of the whole parcel if it names the number and lists more than its own refund brings back.
    """
    first = parts[0].order if parts else None
    if first is not None and all(part.order is first for part in parts):
        return _found_of_order(first, tuple([part.refund.refund_id for part in parts]))
    return _found_in(parts)


@once
def _found_of_order(order: OrderView, refund_ids: tuple[str, ...]) -> Pieces:
    refunds = [order.refunds[refund_id] for refund_id in refund_ids]
    return _found_in([Part(order, refund, last_words(order, refund)) for refund in refunds])


def _found_in(parts: list[Part]) -> Pieces:
    orders = list({part.order.name: part.order for part in parts}.values())
    sought = frozenset[str]().union(*(claimed(part.order, part.refund).goods for part in parts))
    told = sorted(
        ((word, part) for part in parts for word in part.inspections), key=lambda t: (t[0].occurred_at, t[0].event_id)
    )
    found: list[tuple[str | None, Pieces]] = []
    for word, part in told:
        pieces = count_pieces(word.received, orders, sought)
        if word.waybill_no is not None and len(parts) > 1 and pieces.total() > wanted(part).total:
            found = [(number, held) for number, held in found if number != word.waybill_no]
        found.append((word.waybill_no, pieces))
    return found[0][1] if len(found) == 1 else sum((pieces for _, pieces in found), Counter())


def claims_of(parts: Iterable[Part]) -> list[RefundChanged]:
    """The events by which the refunds named the parcel, or were opened."""
    return [part.refund.filled or part.refund.opened for part in parts]


def called_parcel(case: ParcelCase, parts: list[Part]) -> tuple[str, str]:
    """The parcel, in English and Chinese, as a sentence begins."""
    if case.waybill_no:
        return f"Parcel {case.waybill_no}", f"包裹 {case.waybill_no}"
    refund_id = parts[0].refund.refund_id
    return f"The parcel of refund {refund_id}", f"退款 {refund_id} 的包裹"


def _back_elsewhere(order: OrderView, refund_ids: tuple[str, ...]) -> Pieces:
    """What of an order the shop found for other refunds of it, and did not send other goods for."""
    if order.refunds.keys() <= set(refund_ids):
        # Every refund of the order is meant.
        return Counter()
    ordered = ordered_pieces(order)
    words = [
        (word, claimed(order, refund).goods)
        for refund in order.refunds.values()
        if refund.refund_id not in refund_ids and not _was_sent_anew(order, refund)
        for word in last_words(order, refund)
    ]
    found = sum(
        (count_pieces(word.received, (order,), sought) for word, sought in words if word.arrived), Counter[str]()
    )
    return found & ordered


def _was_sent_anew(order: OrderView, refund: RefundView) -> bool:
    """Whether the buyer has other goods now for those an exchange brought back: it is done, or they were sent since."""
    return refund.type == "exchange" and (
        refund.status == "completed"
        or any(sent.named.occurred_at > refund.opened.occurred_at for sent in order.sent.values())
    )
