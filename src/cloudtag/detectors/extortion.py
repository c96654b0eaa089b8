"""Pay, or keep the bad review.

What it finds: a buyer who demands money in a complaint or review, while a refund without return or a bad rating of the
same order presses for it; or a complaint that demands money by itself (B2, B23).

Why it is abuse: the complaint or the rating is held over the shop as a price to be bought off.

How it decides: the buyer's own complaint or review of the order demands money, and within `window_days` of it the same
order has a refund-only request, or a rating of `bad_rating` or less, that was still in force when the demand was made
or later. Medium; high when there are both, or when the complaint was rejected. A complaint by itself, with nothing that
presses, is low. A complaint that was upheld was no extortion, and the buyer's reviews of the order are right then, too;
while it is undecided it counts. A demand that a later version of the review drops counts no more, unless the rating
went up in exchange. A complaint that names no order is about the latest one at the shop before it. A refund asked for
before the goods were shipped is a cancellation and presses nobody.

Known false positives: an angry buyer who names what the repair cost; a text that was classified wrongly.

What would clear it: the complaint upheld, or a corrected classification of the text.

What to do: pay nothing outside the platform; hand the chat in as evidence and ask for the review to be excluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import ComplaintChanged, RefundChanged, ReviewPosted
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.example import complained, day, ordered, refunded, reviewed
from cloudtag.detection.examples.orderless import ORDERLESS
from cloudtag.detection.examples.pressed import PRESSED
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.pressure import Demand, Pressure, demands_of, pressures_of
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted, form, listed

RULE = Rule(
    title="Pay, or keep the bad review",
    family="complaint",
    scenario="extortion",
    scenario_zh="敲诈勒索",
    scope="order",
    needs=(),
    rules=("B2", "B23"),
    clears="The complaint upheld, or a corrected classification of what was written.",
    clears_zh="投诉成立，或对文本内容的分类被更正。",
    recommendation="hand_in_chat_evidence",
    concerns=lambda order, _: bool(order.others),
)
_DAY_MS = 86_400_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which rating (of 5) a review is bad, and how many days demand and pressure may lie apart."""

    bad_rating: Annotated[int, Meta(ge=1, le=5)] = 3
    window_days: Annotated[int, Meta(ge=1)] = 180


_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), ordered("completed", day(4)))
_DEMAND = complained("opened", day(6), type="other", demands_money=True)
_REFUND = refunded("opened", day(5), type="refund_only", reason="quality")

EXAMPLES = (
    Example(
        name="one star, and a price for taking it back",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND),
        fires=({"severity": "medium", "order_ids": ["o1"], "facts": {"lowest_rating": "1/3"}},),
    ),
    Example(
        name="the review itself asks for money, with three stars",
        events=(*_SENT, reviewed(day(5), 3, demands_money=True)),
        fires=({"severity": "medium", "facts": {"lowest_rating": "3/3", "demands_money": "1/1"}},),
    ),
    Example(
        name="a complaint by itself",
        events=(*_SENT, reviewed(day(5), 4), _DEMAND),
        fires=({"severity": "low", "facts": {"lowest_rating": "none/3", "refund_only": "0/1"}},),
    ),
    Example(
        name="a complaint by itself, rejected",
        events=(*_SENT, _DEMAND, complained("rejected", day(9))),
        fires=({"severity": "low", "facts": {"complaint_rejected": "true"}},),
    ),
    Example(
        name="not decided yet: the complaint and the review both count",
        events=(*_SENT, reviewed(day(5), 1, demands_money=True), _DEMAND),
        fires=({"severity": "medium", "facts": {"demands_money": "2/1"}},),
    ),
    Example(
        name="upheld, but the shop's objection opened it again",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("upheld", day(9)), complained("reopened", day(11))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="one complaint was right, the other one is a price",
        events=(
            *_SENT,
            reviewed(day(5), 1),
            complained("upheld", day(9), complaint_id="c0", type="postage"),
            _DEMAND,
        ),
        fires=({"severity": "medium", "facts": {"demands_money": "1/1"}},),
    ),
    Example(
        name="half a year between the stars and the price",
        events=(*_SENT, reviewed(day(5), 1), complained("opened", day(185), demands_money=True)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="a day more: only the complaint is left",
        events=(*_SENT, reviewed(day(5), 1), complained("opened", day(186), demands_money=True)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="money without return, and more for silence",
        events=(*_SENT, _REFUND, _DEMAND),
        fires=({"severity": "medium", "refund_ids": ["r1"]},),
    ),
    Example(
        name="all of it, and the complaint rejected",
        events=(*_SENT, _REFUND, reviewed(day(5), 1), _DEMAND, complained("rejected", day(9))),
        fires=({"severity": "high"},),
    ),
    Example(
        name="paid off: five stars and not a word of money",
        events=(*_SENT, reviewed(day(5), 1, demands_money=True), reviewed(day(7), 5)),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: an honest bad review", events=(*_SENT, reviewed(day(5), 1))),
    Example(name="near miss: four stars and a wish", events=(*_SENT, reviewed(day(5), 4, demands_money=True))),
    Example(
        name="near miss: the platform agreed with the buyer, whose review says the same",
        events=(*_SENT, reviewed(day(5), 1, demands_money=True), _DEMAND, complained("upheld", day(9))),
    ),
    Example(
        name="near miss: the platform agreed with the buyer, and did not name the order again",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("upheld", day(9), order_id=None)),
    ),
    Example(
        name="of another complaint that names no order the platform agreed",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("upheld", day(9), complaint_id="c9", order_id=None)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="another shop's complaint of the same number was upheld",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("upheld", day(9), shop_id="s2", order_id=None)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="rejected, and the order not named again",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("rejected", day(9), order_id=None)),
        fires=({"severity": "high", "facts": {"complaint_rejected": "true"}},),
    ),
    Example(
        name="near miss: the platform agreed with the buyer",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND, complained("upheld", day(9))),
    ),
    Example(
        name="near miss: the shop's complaint, not the buyer's",
        events=(*_SENT, reviewed(day(5), 1), {**_DEMAND, "complainant": "shop"}),
    ),
    Example(
        name="near miss: read as a demand, then classified anew",
        events=(*_SENT, reviewed(day(5), 1, demands_money=True), reviewed(day(5, 1), 1)),
    ),
    Example(
        name="called off before shipping, compensation asked: a complaint by itself",
        events=(
            ordered("placed", 0),
            refunded("opened", day(0, 2), type="refund_only", reason="no_reason"),
            refunded("agreed", day(0, 5), type="refund_only"),
            ordered("cancelled", day(0, 6)),
            _DEMAND,
        ),
        fires=({"severity": "low"},),
    ),
    Example(
        name="about another order: a complaint by itself",
        events=(*_SENT, reviewed(day(5), 1), complained("opened", day(6), order_id="o2", demands_money=True)),
        fires=({"severity": "low", "order_ids": ["o2"]},),
    ),
    Example(
        name="a slip of the finger, put right before any demand: a complaint by itself",
        events=(*_SENT, reviewed(day(5), 1), reviewed(day(5, 1), 5), _DEMAND),
        fires=({"severity": "low"},),
    ),
    *ORDERLESS,
    *PRESSED,
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for an order of which a demand and a pressure meet."""
    order = case.order
    demands = demands_of(order)
    if not demands:
        return
    pressures = pressures_of(order, parameters.bad_rating)
    reach_ms = parameters.window_days * _DAY_MS
    met = [
        (demand, pressure)
        for demand in demands
        for pressure in pressures
        if demand.event.occurred_at < pressure.until_ms
        and abs(demand.event.occurred_at - pressure.event.occurred_at) <= reach_ms
    ]
    if met:
        yield _finding(order, met, parameters)
        return
    alone = [demand for demand in demands if isinstance(demand.event, ComplaintChanged)]
    if alone:
        yield _by_itself(order, alone, parameters)


def _by_itself(order: OrderView, demands: list[Demand], parameters: Parameters) -> Finding:
    first = min((demand.event for demand in demands), key=lambda event: (event.occurred_at, event.event_id))
    count, is_rejected = len(demands), any(demand.is_rejected for demand in demands)
    return Finding(
        anchor="",
        severity="low",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=(order.order_id,),
        decided_at=first.occurred_at,
        evidence=cite(*(demand.event for demand in demands)),
        facts=_facts(count, None, 0, is_rejected, parameters),
        explanation=(
            f"About order {order.order_id} the buyer demands money in {counted(count, 'complaint')}; no refund without "
            "return and no bad rating of the order presses for it."
        ),
        explanation_zh=(
            f"订单 {order.order_id}：买家在 {count} 项投诉中索要钱款，该订单没有仅退款申请，也没有差评施压。"
        ),
    )


def _facts(demands: int, rating: int | None, refunds: int, is_rejected: bool, parameters: Parameters) -> dict[str, str]:
    return {
        "demands_money": f"{demands}/1",
        "lowest_rating": f"{'none' if rating is None else rating}/{parameters.bad_rating}",
        "refund_only": f"{refunds}/1",
        "complaint_rejected": str(is_rejected).lower(),
    }


def _finding(order: OrderView, met: list[tuple[Demand, Pressure]], parameters: Parameters) -> Finding:
    events = {event.event_id: event for demand, pressure in met for event in (demand.event, pressure.event)}
    demands = {demand.event.event_id: demand for demand, _ in met}
    ratings = [p.event.rating for _, p in met if isinstance(p.event, ReviewPosted)]
    refund_ids = unique(p.event.refund_id for _, p in met if isinstance(p.event, RefundChanged))
    is_rejected = any(demand.is_rejected for demand in demands.values())
    lowest = min(ratings, default=None)
    first = met[0][0].event
    pressed = [f"a rating of {lowest} of 5 stars"] if ratings else []
    pressed += [counted(len(refund_ids), "refund without return", "refunds without return")] if refund_ids else []
    pressed_zh = [f"最低 {lowest} 星的评价"] if ratings else []
    pressed_zh += [f"仅退款申请 {len(refund_ids)} 笔"] if refund_ids else []
    return Finding(
        anchor="",
        severity="high" if is_rejected or (ratings and refund_ids) else "medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=(order.order_id,),
        refund_ids=refund_ids,
        decided_at=min(max(d.event.occurred_at, p.event.occurred_at) for d, p in met),
        evidence=cite(*events.values()),
        facts=_facts(len(demands), lowest, len(refund_ids), is_rejected, parameters),
        explanation=(
            f"About order {order.order_id} there {form(len(demands), 'is', 'are')} "
            f"{counted(len(demands), 'demand for money', 'demands for money')}, pressed with {listed(pressed)}."
        ),
        explanation_zh=(f"订单 {order.order_id}：买家 {len(demands)} 次索要钱款，并以{'、'.join(pressed_zh)}施压。"),
    )
