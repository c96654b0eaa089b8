"""Whether the shop has the goods that refunds were to bring back, by pieces and money as everywhere (F6, F9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cloudtag.detection.goods import Expected, claimed
from cloudtag.detection.once import once_of_refunds
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import refunds_in
from cloudtag.detection.parcel_goods import Part, expected_in, found_in
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import Refunds, last_words


def is_all_back(refunds: Refunds) -> bool:
    """Whether the shop found all the goods that refunds were to bring back, in whatever parcels and condition.

    Counted as where goods are short: sets by their parts, by amount alone what it pays for, of one return recorded as
    two refunds once. Of an order that nobody knows anything found will do, unless the refund names its goods.
    """
    for order, _ in refunds:
        if order.inspections:
            return _is_all_back(refunds)
    # Mostly nobody has looked into anything, and nothing was found.
    return False


@once_of_refunds
def _is_all_back(refunds: Refunds) -> bool:
    parts = [Part(order, refund, last_words(order, refund)) for order, refund in refunds]
    found = found_in(parts)
    if not found:
        return False
    due = expected_in(parts)
    if not due.total:
        # None of them sends goods back, and yet some came: they answer for what was claimed.
        due = _claimed(parts)
    wanted = found & due.goods if due.goods else found
    return wanted.total() >= due.total


def has_come_back(order: OrderView, refund: RefundView, orders: Iterable[OrderView] = ()) -> bool:
    """Whether the shop found all the goods of one refund, or of all refunds that came back in its parcel (T1b).

    One inspection, booked for one of them, may tell of them all. `orders` are the buyer's that may share the parcel.
    """
    if is_all_back([(order, refund)]):
        return True
    beside = {(o.order_id, r.refund_id): (o, r) for o, r in refunds_in(orders, order.shop_id, refund.unit)}
    own = [(order, each) for each in order.refunds.values() if each.unit == refund.unit]
    sharing = [*(one for (order_id, _), one in beside.items() if order_id != order.order_id), *own]
    return len(sharing) > 1 and is_all_back(sharing)


def _claimed(parts: list[Part]) -> Expected:
    each = [claimed(part.order, part.refund) for part in parts]
    return Expected(sum(one.total for one in each), sum((one.goods for one in each), Counter[str]()))
