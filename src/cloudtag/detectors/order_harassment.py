"""Unpaid orders that carry a note.

What it finds: at least `orders` orders with a buyer's note at one shop within `window_days` that are never paid (A14).
One alert per shop.

Why it is abuse: an order costs nothing to place; its note is read by the shop's people, who cannot look away.

How it decides: an order counts from when it was closed without a payment, or `unpaid_hours` have passed without one;
not if the shop or the platform cancelled it before. It does not count if the same goods were ordered again at that
shop, and paid, within those hours: that was a slip. Low; medium when the platform calls one of the notes meaningless.
What else a note says is not judged. Where a platform judges by the order, one is enough.

Known false positives: a buyer who asks something in the note and walks away.

What would clear it: a payment of one of the orders, or of the same goods soon after.

What to do: block the buyer's notes; do not answer them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase, by_shop
from cloudtag.detection.example import day, ordered
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, Timer, bounded, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import PAID, ending, let_down, never_paid
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

    orders: Annotated[int, Meta(ge=1)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 30
    unpaid_hours: Annotated[int, Meta(ge=1)] = 24


def _noted(n: int, at: int, note: str | None = "you again", **fields: object) -> tuple[dict[str, object], ...]:
    ids = {"refund_id": f"r{n}", **fields}
    return ordered("placed", day(at), **ids, buyer_note=note), ordered("closed_unpaid", day(at + 1), **ids)


def _called_off(n: int, by: str) -> tuple[dict[str, object], ...]:
    cancelled = ordered("cancelled", day(10, 23), refund_id=f"r{n}", cancelled_by=by)
    return _noted(n, 10)[0], cancelled


EXAMPLES = (
    Example(
        name="two notes, no payment",
        events=(*_noted(1, 0), *_noted(2, 10)),
        fires=({"severity": "low", "shop_id": "s1", "facts": {"orders": "2/2", "meaningless_notes": "0"}},),
    ),
    Example(
        name="one of the two says nothing at all",
        events=(*_noted(1, 0), *_noted(2, 10, note_meaningless=True)),
        fires=({"severity": "medium", "facts": {"meaningless_notes": "1"}},),
    ),
    Example(
        name="a note the platform read and did not pass on",
        events=(*_noted(1, 0), *_noted(2, 10, None, note_meaningless=True)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="once, where it is judged by the order",
        events=_noted(1, 0, platform="aliexpress"),
        fires=({"severity": "low", "facts": {"orders": "1/1"}},),
    ),
    Example(
        name="called off by the buyer, and nothing paid in a day",
        events=(*_noted(1, 0), *_called_off(2, "buyer")),
        until=day(11),
        fires=({"decided_at": 1_773_360_000_000},),
    ),
    Example(
        name="on the thirtieth day",
        events=(*_noted(1, 0), *_noted(2, 30)),
        fires=({"facts": {"orders": "2/2"}},),
    ),
    Example(
        name="left open instead of closed",
        events=(*_noted(1, 0), _noted(2, 10)[0]),
        until=day(12),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(name="near miss: still time to pay", events=(*_noted(1, 0), _noted(2, 10)[0]), until=day(10, 23)),
    Example(
        name="near miss: paid, where one is enough",
        events=(_noted(1, 0, platform="aliexpress")[0], ordered("paid", day(0, 20), platform="aliexpress")),
        until=day(9),
    ),
    Example(
        name="near miss: the shop called it off before a day had passed",
        events=(*_noted(1, 0), *_called_off(2, "shop")),
        until=day(20),
    ),
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
    unpaid = by_shop(order for order in case.orders if order.is_noted and never_paid(order))
    for shop_id, noted in unpaid.items():
        meant = (order for order in noted if not _is_slip(order, case.orders, parameters))
        left = [end for order in meant if (end := _left(order, parameters)) is not None]
        if len(left) < parameters.orders:
            continue
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


def _left(order: OrderView, parameters: Parameters) -> tuple[Moment, bool] | None:
    """When the order counts as left unpaid: as it was closed, or after the wait; and whether it was closed.

    None if others called it off while it could still be paid.
    """
    due_ms = order.began_at + parameters.unpaid_hours * _HOUR_MS
    cancelled = let_down(order)
    if cancelled is not None and cancelled.occurred_at < due_ms:
        return None
    closed = ending(order, "closed_unpaid")
    left_at = due_ms if closed is None else min(closed.occurred_at, due_ms)
    return Moment(left_at, order.order_id, order), closed is not None


def _is_slip(order: OrderView, orders: Iterable[OrderView], parameters: Parameters) -> bool:
    """Whether the same goods were bought at the shop while the order could still be paid."""
    goods = {line.sku_id for line in order.lines}
    due_ms = order.began_at + parameters.unpaid_hours * _HOUR_MS
    return any(
        order.began_at <= _paid_at(other) <= due_ms
        for other in orders
        if other.shop_id == order.shop_id and not goods.isdisjoint(line.sku_id for line in other.lines)
    )


def _paid_at(order: OrderView) -> int:
    """When a payment of an order first shows; 0 if none does."""
    return min((change.occurred_at for status, change in order.first_at.items() if status in PAID), default=0)


def _finding(shop_id: str, met: Met, parameters: Parameters) -> Finding:
    orders, days = met.things, parameters.window_days
    meaningless = sum(any(change.note_meaningless for change in order.changes) for order in orders)
    return Finding(
        anchor=shop_id,
        severity="medium" if meaningless else "low",
        platform=orders[-1].platform,
        shop_id=shop_id,
        order_ids=unique(order.order_id for order in orders)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*(event for order in orders for event in order.changes))),
        facts={
            "orders": f"{len(orders)}/{parameters.orders}",
            "meaningless_notes": str(meaningless),
            "window_days": str(days),
        },
        explanation=(
            f"{counted(len(orders), 'order')} with a note at shop {shop_id} within {counted(days, 'day')} "
            f"{form(len(orders), 'was', 'were')} never paid."
        ),
        explanation_zh=f"{days} 天内在店铺 {shop_id} 有 {len(orders)} 笔带留言的订单始终未付款。",
    )
