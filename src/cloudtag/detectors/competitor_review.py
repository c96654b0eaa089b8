"""Bad review by a rival shop.

What it finds: a bad review by a buyer who belongs to another shop of the same category (B9, A12).

Why it is abuse: the review is there to push a rival down the list, not to say what the goods are like.

How it decides: the buyer shares a phone, a device or a payment account with another shop, that shop is of the same
category as the reviewed one, and the last version of the review gives at most `bad_rating` stars. What too many people
share links nobody. Whoever belongs to the reviewed shop too is no rival. Medium; high when more than one attribute is
shared, for then it is no second-hand phone.

Known false positives: a shopkeeper who really bought something bad; the former phone of a shop, sold to a stranger.

What would clear it: a review corrected to a better rating, or a shop that no longer shows what is shared.

What to do: have the review excluded from the shop's score while it is looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import ReviewPosted
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.complaint_view import reviews_of
from cloudtag.detection.example import day, event, ordered, reviewed
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rivals import Rivalry, rivalry
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import RIVAL
from cloudtag.detection.windows import holding
from cloudtag.detection.wording import form

RULE = Rule(
    title="Bad review by a rival shop",
    family="review",
    scenario="competitor_review",
    scenario_zh="同行恶意评价",
    scope="buyer",
    needs=("orders", "reviews"),
    signals=(RIVAL,),
    rules=("B9", "A12"),
    clears="A review corrected to a better rating, or a shop that no longer shows what is shared.",
    clears_zh="评价更正为较高评分，或关联店铺不再使用相同的联系方式、设备或付款账户。",
    recommendation="exclude_review_from_score",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which rating (of 5) a review is bad."""

    bad_rating: Annotated[int, Meta(ge=1, le=4)] = 2


def _shop(shop_id: str, category: str = "tea", at: int = -90, **shown: object) -> dict[str, object]:
    return event("shops", day(at), shop_id=shop_id, category=category, **shown)


def _rated(rating: int = 1, **fields: object) -> tuple[dict[str, object], ...]:
    return (ordered("placed", 0, **fields), ordered("completed", day(4)), reviewed(day(5), rating))


_REVIEWED = _shop("s1", device_hashes=["d1"])
EXAMPLES = (
    Example(
        name="one star from the device of another tea shop",
        events=(_REVIEWED, _shop("s2", device_hashes=["d2"]), *_rated(device_hash="d2")),
        fires=({"severity": "medium", "order_ids": ["o1"], "facts": {"rating": "1/2", "rival_shops": "s2"}},),
    ),
    Example(
        name="phone and payment account are a tea shop's",
        events=(
            _REVIEWED,
            _shop("s2", phone_hash="p2", payment_hash="y2"),
            *_rated(2, phone_hash="p2", payment_hash="y2"),
        ),
        fires=({"severity": "high", "facts": {"rating": "2/2"}},),
    ),
    Example(
        name="the rival moves into the trade later",
        events=(
            _REVIEWED,
            _shop("s2", "shoes", device_hashes=["d2"]),
            *_rated(device_hash="d2"),
            _shop("s2", "tea", 9, device_hashes=["d2"]),
        ),
        fires=({"decided_at": 1_773_187_200_000},),
    ),
    Example(name="near miss: an honest bad review", events=(_REVIEWED, *_rated(device_hash="d9"))),
    Example(
        name="near miss: a shoe seller does not like the tea",
        events=(_REVIEWED, _shop("s2", "shoes", device_hashes=["d2"]), *_rated(device_hash="d2")),
    ),
    Example(
        name="near miss: a rival who likes it",
        events=(_REVIEWED, _shop("s2", device_hashes=["d2"]), *_rated(4, device_hash="d2")),
    ),
    Example(
        name="near miss: the owner of both shops",
        events=(_REVIEWED, _shop("s2", device_hashes=["d1"]), *_rated(device_hash="d1")),
    ),
    Example(
        name="near miss: both shops have never said what they sell",
        events=(
            event("shops", day(-90), shop_id="s1"),
            event("shops", day(-90), shop_id="s2", device_hashes=["d2"]),
            *_rated(device_hash="d2"),
        ),
    ),
    Example(
        name="near miss: a counter's device that many customers order on",
        events=(
            _REVIEWED,
            _shop("s2", device_hashes=["d2"]),
            *_rated(device_hash="d2"),
            *(
                ordered("placed", day(0, 1), refund_id=f"r{n}", buyer_id=f"b{n}", device_hash="d2")
                for n in range(2, 24)
            ),
        ),
    ),
    Example(
        name="near miss: pressed the wrong star",
        events=(
            _REVIEWED,
            _shop("s2", device_hashes=["d2"]),
            *_rated(device_hash="d2"),
            reviewed(day(6), 5),
        ),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per bad review of a shop the buyer is a rival of."""
    for shop_id, orders in case.by_shop().items():
        found = rivalry(case, shop_id)
        if found is None:
            continue
        for order in orders:
            for versions in reviews_of(order):
                run = holding(versions, lambda review: review.rating <= parameters.bad_rating)
                if run is not None:
                    yield _finding(order, run.events, found, parameters)


def _finding(order: OrderView, reviews: list[ReviewPosted], found: Rivalry, parameters: Parameters) -> Finding:
    last, shops, shared = reviews[-1], ", ".join(found.shop_ids), ", ".join(found.attributes)
    rivals = len(found.shop_ids)
    return Finding(
        anchor=scoped(last.shop_id, last.review_id),
        severity="high" if len(found.attributes) > 1 else "medium",
        platform=last.platform,
        shop_id=last.shop_id,
        order_ids=(order.order_id,),
        decided_at=max(reviews[0].occurred_at, found.since_ms),
        evidence=oldest_first((*cite(*order.changes[:1], *reviews), *found.references)),
        facts={
            "rating": f"{last.rating}/{parameters.bad_rating}",
            "rival_shops": shops,
            "category": str(found.shop.category),
            "shared": shared,
        },
        explanation=(
            f"Order {order.order_id} was rated {last.rating} of 5 stars by a buyer who shares "
            f"{attributes(found.attributes)} with {form(rivals, 'shop', 'shops')} {shops}, "
            f"which {form(rivals, 'sells', 'sell')} {found.shop.category} too."
        ),
        explanation_zh=(
            f"订单 {order.order_id} 被评 {last.rating} 星（满分 5 星），该买家与同类目（{found.shop.category}）"
            f"店铺 {shops} 共用{attributes_zh(found.attributes)}。"
        ),
    )
