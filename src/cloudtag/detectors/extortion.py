"""Pay, or keep the bad review.

What it finds: a buyer who demands money in a complaint or review, while a refund without return or a bad rating of the
same order presses for it (B2, B23).

Why it is abuse: the complaint or the rating is held over the shop as a price to be bought off.

How it decides: the buyer's own complaint or review of the order demands money, and within `window_days` of it the same
order has a refund-only request, or a rating of `bad_rating` or less, that was still in force when the demand was made
or later. Medium; high when there are both, or when the complaint was rejected. A complaint that was upheld was no
extortion. A demand that a later version of the review drops counts no more, unless the rating went up in exchange.
A refund asked for before the goods were shipped is a cancellation and presses nobody.

Known false positives: an angry buyer who names what the repair cost; the classification of texts.

What would clear it: the complaint upheld, or a corrected classification of the text.

What to do: pay nothing outside the platform; hand the chat in as evidence and ask for the review to be excluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.events import ComplaintChanged, RefundChanged, ReviewPosted
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.complaint_view import complaints_of, reviews_of
from cloudtag.detection.example import complained, day, ordered, refunded, reviewed
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
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
)
_DAY_MS = 86_400_000
_NEVER_MS = 2**62


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which rating (of 5) a review is bad, and how many days demand and pressure may lie apart."""

    bad_rating: Annotated[int, Meta(ge=1, le=5)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 180


class _Demand(NamedTuple):
    event: ComplaintChanged | ReviewPosted
    is_rejected: bool


class _Pressure(NamedTuple):
    """What presses the shop, until when."""

    event: RefundChanged | ReviewPosted
    until_ms: int


_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), ordered("completed", day(4)))
_DEMAND = complained("opened", day(6), type="other", demands_money=True)
_REFUND = refunded("opened", day(5), type="refund_only", reason="quality")

EXAMPLES = (
    Example(
        name="one star, and a price for taking it back",
        events=(*_SENT, reviewed(day(5), 1), _DEMAND),
        fires=({"severity": "medium", "order_ids": ["o1"], "facts": {"lowest_rating": "1/2"}},),
    ),
    Example(
        name="the review itself asks for money",
        events=(*_SENT, reviewed(day(5), 2, demands_money=True)),
        fires=({"severity": "medium"},),
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
    Example(name="near miss: a demand, and nothing that presses", events=(*_SENT, reviewed(day(5), 3), _DEMAND)),
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
        name="near miss: called off before shipping, compensation asked",
        events=(
            ordered("placed", 0),
            refunded("opened", day(0, 2), type="refund_only", reason="no_reason"),
            refunded("agreed", day(0, 5), type="refund_only"),
            ordered("cancelled", day(0, 6)),
            _DEMAND,
        ),
    ),
    Example(
        name="near miss: another order",
        events=(*_SENT, reviewed(day(5), 1), complained("opened", day(6), order_id="o2", demands_money=True)),
    ),
    Example(
        name="near miss: a slip of the finger, put right before any demand",
        events=(*_SENT, reviewed(day(5), 1), reviewed(day(5, 1), 5), _DEMAND),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for an order of which a demand and a pressure meet."""
    order = case.order
    if not order.others:
        return
    demands = [*_in_complaints(order), *_in_reviews(order)]
    if not demands:
        return
    pressures = [*_refunds(order), *_ratings(order, parameters.bad_rating)]
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


def _in_complaints(order: OrderView) -> Iterator[_Demand]:
    for complaint in complaints_of(order):
        if complaint.demand is not None and complaint.complainant == "buyer" and complaint.status != "upheld":
            yield _Demand(complaint.demand, complaint.status == "rejected")


def _in_reviews(order: OrderView) -> Iterator[_Demand]:
    for versions in reviews_of(order):
        for n, version in enumerate(versions):
            is_dropped = any(not v.demands_money and v.rating <= version.rating for v in versions[n + 1 :])
            if version.demands_money and not is_dropped:
                yield _Demand(version, False)


def _refunds(order: OrderView) -> Iterator[_Pressure]:
    for refund in order.refunds.values():
        asked = next((change for change in refund.changes if change.type == "refund_only"), None)
        if asked is not None and not _is_cancellation(order, refund, asked):
            last = refund.changes[-1]
            yield _Pressure(asked, last.occurred_at if last.status == "withdrawn" else _NEVER_MS)


def _is_cancellation(order: OrderView, refund: RefundView, asked: RefundChanged) -> bool:
    if order.shipped_at is not None:
        return asked.occurred_at < order.shipped_at
    return order.first_at.keys().isdisjoint(("completed", "partly_shipped")) and (
        "cancelled" in order.first_at or refund.status in ("agreed", "completed")
    )


def _ratings(order: OrderView, bad_rating: int) -> Iterator[_Pressure]:
    for versions in reviews_of(order):
        for version, after in zip(versions, [*versions[1:], None], strict=True):
            if version.rating <= bad_rating:
                yield _Pressure(version, _NEVER_MS if after is None else after.occurred_at)


def _finding(order: OrderView, met: list[tuple[_Demand, _Pressure]], parameters: Parameters) -> Finding:
    events = {event.event_id: event for demand, pressure in met for event in (demand.event, pressure.event)}
    demands = {demand.event.event_id: demand for demand, _ in met}
    ratings = [p.event.rating for _, p in met if isinstance(p.event, ReviewPosted)]
    refund_ids = unique(p.event.refund_id for _, p in met if isinstance(p.event, RefundChanged))
    is_rejected = any(demand.is_rejected for demand in demands.values())
    lowest = str(min(ratings)) if ratings else "none"
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
        facts={
            "demands_money": f"{len(demands)}/1",
            "lowest_rating": f"{lowest}/{parameters.bad_rating}",
            "refund_only": f"{len(refund_ids)}/1",
            "complaint_rejected": str(is_rejected).lower(),
        },
        explanation=(
            f"About order {order.order_id} there {form(len(demands), 'is', 'are')} "
            f"{counted(len(demands), 'demand for money', 'demands for money')}, pressed with {listed(pressed)}."
        ),
        explanation_zh=(f"订单 {order.order_id}：买家 {len(demands)} 次索要钱款，并以{'、'.join(pressed_zh)}施压。"),
    )
