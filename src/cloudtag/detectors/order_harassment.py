"""Unpaid orders that carry a note.

What it finds: at least `orders` orders with a buyer's note at one shop within `window_days` that are never paid (A14).
One alert per shop.

Why it is abuse: an order costs nothing to place; its note is read by the shop's people, who cannot look away.

How it decides: an order counts from when it was closed or cancelled without a payment, or has stood unpaid for
`unpaid_hours`. It does not count if the same goods were ordered again at that shop, and paid, within those hours: that
was a slip. What the note says is not judged. Medium.

Known false positives: a buyer who asks something in the note and walks away, twice.

What would clear it: a payment of one of the orders, or of the same goods soon after.

What to do: block the buyer's notes; do not answer them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, Timer, bounded, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import ending, never_paid
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import NOTES
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Unpaid orders that carry a note",
    family="order",
    scenario="order_harassment",
    scenario_zh="下单骚扰",
    scope="buyer",
    signals=(NOTES,),
    needs=("orders",),
    rules=("A14",),
    clears="A payment of one of the orders, or of the same goods soon after.",
    clears_zh="其中一笔订单的付款，或随后对相同商品的付款。",
    recommendation="block_notes",
)
_HOUR_MS = 3_600_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many such orders within how long, and from when on an order is left unpaid."""

    orders: Annotated[int, Meta(ge=2)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 30
    unpaid_hours: Annotated[int, Meta(ge=1)] = 24


def _noted(n: int, at: int, note: str | None = "you again", **fields: object) -> tuple[dict[str, object], ...]:
    ids = {"refund_id": f"r{n}", **fields}
    return ordered("placed", day(at), **ids, buyer_note=note), ordered("closed_unpaid", day(at + 1), **ids)


EXAMPLES = (
    Example(
        name="two notes, no payment",
        events=(*_noted(1, 0), *_noted(2, 10)),
        fires=({"severity": "medium", "shop_id": "s1", "facts": {"orders": "2/2"}},),
    ),
    Example(
        name="left open instead of closed",
        events=(*_noted(1, 0), _noted(2, 10)[0]),
        until=day(12),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(name="near miss: still time to pay", events=(*_noted(1, 0), _noted(2, 10)[0]), until=day(10, 23)),
    Example(name="near miss: once", events=_noted(1, 0)),
    Example(name="near miss: at two shops", events=(*_noted(1, 0), *_noted(2, 10, shop_id="s2"))),
    Example(name="near miss: without a note", events=(*_noted(1, 0), *_noted(2, 10, None))),
    Example(name="near miss: in two months", events=(*_noted(1, 0), *_noted(2, 31))),
    Example(
        name="near miss: paid in the end",
        events=(*_noted(1, 0), _noted(2, 10)[0], ordered("paid", day(12), refund_id="r2")),
        until=day(20),
    ),
    Example(
        name="near miss: ordered anew and paid, the first was a slip",
        events=(*_noted(1, 0), *_noted(2, 10), ordered("paid", day(10, 2), refund_id="r3")),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop where any window holds enough of such orders; a timer while one may still become one."""
    if sum(order.is_noted and never_paid(order) for order in case.orders) < parameters.orders:
        return
    for shop_id, orders in case.by_shop().items():
        noted = [order for order in orders if order.is_noted and never_paid(order)]
        if len(noted) < parameters.orders:
            continue
        left = [_left(order, parameters) for order in noted if not _is_slip(order, orders, parameters)]
        met = any_count(
            (moment for moment, is_over in left if is_over or moment.at_ms <= case.now_ms),
            parameters.window_days * DAY_MS,
            parameters.orders,
        )
        if met is not None:
            yield _finding(shop_id, met, parameters)
        due_ms = min((m.at_ms for m, is_over in left if not is_over and m.at_ms > case.now_ms), default=None)
        if due_ms is not None:
            yield Timer(due_ms)


def _left(order: OrderView, parameters: Parameters) -> tuple[Moment, bool]:
    """When the order counts as left unpaid: at its end, or after the wait; and whether it has ended."""
    ends = [e.occurred_at for status in ("closed_unpaid", "cancelled") if (e := ending(order, status)) is not None]
    left_at = min([*ends, order.began_at + parameters.unpaid_hours * _HOUR_MS])
    return Moment(left_at, order.order_id, order), bool(ends)


def _is_slip(order: OrderView, orders: list[OrderView], parameters: Parameters) -> bool:
    goods = {line.sku_id for line in order.lines}
    reach_ms = parameters.unpaid_hours * _HOUR_MS
    return any(
        other is not order
        and goods & {line.sku_id for line in other.lines}
        and any(
            order.began_at <= paid.occurred_at <= order.began_at + reach_ms
            for paid in map(other.first_at.get, ("paid", "partly_shipped", "shipped"))
            if paid is not None
        )
        for other in orders
    )


def _finding(shop_id: str, met: Met, parameters: Parameters) -> Finding:
    orders, days = met.things, parameters.window_days
    return Finding(
        anchor=shop_id,
        severity="medium",
        platform=orders[-1].platform,
        shop_id=shop_id,
        order_ids=unique(order.order_id for order in orders)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*(event for order in orders for event in order.changes))),
        facts={
            "orders": f"{len(orders)}/{parameters.orders}",
            "paid": "0",
            "window_days": str(days),
        },
        explanation=(
            f"{counted(len(orders), 'order')} with a note at shop {shop_id} within {counted(days, 'day')} "
            f"{form(len(orders), 'was', 'were')} never paid."
        ),
        explanation_zh=f"{days} 天内在店铺 {shop_id} 有 {len(orders)} 笔带留言的订单始终未付款。",
    )
