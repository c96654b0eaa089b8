"""What an order says that buyers are joined by: a claim that other goods came, and that it was left unpaid."""

from __future__ import annotations

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.links import Claim, UnpaidOrder
from cloudtag.detection.goods import named_goods, ordered_skus
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import PAID
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import standing_inspections
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS, holding
from cloudtag.detection.wrong_goods import CLAIMED


def claim_of(order: OrderView, refund: RefundView) -> Claim | None:
    """The claim a refund makes that other goods came than were ordered, if it stands and the other goods are named."""
    return None if refund.status == "withdrawn" else claim_made(order, refund)


def claim_made(order: OrderView, refund: RefundView) -> Claim | None:
    """The same, whether or not the refund was withdrawn since."""
    if not order.lines or all(c.reason not in CLAIMED for c in refund.changes):
        return None
    ordered, own = ordered_skus(order), named_goods(order)
    named = _found(order, refund, own) or _said(refund, own)
    if named is None:
        return None
    stream, event_id, at_ms, other_skus = named
    # Once the shop has looked, another reason takes back nothing (F12).
    until_ms = at_ms + CLOCK_TOLERANCE_MS if stream == "inspections" else None
    changes = [c for c in refund.changes if until_ms is None or c.occurred_at <= until_ms]
    run = holding(changes, lambda e: None if e.reason == "unknown" else e.reason in CLAIMED)
    if run is None:
        return None
    return Claim(
        refund_id=refund.refund_id,
        order_id=order.order_id,
        shop_id=refund.shop_id,
        reason=[c.reason for c in run.events][-1],
        claimed_at=run.first.occurred_at,
        claim_event_id=run.first.event_id,
        ordered_skus=tuple(sorted(ordered)),
        other_skus=tuple(sorted(other_skus)),
        is_inspected=stream == "inspections",
        occurred_at=at_ms,
        event_id=event_id,
        stream=stream,
    )


_Named = tuple[str, str, int, frozenset[str]]
"""Stream, id and event time of the event that names the other goods, and those goods."""


def _found(order: OrderView, refund: RefundView, ordered: frozenset[str]) -> _Named | None:
    """The goods in the parcel that were never ordered, by the last inspection of it."""
    odd = [
        (inspection, frozenset(goods.sku_id for goods in inspection.received if goods.quantity) - ordered)
        for inspection in standing_inspections(order, refund)
    ]
    told = [(inspection, skus) for inspection, skus in odd if skus]
    if not told:
        return None
    last = max((inspection for inspection, _ in told), key=lambda i: (i.occurred_at, i.event_id))
    return "inspections", last.event_id, last.occurred_at, frozenset().union(*(skus for _, skus in told))


def _said(refund: RefundView, ordered: frozenset[str]) -> _Named | None:
    """The goods the buyer says came instead, since the buyer first named just these."""
    other_skus = frozenset(goods.sku_id for goods in refund.lines if goods.quantity) - ordered
    run = holding(
        refund.changes,
        lambda e: (
            None
            if not e.lines
            else frozenset(goods.sku_id for goods in e.lines if goods.quantity) - ordered == other_skus
        ),
    )
    if not other_skus or run is None:
        return None
    return "refunds", run.first.event_id, run.first.occurred_at, other_skus


def may_be_unpaid(order: OrderView) -> bool:
    """Whether an order was placed and is not known to be paid."""
    return "placed" in order.first_at and PAID.isdisjoint(order.first_at)


def left_unpaid(order: OrderView, unpaid_ms: int) -> OrderChanged | None:
    """The placing of an order that is not known to be paid, nor cancelled by the time it was due."""
    if not may_be_unpaid(order):
        return None
    placed = order.first_at["placed"]
    cancelled = order.first_at.get("cancelled")
    if cancelled is not None and cancelled.occurred_at < placed.occurred_at + unpaid_ms:
        return None
    return placed


def unpaid_order(order: OrderView, placed: OrderChanged) -> UnpaidOrder:
    """What is passed on to others of an order left unpaid: what it holds, and what its sets consist of."""
    parts = [(part.sku_id, part.quantity * line.quantity) for line in order.lines for part in line.components]
    return UnpaidOrder(
        order_id=order.order_id,
        shop_id=placed.shop_id,
        skus=(*(line.sku_id for line in order.lines), *(sku_id for sku_id, _ in parts)),
        pieces=(*(line.quantity for line in order.lines), *(pieces for _, pieces in parts)),
        occurred_at=placed.occurred_at,
        event_id=placed.event_id,
        is_stock_zeroed=any(event.stock_zeroed for event in order.changes),
        promotion_id=next((event.promotion_id for event in order.changes if event.promotion_id), None),
        part_count=len(parts),
    )
