"""Commission without a sale.

What it finds: at least `orders` orders over one affiliate within `window_days`, of which at least `share_percent` were
refunded, cancelled or never paid (B6). One alert per affiliate.

Why it is abuse: the shop pays a commission for each order; whoever places it and takes it back lives on nothing else.

How it decides: only orders that name the affiliate are looked at. An order is lost from when refunds of at least
`part_percent` of its worth stood, or it was closed. Exchanges, postage, and refunds that were withdrawn or refused lose
nothing, nor does an order that the shop or the platform cancelled. The share is taken of all orders over the affiliate
since the window, or the oldest lost order, began, and of those of the `window_days` from the first one lost on as well.
Medium.

Known false positives: a newcomer who comes over an affiliate and sends the first orders back.

What would clear it: a payment from before the closing, a refund withdrawn or refused, or further orders of that time.

What to do: hold the affiliate's commission on these orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import ending, given_up, is_answer, refund_moment
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import AFFILIATES
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_share
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Commission without a sale",
    family="order",
    scenario="affiliate_abuse",
    scenario_zh="套取推广佣金",
    scope="buyer",
    signals=(AFFILIATES,),
    needs=("orders",),
    rules=("B6", "F8"),
    clears="A refund that is withdrawn or refused, a payment, or further orders over the affiliate.",
    clears_zh="退款撤销或被拒绝、订单付款，或补充经该推广方的其他订单。",
    recommendation="hold_commission",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many orders over one affiliate within how long, which share of them lost, and from which part of an order's
    worth on it is."""

    orders: Annotated[int, Meta(ge=2)] = 3
    share_percent: Annotated[int, Meta(ge=1, le=100)] = 80
    part_percent: Annotated[int, Meta(ge=1, le=100)] = 50
    window_days: Annotated[int, Meta(ge=1)] = 90


def _over(n: int, at: int, affiliate_id: str | None = "a1") -> dict[str, object]:
    return ordered("completed", day(at), refund_id=f"r{n}", affiliate_id=affiliate_id)


def _back(n: int, at: int, affiliate_id: str | None = "a1", **fields: object) -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "reason": "no_reason", **fields}
    return _over(n, at, affiliate_id), refunded("opened", day(at + 3), refund_id=f"r{n}", **said)


def _unpaid(n: int, at: int) -> tuple[dict[str, object], ...]:
    placed = ordered("placed", day(at), refund_id=f"r{n}", affiliate_id="a1")
    return placed, ordered("closed_unpaid", day(at + 1), refund_id=f"r{n}")


def _dropped(by: str) -> tuple[dict[str, object], ...]:
    paid = ordered("paid", day(20), refund_id="r3", affiliate_id="a1")
    return paid, ordered("cancelled", day(20, 9), refund_id="r3", cancelled_by=by)


_THREE = (*_back(1, 0), *_back(2, 10), *_unpaid(3, 20))

EXAMPLES = (
    Example(
        name="two sent back, one never paid",
        events=_THREE,
        fires=({"severity": "medium", "facts": {"orders": "3/3", "lost": "100%/80%", "affiliate": "a1"}},),
    ),
    Example(
        name="two affiliates",
        events=(*_THREE, *(event for n in range(4, 7) for event in _back(n, n, "a2"))),
        fires=({"facts": {"affiliate": "a1"}}, {"facts": {"affiliate": "a2"}}),
    ),
    Example(
        name="four of five: just the share",
        events=(*_THREE, *_back(4, 30), _over(5, 1)),
        fires=({"facts": {"orders": "5/3", "lost": "80%/80%"}},),
    ),
    Example(
        name="the third cancelled by the buyer",
        events=(*_THREE[:4], *_dropped("buyer")),
        fires=({"facts": {"orders": "3/3"}},),
    ),
    Example(name="near miss: the third cancelled by the shop", events=(*_THREE[:4], *_dropped("shop"))),
    Example(
        name="near miss: the third cancelled by the platform, and the money asked back",
        events=(
            *_THREE[:4],
            *_dropped("platform"),
            refunded("opened", day(21), refund_id="r3", type="refund_only", reason="no_reason"),
        ),
    ),
    Example(name="on the ninetieth day", events=(*_back(1, 0), *_back(2, 40), *_back(3, 90)), fires=({},)),
    Example(name="near miss: on the ninety-first", events=(*_back(1, 0), *_back(2, 40), *_back(3, 91))),
    Example(name="near miss: two of two", events=_THREE[:4]),
    Example(name="near miss: three of four", events=(*_THREE, _over(4, 1))),
    Example(name="near miss: three of four, the last one kept", events=(*_THREE, _over(4, 93))),
    Example(name="the last one kept after more than ninety days", events=(*_THREE, _over(4, 94)), fires=({},)),
    Example(
        name="near miss: over three affiliates", events=tuple(e for n in range(1, 4) for e in _back(n, n, f"a{n}"))
    ),
    Example(name="near miss: over nobody", events=tuple(e for n in range(1, 4) for e in _back(n, n, None))),
    Example(name="near miss: the third exchanged", events=(*_THREE[:4], *_back(3, 20, type="exchange"))),
    Example(name="near miss: three in half a year", events=(*_back(1, 0), *_back(2, 80), *_back(3, 160))),
    Example(
        name="near miss: the third withdrawn",
        events=(*_THREE[:4], *_back(3, 20), refunded("withdrawn", day(26), refund_id="r3")),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding per affiliate over whom enough orders came and were lost in any window."""
    by_affiliate: dict[str, list[OrderView]] = {}
    for order in case.orders:
        for affiliate_id in order.affiliates:
            by_affiliate.setdefault(affiliate_id, []).append(order)
    for affiliate_id, orders in sorted(by_affiliate.items()):
        met = any_share(
            (moment for order in orders if (moment := _lost(order, parameters)) is not None),
            (order.began_at for order in orders),
            parameters.window_days * DAY_MS,
            lambda count, total: total >= parameters.orders and count * 100 >= parameters.share_percent * total,
            case.horizon_ms,
        )
        if met is not None:
            yield _finding(affiliate_id, met, parameters)


def _lost(order: OrderView, parameters: Parameters) -> Moment | None:
    part = parameters.part_percent
    back = [refund_moment(order, is_shipped=is_shipped, part_percent=part) for is_shipped in (True, False)]
    found = [moment for moment in back if moment is not None and not is_answer(order, moment)]
    is_paid = not order.first_at.keys().isdisjoint(("paid", "partly_shipped"))
    ends = (given_up(order), None if is_paid else ending(order, "closed_unpaid"))
    found += [Moment(end.occurred_at, order.order_id, (order, end), order.began_at) for end in ends if end is not None]
    return min(found, key=lambda m: m.at_ms, default=None)


def _finding(affiliate_id: str, met: Met, parameters: Parameters) -> Finding:
    count, days = len(met.moments), parameters.window_days
    percent = 100 * count // max(met.total, 1)
    steps = [step for _, step in met.things]
    placed = [order.changes[0] for order, _ in met.things]
    return Finding(
        anchor=affiliate_id,
        severity="medium",
        platform=steps[-1].platform,
        shop_id=only(step.shop_id for step in steps),
        order_ids=unique(step.order_id for step in steps)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*placed, *steps)),
        facts={
            "affiliate": affiliate_id,
            "orders": f"{met.total}/{parameters.orders}",
            "lost": f"{percent}%/{parameters.share_percent}%",
            "window_days": str(days),
        },
        explanation=(
            f"{count} of {counted(met.total, 'order')} ({percent}%) that came through affiliate {affiliate_id} within "
            f"{counted(days, 'day')} {form(count, 'was', 'were')} refunded or closed."
        ),
        explanation_zh=(
            f"{days} 天内经推广方 {affiliate_id} 的 {met.total} 笔订单中有 {count} 笔退款或关闭（{percent}%）。"
        ),
        since_at=met.since_at,
    )
