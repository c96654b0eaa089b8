"""Most orders end in a refund.

What it finds: a buyer who, within `window_days`, asks the price of orders back at least `refunds` times, and for at
least `share_percent` of all orders (B5).

Why it is abuse: a shop cannot be wrong every time; living from refunds is a way of life that others pay for.

How it decides: an order counts once, from when refunds of at least `part_percent` of its worth stood; what one shop is
asked for on one day, or gets back in one parcel, is one time. Exchanges, postage, refunds that were withdrawn or
refused, and money given back before shipping do not count. The share is taken of all orders bought since the window, or
the oldest order in question, began; orders that were cancelled or never paid do not dilute it. Medium; low while the
shops found the goods of all but fewer than `kept` of those occasions: who sends back what does not fit costs postage
and deceives nobody.

Known false positives: a newcomer whose first orders all went to one bad shop; sizes that never fit.

What would clear it: a refund that was withdrawn or refused, or orders that were not known yet.

What to do: look at the reasons before trusting the next one; no advance refunds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.detection.all_back import has_come_back
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import is_purchase, refund_moment
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import UNDONE
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_share
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Most orders end in a refund",
    family="refund",
    scenario="refund_frequency",
    scenario_zh="高频退款",
    scope="buyer",
    signals=(UNDONE,),
    needs=("refunds",),
    rules=("B5",),
    clears="A refund that is withdrawn or refused, or further orders of that time.",
    clears_zh="退款撤销或被拒绝，或补充该时段内的其他订单。",
    recommendation="no_advance_refund",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How often within how long, for which share of all orders, and from which part of an order's worth it counts; how
    often the goods must not have come back for more than a hint.

    Two: once may be a cup that was broken, which nobody wants back.
    """

    refunds: Annotated[int, Meta(ge=3)] = 5
    share_percent: Annotated[int, Meta(ge=1, le=100)] = 60
    part_percent: Annotated[int, Meta(ge=1, le=100)] = 50
    window_days: Annotated[int, Meta(ge=1)] = 90
    kept: Annotated[int, Meta(ge=1)] = 2


def _bought(n: int, at: int) -> tuple[dict[str, object], ...]:
    return ordered("shipped", day(at), refund_id=f"r{n}"), ordered("completed", day(at + 3), refund_id=f"r{n}")


def _back(n: int, at: int, **fields: object) -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "reason": "quality", **fields}
    return *_bought(n, at), refunded("opened", day(at + 5), refund_id=f"r{n}", **said)


def _many(count: int, days: int = 10, **fields: object) -> tuple[dict[str, object], ...]:
    return tuple(event for n in range(1, count + 1) for event in _back(n, n * days, **fields))


def _found(count: int, pieces: int = 2) -> tuple[dict[str, object], ...]:
    return tuple(inspected(day(n * 10 + 9), {"dress": pieces}, refund_id=f"r{n}") for n in range(1, count + 1))


def _cancelled(n: int, at: int) -> tuple[dict[str, object], ...]:
    return (
        ordered("paid", day(at), refund_id=f"r{n}"),
        refunded("opened", day(at, 1), refund_id=f"r{n}", type="refund_only", reason="no_reason"),
        ordered("cancelled", day(at, 2), refund_id=f"r{n}"),
    )


_BROKEN = {"sku_id": "cup", "quantity": 1}
_CUP = {**_BROKEN, "unit_price_minor": 900}

EXAMPLES = (
    Example(
        name="five of five",
        events=_many(5),
        fires=({"severity": "medium", "facts": {"refunds": "5/5", "share": "100%/60%"}},),
    ),
    Example(
        name="five of eight, a smokescreen of unpaid orders left out",
        events=(
            *_many(5),
            *(event for n in range(6, 9) for event in _bought(n, n)),
            *(ordered(s, day(n), refund_id=f"r{n}") for n in range(20, 30) for s in ("placed", "closed_unpaid")),
        ),
        fires=({"facts": {"refunds": "5/5", "share": "62%/60%"}},),
    ),
    Example(
        name="six of ten, which is sixty percent",
        events=(*_many(6), *(event for n in range(7, 11) for event in _bought(n, n))),
        fires=({"facts": {"refunds": "6/5", "share": "60%/60%"}},),
    ),
    Example(
        name="the fifth exactly ninety days after the first",
        events=(*_many(4), *_back(5, 100)),
        fires=({"facts": {"refunds": "5/5"}},),
    ),
    Example(
        name="the shops found the goods of three of five",
        events=(*_many(5), *_found(3)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "2/2"}},),
    ),
    Example(
        name="the shops found the goods of four of five: no more than a hint",
        events=(*_many(5), *_found(4)),
        fires=({"severity": "low", "facts": {"goods_not_back": "1/2", "refunds": "5/5"}},),
    ),
    Example(
        name="the shops found half of the goods of five",
        events=(*_many(5), *_found(5, 1)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/2"}},),
    ),
    Example(name="near miss: the fifth a day later", events=(*_many(4), *_back(5, 101))),
    Example(name="near miss: four of four", events=_many(4)),
    Example(
        name="near miss: five of nine", events=(*_many(5), *(event for n in range(6, 10) for event in _bought(n, n)))
    ),
    Example(name="near miss: five in a hundred days", events=_many(5, days=25)),
    Example(
        name="near miss: five refunds of one bad order",
        events=(
            *_bought(1, 0),
            *(
                refunded("opened", day(n), refund_id=f"r{n}", order_id="o1", type="refund_only", reason="damaged")
                for n in range(3, 9)
            ),
        ),
    ),
    Example(
        name="near miss: a haul of six sent back in one parcel",
        events=(
            *_many(6, days=1),
            *(
                refunded("waybill_filled", day(13), refund_id=f"r{n}", type="return_refund", waybill_no="RET1")
                for n in range(1, 7)
            ),
        ),
    ),
    Example(
        name="near miss: a haul of six sent back on one day, each by itself",
        events=(
            *(event for n in range(1, 7) for event in _bought(n, n)),
            *(
                refunded("opened", day(12, n), refund_id=f"r{n}", type="return_refund", waybill_no=f"RET{n}")
                for n in range(1, 7)
            ),
        ),
    ),
    Example(
        name="near miss: one broken cup in every box of ten",
        events=(
            *(
                ordered("completed", day(n), refund_id=f"r{n}", lines=[{**_CUP, "quantity": 10}])
                for n in range(10, 70, 10)
            ),
            *(
                refunded("opened", day(n + 2), refund_id=f"r{n}", type="refund_only", reason="damaged", lines=[_BROKEN])
                for n in range(10, 70, 10)
            ),
        ),
    ),
    Example(
        name="near miss: a little off the price each time",
        events=_many(6, type="refund_only", reason="quality", amount_minor=4000),
    ),
    Example(name="near miss: exchanges", events=_many(6, type="exchange")),
    Example(
        name="near miss: cancelled before shipping", events=tuple(e for n in range(1, 8) for e in _cancelled(n, n))
    ),
    Example(
        name="near miss: one was withdrawn",
        events=(*_many(5), refunded("withdrawn", day(60), refund_id="r3", type="return_refund")),
    ),
    Example(
        name="near miss: a big purchase of which five fail much later",
        events=(
            *(event for n in range(1, 31) for event in _bought(n, 0)),
            *(
                refunded("opened", day(90 + n), refund_id=f"r{n}", type="return_refund", reason="quality")
                for n in range(1, 6)
            ),
        ),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if in any window enough of the orders were refunded."""
    undone = [order for order in case.orders if order.refunds]
    if len(undone) < parameters.refunds:
        return
    refunded_orders = [m for order in undone if (m := _moment(order, parameters)) is not None]
    if len(refunded_orders) < parameters.refunds:
        return
    met = any_share(
        refunded_orders,
        (order.began_at for order in case.orders if is_purchase(order)),
        parameters.window_days * DAY_MS,
        lambda count, total: count >= parameters.refunds and count * 100 >= parameters.share_percent * total,
        case.horizon_ms,
        lambda window: len(_occasions([m.thing for m in window])) >= parameters.refunds,
    )
    if met is not None:
        yield _finding(met, case, parameters)


def _moment(order: OrderView, parameters: Parameters) -> Moment | None:
    return refund_moment(order, is_shipped=True, part_percent=parameters.part_percent)


def _occasions(things: Sequence[tuple[OrderView, RefundChanged]]) -> set[tuple[str, object]]:
    """What one shop is asked for on one day, or gets back in one parcel, is one occasion."""
    parcels = [(claim.shop_id, order.refunds[claim.refund_id].unit) for order, claim in things]
    shared = {parcel for parcel, count in Counter(parcels).items() if count > 1}
    days = [(claim.shop_id, claim.occurred_at // DAY_MS) for _, claim in things]
    return {parcel if parcel in shared else day for parcel, day in zip(parcels, days, strict=True)}


def _kept(met: Met, case: BuyerCase) -> int:
    """On how many of the occasions the shop has not found all the goods."""
    things = [(o, c) for o, c in met.things if not has_come_back(o, o.refunds[c.refund_id], case.orders)]
    return len(_occasions(things))


def _finding(met: Met, case: BuyerCase, parameters: Parameters) -> Finding:
    kept = _kept(met, case)
    count, returns, days = len(met.moments), len(_occasions(met.things)), parameters.window_days
    percent = 100 * count // max(met.total, 1)
    claims = [claim for _, claim in met.things]
    return Finding(
        anchor="",
        severity="medium" if kept >= parameters.kept else "low",
        platform=claims[-1].platform,
        shop_id=only(claim.shop_id for claim in claims),
        order_ids=unique(claim.order_id for claim in claims)[:MOST_EVIDENCE],
        refund_ids=unique(claim.refund_id for claim in claims)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*claims)),
        facts={
            "refunds": f"{returns}/{parameters.refunds}",
            "share": f"{percent}%/{parameters.share_percent}%",
            "orders": str(met.total),
            "goods_not_back": f"{kept}/{parameters.kept}",
            "window_days": str(days),
        },
        explanation=(
            f"{count} of {counted(met.total, 'order')} ({percent}%) {form(count, 'was', 'were')} refunded within "
            f"{counted(days, 'day')}."
        ),
        explanation_zh=f"{days} 天内 {met.total} 笔订单中有 {count} 笔退款（{percent}%）。",
        since_at=met.since_at,
    )
