"""Orders that are never meant to be kept.

What it finds: at least `orders` orders within `window_days` that the buyer cancelled, or asked the money back for,
before they were shipped, and which make up at least `share_percent` of the buyer's orders (B6).

Why it is abuse: such orders bind stock, spoil a shop's figures, or fake sales and take promotions away from others.

How it decides: an order counts from when it, or `part_percent` of its worth, was last given up. It does not count if it
was shipped before or taken up again, if the shop or the platform cancelled it (money asked back after that is no more
than the answer), if the shop had let `patience_hours` pass after payment, or while the buyer's complaint that the shop
could not deliver stands. The share is taken of all orders since the window, or the oldest order in question, began, and
of those of the `window_days` from the first one given up on as well; orders that were never paid and closed do not
dilute it. Medium.

Known false positives: a shop that cancels the orders itself where nobody says so; a buyer who cannot decide.

What would clear it: a shipment from before the order was given up, or that it was taken up again.

What to do: keep promotion stock from the buyer; do not count the orders in the shop's figures.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.complaint_view import complaints_of
from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, together
from cloudtag.detection.outcomes import given_up, is_answer, is_purchase, left_at, let_down, refund_moment
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import UNDONE
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_share
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Orders that are never meant to be kept",
    family="order",
    scenario="no_intent_to_buy",
    scenario_zh="无意购买",
    scope="buyer",
    signals=(UNDONE,),
    needs=("orders",),
    rules=("B6", "F4", "F8"),
    clears="A shipment from before the order was given up, or that it was taken up again.",
    clears_zh="订单取消前已发货的记录，或订单恢复的记录。",
    recommendation="order_limit",
)
_HOUR_MS = 3_600_000
_NO_DELIVERY = ("out_of_stock", "late_delivery", "deal_not_sold")


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many orders within how long, which share of all, how long a shop may take to ship, and which part of an
    order's worth must be asked back."""

    orders: Annotated[int, Meta(ge=3)] = 5
    share_percent: Annotated[int, Meta(ge=1, le=100)] = 80
    window_days: Annotated[int, Meta(ge=1)] = 30
    patience_hours: Annotated[int, Meta(ge=1)] = 72
    part_percent: Annotated[int, Meta(ge=1, le=100)] = 50


def _given_up(n: int, at: int, wait_hours: int = 5) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(at), refund_id=f"r{n}"),
        ordered("paid", day(at, 1), refund_id=f"r{n}"),
        ordered("cancelled", day(at, 1 + wait_hours), refund_id=f"r{n}"),
    )


def _kept(n: int, at: int) -> tuple[dict[str, object], ...]:
    return ordered("paid", day(at), refund_id=f"r{n}"), ordered("shipped", day(at + 1), refund_id=f"r{n}")


def _many(count: int, days: int = 5, wait_hours: int = 5) -> tuple[dict[str, object], ...]:
    return tuple(event for n in range(1, count + 1) for event in _given_up(n, n * days, wait_hours))


_PLATFORM = {"cancelled_by": "platform"}


def _asked_and_cancelled(minutes: int) -> tuple[dict[str, object], ...]:
    """The money is asked back, and so long after it the shop cancels."""
    return (
        *_given_up(5, 25)[:2],
        refunded("opened", day(25, 3), refund_id="r5", type="refund_only", reason="no_reason"),
        ordered("cancelled", day(25, 3, minutes), refund_id="r5", cancelled_by="shop"),
    )


EXAMPLES = (
    Example(
        name="five of five cancelled",
        events=_many(5),
        fires=({"severity": "medium", "facts": {"orders": "5/5", "share": "100%/80%"}},),
    ),
    Example(
        name="asks the money back before anything is shipped",
        events=(
            *_many(4),
            *_kept(6, 12),
            *_given_up(5, 26)[:2],
            refunded("opened", day(26, 4), refund_id="r5", type="refund_only", reason="no_reason"),
        ),
        fires=({"facts": {"orders": "5/5", "share": "83%/80%"}},),
    ),
    Example(name="near miss: four of four", events=_many(4)),
    Example(name="near miss: five of seven", events=(*_many(5), *_kept(6, 6), *_kept(7, 7))),
    Example(
        name="near miss: the first five were given up, and two are kept within thirty days of the first",
        events=(*_many(5), *_kept(6, 30), *_kept(7, 35)),
    ),
    Example(
        name="the second is kept a day too late to tell otherwise",
        events=(*_many(5), *_kept(6, 30), *_kept(7, 36)),
        fires=({"facts": {"orders": "5/5", "share": "100%/80%"}},),
    ),
    Example(name="near miss: five in six weeks", events=_many(5, days=10)),
    Example(name="near miss: the shop did not ship for days", events=_many(6, wait_hours=80)),
    Example(
        name="near miss: the shop had nothing in stock",
        events=(*_many(5), complained("opened", day(5, 8), refund_id="r1", type="out_of_stock")),
    ),
    Example(
        name="near miss: the shop cancels for lack of stock",
        events=tuple({**e, "cancelled_by": "shop"} if e["status"] == "cancelled" else e for e in _many(5)),
    ),
    Example(
        name="near miss: four by the buyer, the fifth by the platform",
        events=(*_many(4), *_given_up(5, 25)[:2], ordered("cancelled", day(25, 6), refund_id="r5", **_PLATFORM)),
    ),
    Example(
        name="four by the buyer, the fifth as well, as the shop says later",
        events=(*_many(5), ordered("cancelled", day(25, 7), refund_id="r5", cancelled_by="buyer")),
        fires=({"facts": {"orders": "5/5"}},),
    ),
    Example(
        name="the money asked back first, whereupon the shop cancels",
        events=(*_many(4), *_asked_and_cancelled(10)),
        fires=({"facts": {"orders": "5/5"}},),
    ),
    Example(
        name="near miss: the refund is booked minutes before the shop's cancellation",
        events=(*_many(4), *_asked_and_cancelled(9)),
    ),
    Example(
        name="near miss: a buyer whom shops let down again and again",
        events=(
            *_many(5),
            *(ordered("cancelled", day(n), refund_id=f"r{n}", cancelled_by="shop") for n in (6, 7)),
        ),
    ),
    Example(
        name="near miss: a regular customer drops a whole cart at once",
        events=(
            *(event for n in range(10, 20) for event in _kept(n, n - 10)),
            *(event for n in range(1, 6) for event in _given_up(n, 20)),
        ),
    ),
    Example(
        name="near miss: one was taken up again",
        events=(*_many(5), ordered("paid", day(11), refund_id="r2"), ordered("shipped", day(12), refund_id="r2")),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if in any window enough of the orders were given up."""
    if sum([bool(order.refunds) or "cancelled" in order.first_at for order in case.orders]) < parameters.orders:
        return
    orders = together(case.orders)
    moments = zip(orders, orders.each(_moment, parameters), strict=True)
    dropped = {order.name: moment for order, moment in moments if moment is not None}
    met = any_share(
        dropped.values(),
        _began(orders, dropped.keys()),
        parameters.window_days * DAY_MS,
        lambda count, total: count * 100 >= parameters.share_percent * total,
        case.horizon_ms,
        at_least=parameters.orders,
    )
    if met is not None:
        yield _finding(met, parameters)


def _began(orders: Orders, dropped: Container[tuple[str | None, str]]) -> Iterator[int]:
    """When the orders began that the buyer meant to have, or gave up."""
    for order, is_meant in zip(orders, orders.each(_is_meant), strict=True):
        if is_meant or order.name in dropped:
            yield order.began_at


def _is_meant(order: OrderView) -> bool:
    """Whether the buyer meant to have it: bought, or called off by others."""
    return is_purchase(order) or let_down(order) is not None


def _moment(order: OrderView, parameters: Parameters) -> Moment | None:
    back = refund_moment(order, is_shipped=False, part_percent=parameters.part_percent)
    found = [None if back is None or is_answer(order, back) else back, _cancellation(order)]
    first = min((m for m in found if m is not None), key=lambda m: (m.at_ms, m.id), default=None)
    if first is None or _was_let_down(order, first.at_ms, parameters):
        return None
    return first


def _cancellation(order: OrderView) -> Moment | None:
    cancelled = given_up(order)
    if cancelled is None or left_at(order) <= cancelled.occurred_at:
        return None
    return Moment(cancelled.occurred_at, order.order_id, (order, cancelled), order.began_at)


def _was_let_down(order: OrderView, at_ms: int, parameters: Parameters) -> bool:
    paid = order.first_at.get("paid")
    if paid is not None and at_ms - paid.occurred_at > parameters.patience_hours * _HOUR_MS:
        return True
    return any(
        c.complainant == "buyer" and c.type in _NO_DELIVERY and c.status not in ("rejected", "withdrawn")
        for c in complaints_of(order)
    )


def _finding(met: Met, parameters: Parameters) -> Finding:
    count, days = len(met.moments), parameters.window_days
    percent = 100 * count // max(met.total, 1)
    steps: list[Any] = [step for _, step in met.things]
    return Finding(
        anchor="",
        severity="medium",
        platform=steps[-1].platform,
        shop_id=only(step.shop_id for step in steps),
        order_ids=unique(step.order_id for step in steps)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*steps)),
        facts={
            "orders": f"{count}/{parameters.orders}",
            "share": f"{percent}%/{parameters.share_percent}%",
            "of_orders": str(met.total),
            "window_days": str(days),
        },
        explanation=(
            f"{count} of {counted(met.total, 'order')} ({percent}%) within {counted(days, 'day')} "
            f"{form(count, 'was', 'were')} given up before shipping."
        ),
        explanation_zh=f"{days} 天内 {met.total} 笔订单中有 {count} 笔在发货前取消或退款（{percent}%）。",
        since_at=met.since_at,
    )
