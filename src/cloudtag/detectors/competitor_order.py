"""Orders by a rival shop that come to nothing.

What it finds: a buyer who belongs to another shop of the same category and orders, again and again, without buying
(A11).

Why it is abuse: the orders lock up the shop's stock, spoil its figures and cost it parcels.

How it decides: the buyer shares a phone, a device or a payment account with another shop of the same category as the
one ordered from. Within any `window_days`, at least `orders` of the buyer's orders there were left unpaid for
`unpaid_minutes`, closed unpaid, cancelled, or asked back, `part_percent` of their worth, by refunds that stand. A paid
order that the shop or the platform cancelled is none of them. What too many people share links nobody. Whoever belongs
to the shop itself is no rival. It is said of the account, not of one order. Medium; high when more than one attribute
is shared.

Known false positives: a shopkeeper who buys for himself and sends much back; the former phone of a shop, sold to a
stranger.

What would clear it: payment, a refund withdrawn or refused, or a shop that no longer shows what is shared.

What to do: look at the account as a whole; limit its purchases in this shop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.claims import left_unpaid
from cloudtag.detection.example import day, event, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, bounded, cite, oldest_first, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import ending, given_up, is_answer, refund_moment
from cloudtag.detection.rivals import Rivalry, rivalry
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import RIVAL
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_window
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Orders by a rival shop that come to nothing",
    family="order",
    scenario="competitor_order",
    scenario_zh="同行恶意下单",
    scope="buyer",
    needs=("orders",),
    signals=(RIVAL,),
    rules=("A11", "F8"),
    clears="Payment, a refund withdrawn or refused, or a shop that no longer shows what is shared.",
    clears_zh="订单已付款、退款撤回或被拒，或关联店铺不再使用相同的联系方式、设备或付款账户。",
    recommendation="limit_purchases_in_this_shop",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many such orders within how long, from which part of its worth an order is paid back, when it is unpaid."""

    orders: Annotated[int, Meta(ge=1)] = 3
    window_days: Annotated[int, Meta(ge=1)] = 180
    part_percent: Annotated[int, Meta(ge=1, le=100)] = 50
    unpaid_minutes: Annotated[int, Meta(ge=1)] = 30


def _shop(shop_id: str, category: str = "tea", **shown: object) -> dict[str, object]:
    return event("shops", day(-90), shop_id=shop_id, category=category, **shown)


def _orders(count: int, status: str | None = "cancelled", **fields: object) -> tuple[dict[str, object], ...]:
    placed = [ordered("placed", day(n), refund_id=f"r{n}", device_hash="d2", **fields) for n in range(1, count + 1)]
    ended = [ordered(status, day(n, 2), refund_id=f"r{n}", **fields) for n in range(1, count + 1) if status]
    return (*placed, *ended)


def _refunds(count: int) -> tuple[dict[str, object], ...]:
    return tuple(
        refunded("opened", day(n, 9), refund_id=f"r{n}", type="refund_only", reason="no_reason")
        for n in range(1, count + 1)
    )


def _late(at: int) -> tuple[dict[str, object], ...]:
    who = {"refund_id": "r3", "device_hash": "d2"}
    return ordered("placed", day(at), **who), ordered("cancelled", day(at, 2), **who)


_RIVALS = (_shop("s1", device_hashes=["d1"]), _shop("s2", device_hashes=["d2"], phone_hash="p2"))
EXAMPLES = (
    Example(
        name="three orders from a rival's device, all cancelled",
        events=(*_RIVALS, *_orders(3)),
        fires=({"severity": "medium", "order_ids": ["o1", "o2", "o3"], "facts": {"orders": "3/3"}},),
    ),
    Example(
        name="never paid for, from a rival's device and phone",
        events=(*_RIVALS, *_orders(3, None, phone_hash="p2")),
        until=day(3, 1),
        fires=({"severity": "high", "decided_at": 1_772_670_600_000},),
    ),
    Example(
        name="paid, and the money asked back before anything was shipped",
        events=(*_RIVALS, *_orders(3, "paid"), *_refunds(3)),
        fires=({"facts": {"orders": "3/3", "rival_shops": "s2"}},),
    ),
    Example(
        name="on the hundred and eightieth day",
        events=(*_RIVALS, *_orders(2), *_late(181)),
        fires=({"facts": {"orders": "3/3"}},),
    ),
    Example(name="near miss: a day later", events=(*_RIVALS, *_orders(2), *_late(182))),
    Example(
        name="near miss: the shop cancels all of them",
        events=(*_RIVALS, *_orders(3, "paid"), *_orders(3, cancelled_by="shop")[3:]),
    ),
    Example(
        name="near miss: the platform cancels, and the money is asked back",
        events=(*_RIVALS, *_orders(3, "paid"), *_orders(3, cancelled_by="platform")[3:], *_refunds(3)),
    ),
    Example(
        name="near miss: a minute before the third is due",
        events=(*_RIVALS, *_orders(3, None)),
        until=day(3, 0, 29),
    ),
    Example(name="near miss: twice", events=(*_RIVALS, *_orders(2))),
    Example(name="near miss: bought and kept", events=(*_RIVALS, *_orders(5, "completed"))),
    Example(name="near miss: nobody's rival cancels three times", events=(*_RIVALS[:1], *_orders(3))),
    Example(
        name="near miss: a seller of shoes",
        events=(_RIVALS[0], _shop("s2", "shoes", device_hashes=["d2"]), *_orders(3)),
    ),
    Example(
        name="near miss: the owner tries out the check-out of the own shop",
        events=(_shop("s1", device_hashes=["d2"]), _RIVALS[1], *_orders(3)),
    ),
    Example(
        name="near miss: an address in the same building",
        events=(*_RIVALS, *({**e, "device_hash": None, "address_hash": "tower"} for e in _orders(3))),
    ),
    Example(
        name="near miss: the third was paid after all",
        events=(*_RIVALS, *_orders(3, None), ordered("paid", day(3, 2), refund_id="r3")),
        until=day(9),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop the buyer is a rival of, and orders from without buying."""
    for shop_id, orders in case.by_shop().items():
        found = rivalry(case, shop_id)
        if found is None:
            continue
        ends = [end for order in orders if (end := _end(order, parameters)) is not None]
        waiting = [end for end in ends if end.id.startswith(_WAITS) and end.at_ms > case.now_ms]
        yield from (Timer(end.at_ms) for end in waiting)
        over = [end for end in ends if end not in waiting]
        met = any_window(over, parameters.window_days * DAY_MS, parameters.orders, lambda _: True)
        if met is not None:
            yield _finding(shop_id, met, found, parameters)


_WAITS = "~"
"""Marks what only time shows."""


def _end(order: OrderView, parameters: Parameters) -> Moment | None:
    """Since when an order has come to nothing: the event that ended it, or the moment payment was due."""
    ended = [change for change in (ending(order, "closed_unpaid"), given_up(order)) if change is not None]
    moments = [Moment(change.occurred_at, order.order_id, (order, change)) for change in ended]
    for is_shipped in (False, True):
        back = refund_moment(order, is_shipped=is_shipped, part_percent=parameters.part_percent)
        moments += [back] if back is not None and not is_answer(order, back) else []
    unpaid_ms = parameters.unpaid_minutes * 60_000
    placed = None if ended else left_unpaid(order, unpaid_ms)
    if placed is not None:
        moments.append(Moment(placed.occurred_at + unpaid_ms, _WAITS + order.order_id, (order, placed)))
    return min(moments, default=None, key=lambda moment: (moment.at_ms, moment.id))


def _finding(shop_id: str, met: Met, found: Rivalry, parameters: Parameters) -> Finding:
    count, shops, shared = len(met.moments), ", ".join(found.shop_ids), ", ".join(found.attributes)
    rivals = len(found.shop_ids)
    events = [e for order, event in met.things for e in (*order.changes[:1], event)]
    return Finding(
        anchor=shop_id,
        severity="high" if len(found.attributes) > 1 else "medium",
        platform=events[0].platform,
        shop_id=shop_id,
        order_ids=unique(order.order_id for order, _ in met.things),
        decided_at=max(met.decided_at, found.since_ms),
        evidence=oldest_first((*bounded(cite(*events)), *found.references)),
        facts={
            "orders": f"{count}/{parameters.orders}",
            "window_days": str(parameters.window_days),
            "rival_shops": shops,
            "category": str(found.shop.category),
            "shared": shared,
        },
        explanation=(
            f"{counted(count, 'order')} at shop {shop_id} within {counted(parameters.window_days, 'day')} came to "
            f"nothing; the buyer shares {attributes(found.attributes)} with {form(rivals, 'shop', 'shops')} {shops}, "
            f"which {form(rivals, 'sells', 'sell')} {found.shop.category} too."
        ),
        explanation_zh=(
            f"{parameters.window_days} 天内在店铺 {shop_id} 的 {count} 笔订单均未成交；该买家与同类目"
            f"（{found.shop.category}）店铺 {shops} 共用{attributes_zh(found.attributes)}。"
        ),
        since_at=met.since_at,
    )
