"""A burst of bad ratings from accounts of one hand.

What it finds: at least `ratings` ratings of `bad_rating` stars or fewer on one shop within `window_hours`, by at least
`accounts` accounts that share a device or a payment account, this buyer's among them (F17). One alert per shop; every
account and link is named.

Why it is abuse: a shop's score is an average of its customers; whoever rates it from many accounts votes many times, to
ruin it or to sell silence.

How it decides: a rating counts from when it was given, by its last version: one that was put right does not. An address
or a phone that is shared links nobody here, nor does an attribute that too many people show. No rival shop need be
known. High.

Known false positives: friends who order together on one device, and are all served badly.

What would clear it: a review corrected to a better rating, or so many more people at what is shared that it proves
nothing.

What to do: have the reviews excluded from the shop's score while they are looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.dealings import BadRating, Dealings
from cloudtag.contract.records import Reference
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.dealings import BAD_RATING, SLACK_MS, LinkedAccount, dealings_of, linked_accounts, moments
from cloudtag.detection.example import day, ordered, reviewed
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, oldest_first, own_shops, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import RATINGS_OF_OTHERS
from cloudtag.detection.windows import Met, Moment, any_count
from cloudtag.detection.wording import counted, listed

RULE = Rule(
    title="A burst of bad ratings from accounts of one hand",
    family="review",
    scenario="review_bombing",
    scenario_zh="集中恶意差评",
    scope="buyer",
    needs=("reviews",),
    signals=(RATINGS_OF_OTHERS,),
    rules=("F17",),
    clears="A review corrected to a better rating, or a shared attribute that turns out a hub.",
    clears_zh="其中一条评价更正为较高评分，或共用信息被证实为公共设备、公共账户。",
    recommendation="exclude_review_from_score",
)
_KINDS = ("device", "payment")
_HOUR_MS = 3_600_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many ratings on one shop, by how many accounts, within how long, and up to how many stars one is bad."""

    ratings: Annotated[int, Meta(ge=2)] = 5
    accounts: Annotated[int, Meta(ge=2)] = 2
    window_hours: Annotated[int, Meta(ge=1)] = 24
    bad_rating: Annotated[int, Meta(ge=1, le=BAD_RATING)] = BAD_RATING


def _rates(n: int, hour: int, rating: int = 1, buyer: int = 0, **shown: Any) -> tuple[dict[str, object], ...]:
    """Order n, and so many hours after the sixth day its rating; each by another buyer unless one is named."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer or n}"}
    hashes = shown if shown else {"device_hash": "d1"}
    return (
        ordered("completed", day(4), **who, **hashes),
        reviewed(day(6, hour), rating, review_id=f"v{n}", **who),
    )


def _burst(count: int, hours: int = 1, **said: Any) -> tuple[dict[str, object], ...]:
    return tuple(event for n in range(1, count + 1) for event in _rates(n, n * hours, **said))


def _by(count: int) -> tuple[dict[str, object], ...]:
    return tuple({"severity": "high", "buyer_id": f"b{n}"} for n in range(1, count + 1))


EXAMPLES = (
    Example(
        name="five accounts of one device, an hour apart",
        events=_burst(5),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "shop_id": "s1",
                "linked_buyer_ids": ["b2", "b3", "b4", "b5"],
                "facts": {"ratings": "5/5", "accounts": "5/2", "rating": "1/2", "link b5": "device:d1"},
            },
            *_by(5)[1:],
        ),
    ),
    Example(name="two stars, paid for from one account", events=_burst(5, rating=2, payment_hash="y1"), fires=_by(5)),
    Example(
        name="two accounts are enough",
        events=tuple(e for n in range(1, 6) for e in _rates(n, n, buyer=1 + n % 2)),
        fires=_by(2),
    ),
    Example(
        name="one or two stars, beside a review of three and an order at another shop on another platform",
        events=(
            {**ordered("completed", day(1), refund_id="r9"), "platform": "tmall", "shop_id": "s0"},
            *_burst(4),
            *_rates(5, 5, 2),
            *_rates(6, 6, 3, buyer=1),
        ),
        fires=(
            {"buyer_id": "b1", "platform": "taobao", "facts": {"ratings": "5/5", "rating": "2/2"}},
            *_by(5)[1:],
        ),
    ),
    Example(
        name="the burst is of five others, and the bad rating of a sixth account is of another day",
        events=(*_burst(5), *_rates(6, 60)),
        fires=_by(5),
    ),
    Example(name="a day from the first to the last", events=(*_burst(4), *_rates(5, 25)), fires=_by(5)),
    Example(name="near miss: an hour more than a day", events=(*_burst(4), *_rates(5, 26))),
    Example(name="near miss: four", events=_burst(4)),
    Example(name="near miss: one of five gave three stars", events=(*_burst(4), *_rates(5, 5, 3))),
    Example(name="near miss: one buyer who rates five orders", events=_burst(5, buyer=1)),
    Example(
        name="near miss: at two shops",
        events=(*_burst(4), *({**event, "shop_id": "s2"} for event in _rates(5, 5))),
    ),
    Example(
        name="near miss: one of five was put right",
        events=(*_burst(5), reviewed(day(8), 5, review_id="v5", refund_id="r5", buyer_id="b5")),
    ),
    Example(
        name="near miss: an office where five people were served badly",
        events=_burst(5, address_hash="office", phone_hash="p1"),
    ),
    Example(
        name="near miss: five strangers",
        events=tuple(e for n in range(1, 6) for e in _rates(n, n, device_hash=f"d{n}")),
    ),
    Example(
        name="near miss: a counter that many customers order on",
        events=(
            *_burst(5),
            *(
                ordered("completed", day(4), refund_id=f"r{n}", buyer_id=f"x{n}", device_hash="d1")
                for n in range(10, 26)
            ),
        ),
    ),
)
_Rated = tuple[LinkedAccount, BadRating]


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding per shop on which the buyer's account and linked ones left enough bad ratings at once."""
    accounts = linked_accounts(case, _KINDS)
    own = LinkedAccount(case.buyer_id, Dealings(rated=dealings_of(case.orders).rated))
    shops: dict[str, list[Moment]] = {}
    for moment in moments((own, *accounts), lambda dealings: dealings.rated, "review_id"):
        rated: BadRating = moment.thing[1]
        if rated.rating <= parameters.bad_rating:
            shops.setdefault(rated.shop_id, []).append(moment)
    for shop_id, group in sorted(shops.items()):
        met = any_count(
            group,
            parameters.window_hours * _HOUR_MS,
            parameters.ratings,
            lambda moment: moment.thing[0].buyer_id,
            parameters.accounts,
            lambda moment: moment.thing[0] is own,
        )
        if met is not None:
            yield _finding(case, shop_id, met, parameters)


def _finding(case: BuyerCase, shop_id: str, met: Met, parameters: Parameters) -> Finding:
    things: list[_Rated] = met.things
    others = {account.buyer_id: account.attributes for account, _ in things if account.buyer_id != case.buyer_id}
    shared = unique(attribute for what in others.values() for attribute in what)
    ratings, names = [rating for _, rating in things], listed(sorted(others))
    count, accounts, hours = len(ratings), len(others) + 1, parameters.window_hours
    worst = max(rating.rating for rating in ratings)
    return Finding(
        anchor=shop_id,
        severity="high",
        platform=next(o.platform for o in case.orders if o.shop_id == shop_id and o.platform is not None),
        shop_id=shop_id,
        order_ids=unique(rating.order_id for rating in ratings)[:MOST_EVIDENCE],
        own_shops=own_shops(case.buyer_id, ((one.buyer_id, shop_id, rating.order_id) for one, rating in things)),
        linked_buyer_ids=tuple(sorted(others)),
        decided_at=met.decided_at,
        evidence=bounded(oldest_first(Reference("reviews", each.event_id, each.occurred_at) for each in ratings)),
        facts={
            "ratings": f"{count}/{parameters.ratings}",
            "accounts": f"{accounts}/{parameters.accounts}",
            "rating": f"{worst}/{parameters.bad_rating}",
            "window_hours": str(hours),
            **{f"link {buyer_id}": ", ".join(what) for buyer_id, what in sorted(others.items())},
        },
        explanation=(
            f"Within {counted(hours, 'hour')} shop {shop_id} got {counted(count, 'rating')} of at most "
            f"{counted(worst, 'star')} from {accounts} accounts: buyer {case.buyer_id} and {names} share "
            f"{attributes(shared)}."
        ),
        explanation_zh=(
            f"{hours} 小时内店铺 {shop_id} 收到 {accounts} 个账号的 {count} 条 {worst} 星及以下评价："
            f"买家 {case.buyer_id} 与 {'、'.join(sorted(others))} 共用{attributes_zh(shared)}。"
        ),
        since_at=min(rating.occurred_at for rating in ratings) - SLACK_MS,
    )
