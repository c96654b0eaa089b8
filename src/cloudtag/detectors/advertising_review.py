"""Reviews that advertise.

What it finds: reviews on at least `orders` orders within `window_days` that advertise something else (B6).

Why it is abuse: a shop pays for reaching its visitors; whoever buys a trifle to post there takes it for nothing.

How it decides: the text was classified upstream. The last version of each review counts, so an advert that was edited
away does not; several reviews of one order count once. The rating plays no part. Medium.

Known false positives: an enthusiastic buyer who compares with another brand, classified wrongly twice.

What would clear it: an edited review without the advert.

What to do: have the reviews taken down; the orders themselves need no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.complaint_view import reviews_of
from cloudtag.detection.example import day, ordered, reviewed
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import ADVERT
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count, holding
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Reviews that advertise",
    family="order",
    scenario="advertising_review",
    scenario_zh="广告评价",
    scope="buyer",
    signals=(ADVERT,),
    needs=("reviews",),
    rules=("B6",),
    clears="An edited review without the advert.",
    clears_zh="修改后不含广告的评价。",
    recommendation="take_reviews_down",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """On how many orders within how long."""

    orders: Annotated[int, Meta(ge=1)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 180


def _advert(n: int, at: int, **fields: object) -> tuple[dict[str, object], ...]:
    said = {"review_id": f"v{n}", "advertises": True, **fields}
    posted = reviewed(day(at + 1), 1, refund_id=f"r{n}", **said)
    return ordered("completed", day(at), refund_id=f"r{n}"), posted


EXAMPLES = (
    Example(
        name="adverts on two orders",
        events=(*_advert(1, 0), *_advert(2, 9)),
        fires=({"severity": "medium", "order_ids": ["o1", "o2"], "facts": {"orders": "2/2"}},),
    ),
    Example(
        name="adverts on both platforms of one network: that of the later review",
        events=(*_advert(1, 0), *_advert(2, 9, platform="tmall")),
        fires=({"platform": "tmall", "facts": {"orders": "2/2", "reviews": "2"}},),
    ),
    Example(name="near miss: once", events=(*_advert(1, 0), *_advert(2, 9, advertises=False))),
    Example(
        name="near miss: one order, reviewed twice",
        events=(*_advert(1, 0), reviewed(day(4), 5, review_id="v2", advertises=True)),
    ),
    Example(
        name="near miss: edited away",
        events=(*_advert(1, 0), *_advert(2, 9), reviewed(day(11), 5, refund_id="r2", review_id="v2")),
    ),
    Example(
        name="near miss: two bad reviews", events=(*_advert(1, 0, advertises=False), *_advert(2, 9, advertises=False))
    ),
    Example(name="near miss: half a year apart", events=(*_advert(1, 0), *_advert(2, 181))),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if any window holds adverts on enough orders."""
    runs = [holding(v, lambda r: r.advertises) for order in case.orders if order.others for v in reviews_of(order)]
    met = any_count(
        (Moment(run.first.occurred_at, run.first.event_id, run.first) for run in runs if run is not None),
        parameters.window_days * DAY_MS,
        parameters.orders,
        lambda moment: moment.thing.order_id,
        parameters.orders,
    )
    if met is not None:
        yield _finding(met, parameters)


def _finding(met: Met, parameters: Parameters) -> Finding:
    reviews, days = met.things, parameters.window_days
    orders = unique(review.order_id for review in reviews)
    return Finding(
        anchor="",
        severity="medium",
        platform=reviews[-1].platform,
        shop_id=only(review.shop_id for review in reviews),
        order_ids=orders[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*reviews)),
        facts={
            "orders": f"{len(orders)}/{parameters.orders}",
            "reviews": str(len(reviews)),
            "window_days": str(days),
        },
        explanation=(
            f"Reviews on {counted(len(orders), 'order')} within {counted(days, 'day')} advertise something else."
        ),
        explanation_zh=f"{days} 天内有 {len(orders)} 笔订单的评价含有广告内容。",
    )
