"""What was sent for goods that were exchanged before they came back: as the shop says it, or the buyer (T2)."""

from __future__ import annotations

from cloudtag.detection.goods import claimed, ever_named, named_goods
from cloudtag.detection.once import once_of_refund
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS

_GIVEN_UP = ("withdrawn", "refused")
_GRANTED = frozenset(("agreed", "waybill_filled", "completed"))


def may_be_sent_for_it(order: OrderView, refund: RefundView, sku_id: str, looked_at_ms: int) -> bool:
    """Whether an article that was never ordered may be what the shop sent when it exchanged a refund's goods.

    Where the shop did not say what it sent, it is what the refund names, if that is an article the order does not have;
    if it names none such, nobody can say.
    """
    if not is_exchanged_untold(order, refund, looked_at_ms):
        return False
    said = frozenset(goods.sku_id for goods in refund.lines if goods.quantity) - named_goods(order)
    return not said or sku_id in said


def is_exchanged_untold(order: OrderView, refund: RefundView, looked_at_ms: int) -> bool:
    """Whether the shop had agreed to exchange a refund's goods before these were looked at, and not said for what.

    It says so where the order is amended since, or a parcel of it named with what is in it.
    """
    until_ms = looked_at_ms + CLOCK_TOLERANCE_MS
    granted = [other for other in _exchanges(order, refund) if _granted_ms(other) <= until_ms]
    return bool(granted) and not any(_is_told(order, other) for other in granted)


@once_of_refund
def _exchanges(order: OrderView, refund: RefundView) -> list[RefundView]:
    """The refunds that exchanged goods that this one is about, and that the shop agreed to."""
    goods, opened_ms = claimed(order, refund).goods, refund.opened.occurred_at
    return [
        other
        for other in order.refunds.values()
        if other is not refund
        and other.type == "exchange"
        and other.status not in _GIVEN_UP
        and other.opened.occurred_at <= opened_ms
        and any(change.status in _GRANTED for change in other.changes)
        and not goods.keys().isdisjoint(claimed(order, other).goods)
    ]


def _granted_ms(exchange: RefundView) -> int:
    """When it first was to be seen that the shop had agreed."""
    return min(change.occurred_at for change in exchange.changes if change.status in _GRANTED)


def _is_told(order: OrderView, exchange: RefundView) -> bool:
    """Whether the shop said what it sent: an article that was new to the order, or the exchanged one once more."""
    since_ms, goods = exchange.opened.occurred_at, claimed(order, exchange).goods
    before = frozenset(
        line.sku_id for change in order.changes if change.occurred_at <= since_ms for line in change.lines
    )
    if not before.issuperset(line.sku_id for line in order.lines):
        return True
    sent = [one for one in order.sent.values() if one.named.occurred_at > since_ms]
    return any(one.sku_id in goods or one.sku_id not in ever_named(order) for parcel in sent for one in parcel.lines)
