"""Card complaint over an instalments request.

What it finds: a buyer who asked for instalments, and then complains that the shop takes no credit cards and wants money
for it (B29).

Why it is abuse: refusing a credit card costs the shop a penalty, refusing instalments does not; the complaint is
relabelled to have something to sell.

How it decides: a complaint of the buyer about an order was given the type `credit_card` and demands money, and before
that, in the same complaint or another, the buyer had complained of `instalments` for the same order. Medium; high once
the complaint was rejected. A complaint that was upheld was true.

Known false positives: a buyer who was refused both.

What would clear it: the credit-card complaint upheld.

What to do: answer the complaint with the instalments request; pay nothing outside the platform.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.events import ComplaintChanged
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.complaint_view import ComplaintView, complaints_of
from cloudtag.detection.example import complained, day, ordered, reviewed
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import span, span_zh

RULE = Rule(
    title="Card complaint over an instalments request",
    family="complaint",
    scenario="card_extortion",
    scenario_zh="信用卡投诉勒索",
    scope="order",
    needs=("complaints",),
    rules=("B29",),
    clears="The credit-card complaint upheld.",
    clears_zh="信用卡投诉成立。",
    recommendation="answer_with_instalments_request",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


_ASKED = (ordered("placed", 0), complained("opened", day(1), type="instalments"))
_CARD = {"complaint_id": "c2", "type": "credit_card", "demands_money": True}

EXAMPLES = (
    Example(
        name="instalments refused, so a card complaint with a price",
        events=(*_ASKED, complained("opened", day(2), **_CARD)),
        fires=({"severity": "medium", "order_ids": ["o1"]},),
    ),
    Example(
        name="one complaint, given another type",
        events=(*_ASKED, complained("opened", day(2), type="credit_card", demands_money=True)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="rejected by the platform",
        events=(*_ASKED, complained("opened", day(2), **_CARD), complained("rejected", day(5), complaint_id="c2")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="both in one moment",
        events=(*_ASKED, complained("opened", day(1), **_CARD, event_id="card")),
        fires=({"facts": {"hours_after_request": "0.0"}},),
    ),
    Example(
        name="the demand comes with a later word",
        events=(
            *_ASKED,
            complained("opened", day(2), **{**_CARD, "demands_money": False}),
            complained("unknown", day(3), **_CARD),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: a card complaint and a demand, but instalments were never the matter",
        events=(ordered("placed", 0), complained("opened", day(2), **_CARD)),
    ),
    Example(
        name="near miss: both, and no money asked",
        events=(*_ASKED, complained("opened", day(2), **{**_CARD, "demands_money": False})),
    ),
    Example(
        name="near miss: the shop did refuse the card",
        events=(*_ASKED, complained("opened", day(2), **_CARD), complained("upheld", day(5), complaint_id="c2")),
    ),
    Example(
        name="near miss: the card first, instalments as the way out",
        events=(
            ordered("placed", 0),
            complained("opened", day(1), **_CARD),
            complained("opened", day(2), type="instalments"),
            reviewed(day(6), 4),
        ),
    ),
    Example(
        name="near miss: another order",
        events=(*_ASKED, complained("opened", day(2), **_CARD, order_id="o2")),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per card complaint that was an instalments request before."""
    del parameters
    complaints = [c for c in complaints_of(case.order) if c.complainant == "buyer"]
    requests = [asked for c in complaints if (asked := c.called("instalments")) is not None]
    for complaint in complaints:
        card = complaint.called("credit_card")
        if card is None or complaint.demand is None or complaint.status == "upheld":
            continue
        before = [asked for asked in requests if asked.occurred_at <= card.occurred_at]
        if before:
            yield _finding(case.order.order_id, complaint, card, before)


def _finding(
    order_id: str, complaint: ComplaintView, card: ComplaintChanged, requests: list[ComplaintChanged]
) -> Finding:
    assert complaint.demand is not None
    asked = min(requests, key=lambda event: (event.occurred_at, event.event_id))
    after_ms = card.occurred_at - asked.occurred_at
    hours = after_ms / 3_600_000
    return Finding(
        anchor=complaint.complaint_id,
        severity="high" if complaint.status == "rejected" else "medium",
        platform=card.platform,
        shop_id=card.shop_id,
        order_ids=(order_id,),
        decided_at=max(card.occurred_at, complaint.demand.occurred_at),
        evidence=cite(*requests, card, complaint.demand),
        facts={
            "instalments_requests": f"{len(requests)}/1",
            "demands_money": "true/true",
            "complaint": complaint.complaint_id,
            "complaint_status": complaint.status,
            "hours_after_request": f"{hours:.1f}",
        },
        explanation=(
            f"Complaint {complaint.complaint_id} says that a credit card was refused for order {order_id} and demands "
            f"money, {span(after_ms)} after the buyer had asked for instalments."
        ),
        explanation_zh=(
            f"买家就订单 {order_id} 要求分期 {span_zh(after_ms)}后，以拒绝信用卡为由提出投诉 "
            f"{complaint.complaint_id} 并索要钱款。"
        ),
    )
