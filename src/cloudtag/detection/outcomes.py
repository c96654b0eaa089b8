"""How an order ended for the buyer and the shop: bought, never paid, cancelled, or money asked back."""

from __future__ import annotations

from collections.abc import Container

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.windows import Moment, Run, holding

_ARRIVED = ("not_as_described", "wrong_item", "short_item", "damaged", "counterfeit", "quality")
"""Reasons that can only be given with the goods in hand."""
_ENDS = ("closed_unpaid", "cancelled")
"""Of several statuses at one moment these come last."""
PAID = frozenset(("paid", "partly_shipped", "shipped", "completed"))
"""What an order only comes to once it is paid."""
_LEFT = ("partly_shipped", "shipped", "completed")
"""What shows that goods of an order have left the shop."""
_NO_MONEY_BACK = ("exchange", "postage")
_NOT_THE_BUYER = ("shop", "platform")
NEVER_MS = 1 << 62
"""Later than any event."""
CLOCK_TOLERANCE_MS = 10 * 60_000
"""So far apart may be what two streams say of one moment (F4)."""


def ending(order: OrderView, status: str) -> OrderChanged | None:
    """Since when an order is in that last status, if it is."""
    run = _run(order, status)
    return run.first if run else None


def _run(order: OrderView, status: str) -> Run[OrderChanged] | None:
    if status not in order.first_at:
        return None
    changes = sorted(order.changes, key=lambda e: (e.occurred_at, e.status in _ENDS, e.event_id))
    return holding(changes, lambda e: None if e.status == "unknown" else e.status == status)


def let_down(order: OrderView, by: Container[str] = _NOT_THE_BUYER) -> OrderChanged | None:
    """Since when an order is cancelled by the shop or the platform, if it is: then the buyer is not to blame (F8).

    Who cancelled it before it went on says nothing of who did now.
    """
    run = _run(order, "cancelled")
    if run is None:
        return None
    told = [change.cancelled_by for change in run.events if change.cancelled_by != "unknown"]
    return run.first if told and told[-1] in by else None


def given_up(order: OrderView) -> OrderChanged | None:
    """Since when an order is cancelled by its buyer, or by nobody named, if it is."""
    return None if let_down(order) is not None else ending(order, "cancelled")


def is_answer(order: OrderView, asked: Moment) -> bool:
    """Whether money was asked back only because the shop or the platform had cancelled.

    Refunds and orders are told by different clocks: a claim from just before the cancellation is an answer to it too.
    """
    cancelled = let_down(order)
    return cancelled is not None and asked.at_ms > cancelled.occurred_at - CLOCK_TOLERANCE_MS


def never_paid(order: OrderView) -> bool:
    """Whether nothing shows a payment, so far."""
    return PAID.isdisjoint(order.first_at)


def is_purchase(order: OrderView) -> bool:
    """Whether an order counts among what a buyer bought: not closed unpaid, not cancelled."""
    first_at = order.first_at
    if (
        ("closed_unpaid" not in first_at and "cancelled" not in first_at)
        or "shipped" in first_at
        or "partly_shipped" in first_at
    ):
        return True
    return all(ending(order, status) is None for status in _ENDS)


def claim(refund: RefundView) -> RefundChanged | None:
    """Since when a refund asks for the price, unless it was withdrawn or refused, or is an exchange or postage."""
    if refund.type in _NO_MONEY_BACK or refund.status in ("withdrawn", "refused"):
        return None
    run = holding(refund.changes, lambda e: None if e.status == "unknown" else e.status not in ("withdrawn", "refused"))
    return run.first if run else refund.opened


def left_at(order: OrderView) -> int:
    """When goods of an order first left the shop, as far as its events show; `NEVER_MS` while none shows it."""
    return min((e.occurred_at for status in _LEFT if (e := order.first_at.get(status))), default=NEVER_MS)


def is_before_shipping(order: OrderView, refund: RefundView, asked: RefundChanged) -> bool:
    """Whether the price was asked back before the goods left; in doubt, and with nothing in hand, they had not."""
    left_ms = left_at(order)
    if left_ms != NEVER_MS:
        return asked.occurred_at < left_ms
    is_in_hand = refund.type == "return_refund" or refund.reason in _ARRIVED or refund.waybill_no is not None
    return not is_in_hand and not any(c.claims_received for c in refund.changes)


def asked_percent(order: OrderView, refund: RefundView) -> float:
    """Which part of an order's worth a refund asks back: by its goods, else its amount, else all of it."""
    prices = {line.sku_id: line.unit_price_minor for line in order.lines}
    worth = sum(line.quantity * line.unit_price_minor for line in order.lines)
    if refund.lines and order.quantity > 0:
        if worth > 0 and all(goods.sku_id in prices for goods in refund.lines):
            return 100 * sum(goods.quantity * prices[goods.sku_id] for goods in refund.lines) / worth
        return 100 * sum(goods.quantity for goods in refund.lines) / order.quantity
    if refund.amount_minor is not None and worth > 0 and refund.currency in (None, order.currency):
        return 100 * refund.amount_minor / worth
    return 100.0


def refund_moment(order: OrderView, *, is_shipped: bool, part_percent: int) -> Moment | None:
    """When the standing claims on an order, made after shipping or made before, first came to that part of it."""
    if not order.refunds:
        return None
    part = is_shipped, part_percent
    if order.passed is None:
        order.passed = {}
    if part not in order.passed:
        order.passed[part] = _passing(order, is_shipped, part_percent)
    asked = order.passed[part]
    return None if asked is None else Moment(asked.occurred_at, order.order_id, (order, asked), order.began_at)


def _passing(order: OrderView, is_shipped: bool, part_percent: int) -> RefundChanged | None:
    """The claim with which the claims came to that part."""
    found = [
        (asked, refund)
        for refund in order.refunds.values()
        if (asked := claim(refund)) is not None and is_before_shipping(order, refund, asked) is not is_shipped
    ]
    part = 0.0
    for asked, refund in sorted(found, key=lambda pair: (pair[0].occurred_at, pair[0].event_id)):
        part += asked_percent(order, refund)
        if part >= part_percent:
            return asked
    return None
