"""Edges of `insurance_farming`: whose claims count together, the share, and what is told of them."""

from typing import Any

from cloudtag.detection.example import day, event, ordered
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, firing

_PHONE = {"phone_hash": "p1"}


def _insured(n: int, at: int, buyer: int = 1, **shown: Any) -> Raw:
    """Order n is insured and kept."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer}"}
    return ordered("placed", day(at), freight_insured=True, **who, **{**_PHONE, **shown})


def _paid(n: int, at: int, buyer: int = 1, **shown: Any) -> Events:
    """Order n is insured, sent back, and the insurance pays five days later."""
    claim = {"claim_id": f"k{n}", "order_id": f"o{n}", "buyer_id": f"b{buyer}", "shop_id": "s1"}
    return _insured(n, at, buyer, **shown), event("insurance", day(at + 5), status="paid", **claim)


def _many(count: int, first: int = 1, buyer: int = 1, days: int = 3) -> Events:
    return tuple(e for n in range(count) for e in _paid(first + n, n * days, buyer))


_EIGHT = firing("insurance_farming", "eight orders, eight payments")
_KEEPER = (*_many(2, 20, 3), *(_insured(n, n - 30, 3) for n in range(31, 41)))
_ALONE = "The freight insurance paid for 8 of 8 insured orders (100%) within 60 days."
_TOGETHER = (
    "The freight insurance paid for 8 of 8 insured orders (100%) within 60 days, to 2 accounts: buyer b1 and b2 share "
    "phone p1."
)

EDGES = (
    Example(
        name="near miss: twenty-three of twenty-nine are not yet four of five",
        events=(*_many(23, days=2), *(_insured(n, 1) for n in range(50, 56))),
    ),
    Example(
        name="near miss: seven, and somebody on the phone who has nothing insured",
        events=(*_many(7), ordered("paid", day(1), refund_id="r30", buyer_id="b3", **_PHONE)),
    ),
    Example(name="told of one account", events=_EIGHT, fires=({"explanation": _ALONE},)),
    Example(
        name="told of two accounts",
        events=(*_many(4), *_many(4, 5, 2), ordered("paid", day(1), refund_id="r30", buyer_id="b3", **_PHONE)),
        fires=({"buyer_id": "b1", "explanation": _TOGETHER}, {"buyer_id": "b2"}),
    ),
    Example(
        name="a farmer, and somebody on the phone whom the insurance paid twice half a year before",
        events=(*_many(8, 1, 2), *_paid(20, -180), *_paid(21, -175)),
        fires=({"buyer_id": "b2", "linked_buyer_ids": [], "facts": {"accounts": "1"}},),
    ),
    Example(
        name="a farmer, and one of the household who keeps two of three insured orders",
        events=(*_many(8), *_paid(9, 4, 2), _insured(10, 5, 2), _insured(11, 6, 2)),
        fires=({"severity": "medium", "buyer_id": "b1", "facts": {"claims": "8/8", "accounts": "1"}},),
    ),
    Example(
        name="who keeps most of the orders covers for nobody, though the insurance paid twice",
        events=(*_many(4), *_many(4, 5, 2), *_KEEPER),
        fires=(
            {"buyer_id": "b1", "linked_buyer_ids": ["b2"], "facts": {"claims": "8/8"}},
            {"buyer_id": "b2", "linked_buyer_ids": ["b1"], "facts": {"claims": "8/8"}},
        ),
    ),
    Example(
        name="two are enough without one whom the insurance paid once, whoever keeps most of the orders besides",
        events=(*_many(4), *_many(4, 5, 2), *_KEEPER, *_paid(60, 2, 4)),
        fires=(
            {"buyer_id": "b1", "linked_buyer_ids": ["b2"], "facts": {"claims": "8/8"}},
            {"buyer_id": "b2", "linked_buyer_ids": ["b1"], "facts": {"claims": "8/8"}},
        ),
    ),
    Example(
        name="told by the platform of the last order that was insured",
        events=(*_EIGHT, ordered("paid", day(30), refund_id="r9", platform="tmall")),
        fires=({"platform": "taobao"},),
    ),
)
