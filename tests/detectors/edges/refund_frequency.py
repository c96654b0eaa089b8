"""Edges of `refund_frequency`: the share, what one occasion is, and what is told."""

from typing import Any

from cloudtag.detection.example import day, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, firing

_FIVE = firing("refund_frequency", "five of five")


def _bought(n: int, days: int, **fields: Any) -> Raw:
    return ordered("shipped", day(days), refund_id=f"r{n}", **fields)


def _back(n: int, days: int, **fields: Any) -> Events:
    """Order n is sent, and asked back five days later."""
    platform = {"platform": fields["platform"]} if "platform" in fields else {}
    said = {"type": "return_refund", "reason": "quality", **fields}
    return _bought(n, days, **platform), refunded("opened", day(days + 5), refund_id=f"r{n}", **said)


def _many(count: int, days: int = 10) -> Events:
    return tuple(event for n in range(1, count + 1) for event in _back(n, n * days))


EDGES = (
    Example(
        name="near miss: twenty-two of thirty-seven are not yet three of five",
        events=(*_many(22, 2), *(_bought(100 + n, 8) for n in range(15))),
    ),
    Example(
        name="near miss: five of five, two of which go back in one parcel",
        events=(*_many(3), *(e for n in (4, 5) for e in _back(n, n * 10, waybill_no="RET4"))),
    ),
    Example(
        name="six of six, two of which go back in one parcel: five times",
        events=(*_many(4), *(e for n in (5, 6) for e in _back(n, n * 10, waybill_no="RET5"))),
        fires=({"facts": {"refunds": "5/5", "orders": "6", "goods_not_back": "5/3"}},),
    ),
    Example(
        name="near miss: five of five, two of which are asked back on one day",
        events=(*_many(4), *_back(5, 40)),
    ),
    Example(
        name="the last on the other platform of the network",
        events=(*_many(4), *_back(5, 50, platform="tmall")),
        fires=({"platform": "tmall", "shop_id": "s1"},),
    ),
    Example(
        name="told as it is",
        events=_FIVE,
        fires=(
            {
                "platform": "taobao",
                "explanation": "5 of 5 orders (100%) were refunded within 90 days.",
                "explanation_zh": "90 天内 5 笔订单中有 5 笔退款（100%）。",
            },
        ),
    ),
)
