"""Edges of `no_intent_to_buy`: the share, since when an order counts, who let whom down, and what is told."""

from collections.abc import Iterable
from typing import Any

from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited, firing

_FIVE = firing("no_intent_to_buy", "five of five cancelled")
_FOUR = firing("no_intent_to_buy", "near miss: four of four")
_FOUND: Raw = {"facts": {"orders": "5/5", "share": "100%/80%", "of_orders": "5"}}


def _order(n: int, *steps: tuple[str, int, int], **fields: Any) -> Events:
    """Order n goes through these statuses, each at a day and an hour."""
    return tuple(ordered(status, day(*when), refund_id=f"r{n}", **fields) for status, *when in steps)


def _dropped(numbers: Iterable[int], **fields: Any) -> Events:
    """Each order is paid on the day of its number, and cancelled two hours later."""
    return tuple(e for n in numbers for e in _order(n, ("paid", n, 0), ("cancelled", n, 2), **fields))


def _kept(numbers: Iterable[int]) -> Events:
    """Orders from thirty on, which are kept: placed on the second day and those that follow."""
    return tuple(e for n in numbers for e in _order(n, ("paid", n - 28, 1), ("shipped", n - 28, 9)))


def _fifth(*steps: tuple[str, int, int], **fields: Any) -> Events:
    """Four are given up, and a fifth goes through these."""
    return (*_FOUR, *_order(5, ("placed", 25, 0), ("paid", 25, 1), *steps, **fields))


def _wronged(complaint_type: str, **fields: Any) -> Events:
    return (*_FIVE, complained("opened", day(5, 8), refund_id="r1", type=complaint_type, **fields))


_ASKED = refunded("opened", day(25, 3), refund_id="r5", type="refund_only", reason="no_reason")

EDGES = (
    Example(
        name="eight of ten are four of five",
        events=(*_dropped(range(1, 9)), *_kept((31, 32))),
        fires=({"facts": {"orders": "8/5", "share": "80%/80%", "of_orders": "10"}},),
    ),
    Example(
        name="near miss: twenty-three of twenty-nine are not yet four of five",
        events=(*_dropped(range(1, 24)), *_kept(range(30, 36))),
    ),
    Example(
        name="orders that were never paid and closed are none that were kept",
        events=(*_FIVE, *(e for n in (6, 7) for e in _order(n, ("placed", n, 0), ("closed_unpaid", n, 9)))),
        fires=(_FOUND,),
    ),
    Example(
        name="five cancelled before they were paid",
        events=tuple(e for n in range(1, 6) for e in _order(n, ("placed", n, 0), ("cancelled", n, 1))),
        fires=(_FOUND,),
    ),
    Example(
        name="cancelled three days after payment to the hour",
        events=_fifth(("cancelled", 28, 1)),
        fires=(_FOUND,),
    ),
    Example(name="near miss: cancelled three days and an hour after payment", events=_fifth(("cancelled", 28, 2))),
    Example(
        name="money asked back, and cancelled six hours later: given up when it was asked",
        events=(*_fifth(("cancelled", 25, 9)), _ASKED),
        fires=({"decided_at": at(25, 3)},),
    ),
    Example(
        name="cancelled, and money asked back an hour later: given up when it was cancelled",
        events=(*_fifth(("cancelled", 25, 2)), _ASKED),
        fires=({"decided_at": at(25, 2)},),
    ),
    Example(
        name="near miss: shipped, and cancelled after that", events=_fifth(("shipped", 25, 4), ("cancelled", 25, 5))
    ),
    Example(
        name="near miss: shipped at the moment it was cancelled",
        events=_fifth(("shipped", 25, 5), ("cancelled", 25, 5)),
    ),
    Example(
        name="near miss: shipped in part, and the rest cancelled",
        events=_fifth(("partly_shipped", 25, 4), ("cancelled", 25, 5)),
    ),
    Example(
        name="near miss: two complaints, of which one says that the shop had nothing",
        events=(
            *_wronged("out_of_stock"),
            complained("opened", day(5, 9), refund_id="r1", complaint_id="c2", type="other"),
        ),
    ),
    Example(name="complained of something else", events=_wronged("other"), fires=(_FOUND,)),
    Example(
        name="the shop complains that the buyer took it for out of stock",
        events=_wronged("out_of_stock", complainant="shop"),
        fires=(_FOUND,),
    ),
    Example(
        name="complained that the shop had nothing, which was rejected",
        events=(*_wronged("out_of_stock"), complained("rejected", day(7), refund_id="r1", type="out_of_stock")),
        fires=(_FOUND,),
    ),
    Example(
        name="the last of them on the other platform of the network",
        events=(*_FOUR, *_dropped((25,), platform="tmall")),
        fires=(
            {
                "platform": "tmall",
                "explanation": "5 of 5 orders (100%) within 30 days were given up before shipping.",
                "explanation_zh": "30 天内 5 笔订单中有 5 笔在发货前取消或退款（100%）。",
            },
        ),
    ),
    Example(
        name="what it rests on",
        events=_FIVE,
        fires=({"evidence": cited(*(e for e in _FIVE if e["status"] == "cancelled"))},),
    ),
)
