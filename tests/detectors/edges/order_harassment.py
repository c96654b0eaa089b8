"""Edges of `order_harassment`: when an order counts as left unpaid, what a slip is, and what is told."""

from typing import Any

from cloudtag.detection.example import day, ordered
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_SHIRT = [{"sku_id": "shirt", "quantity": 1, "unit_price_minor": 9900}]
_TWO: Raw = {"facts": {"orders": "2/2"}}


def _noted(n: int, days: int, **fields: Any) -> Raw:
    return ordered("placed", day(days), refund_id=f"r{n}", **{"buyer_note": "you again", **fields})


def _closed(n: int, days: int, hours: int = 0, **fields: Any) -> Raw:
    return ordered("closed_unpaid", day(days, hours), refund_id=f"r{n}", **fields)


def _paid(days: int, hours: int = 0, minutes: int = 0, status: str = "paid", **fields: Any) -> Raw:
    """Order 3 of the same buyer, and a dress as well unless said otherwise, is paid."""
    return ordered(status, day(days, hours, minutes), **{"refund_id": "r3", **fields})


_FIRST = (_noted(1, 0), _closed(1, 1))
_BOTH = (*_FIRST, _noted(2, 10), _closed(2, 10, 5))


def _beside(*others: Raw) -> Events:
    return (*_BOTH, *others)


EDGES = (
    Example(
        name="closed an hour after it was placed: it counts since then",
        events=(*_FIRST, _noted(2, 10), _closed(2, 10, 1)),
        fires=({"decided_at": at(10, 1)},),
    ),
    Example(
        name="closed three days after it was placed: it counts since the wait was over",
        events=(*_FIRST, _noted(2, 10), _closed(2, 13)),
        fires=({"decided_at": at(11)},),
    ),
    Example(
        name="the shop called it off at the moment the wait was over",
        events=(*_FIRST, _noted(2, 10), ordered("cancelled", day(11), refund_id="r2", cancelled_by="shop")),
        until=day(12),
        fires=({"decided_at": at(11)},),
    ),
    Example(
        name="near miss: one of two noted orders was paid, and a third unpaid one has no note",
        events=(*_FIRST, _noted(2, 10), _paid(10, 1, refund_id="r2"), _noted(4, 12, buyer_note=None), _closed(4, 13)),
        until=day(20),
    ),
    Example(name="near miss: the same goods are paid at that very moment", events=_beside(_paid(10))),
    Example(name="near miss: the same goods are paid a day later", events=_beside(_paid(11))),
    Example(
        name="the same goods are paid a day and a minute later",
        events=_beside(_paid(11, 0, 1)),
        fires=(_TWO,),
    ),
    Example(
        name="the same goods had been paid a minute before",
        events=_beside(_paid(9, 23, 59)),
        fires=(_TWO,),
    ),
    Example(
        name="the same goods had been paid before, and are shipped now: nothing was ordered again",
        events=_beside(_paid(9), _paid(10, 3, status="shipped")),
        fires=(_TWO,),
    ),
    Example(
        name="near miss: the same goods are shipped soon, so they were paid",
        events=_beside(_paid(10, 8, status="shipped")),
    ),
    Example(name="other goods are paid", events=_beside(_paid(10, 2, lines=_SHIRT)), fires=(_TWO,)),
    Example(
        name="near miss: those and other goods are paid",
        events=_beside(_paid(10, 2, lines=[*_SHIRT, *_paid(0)["lines"]])),
    ),
    Example(name="the same goods are paid at another shop", events=_beside(_paid(10, 2, shop_id="s2")), fires=(_TWO,)),
    Example(
        name="the same goods are ordered again, and not paid",
        events=_beside(_paid(10, 2, status="placed")),
        fires=(_TWO,),
    ),
    Example(
        name="called meaningless as it was placed, and not again as it was closed",
        events=(*_FIRST, _noted(2, 10, note_meaningless=True), _closed(2, 11)),
        fires=({"severity": "medium", "facts": {"meaningless_notes": "1"}},),
    ),
    Example(
        name="on both platforms of a network: told on that of the later one",
        events=(*_FIRST, _noted(2, 10, platform="tmall"), _closed(2, 11, platform="tmall")),
        fires=(
            {
                "platform": "tmall",
                "order_ids": ["o1", "o2"],
                "explanation": "2 orders with a note at shop s1 within 30 days were never paid.",
                "explanation_zh": "30 天内在店铺 s1 有 2 笔带留言的订单始终未付款。",
            },
        ),
    ),
    Example(
        name="what it rests on",
        events=_BOTH,
        fires=({"evidence": cited(*_BOTH)},),
    ),
)
