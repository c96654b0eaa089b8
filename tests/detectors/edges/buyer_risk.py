"""Edges of `buyer_risk`: which signals count, which window weighs most, and since when it does."""

from typing import Any

from cloudtag.detection.example import complained, day, ordered, refunded, reviewed
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, at, denied, on, short

_TWO = (*denied(1, 0), *short(2, 30))


def _short_of(order: int, refund: int, days: int) -> Events:
    """Short once more, of an order that another refund is about."""
    return tuple({**each, "order_id": f"o{order}"} for each in short(refund, days)[1:])


def _given_up(n: int) -> Events:
    """A number that no courier ever scanned, and the return given up once the wait for it was over."""
    said: dict[str, Any] = {"refund_id": f"r{n}", "type": "return_refund", "reason": "no_reason"}
    return (
        ordered("completed", day(20), refund_id=f"r{n}"),
        refunded("waybill_filled", day(21), waybill_no=f"RET{n}", **said),
        refunded("withdrawn", day(25), **said),
    )


_TAKEN_BACK = refunded("withdrawn", day(5), refund_id="r1", type="refund_only", reason="not_received")
_AGAIN = refunded("opened", day(224), refund_id="r8", order_id="o3", type="refund_only", reason="not_received")
_PRICE = complained("opened", day(225), refund_id="r3", type="other", demands_money=True)


def _pressed(days: int) -> Events:
    """A bad review that has its price."""
    return (
        ordered("completed", day(days), refund_id="r5"),
        reviewed(day(days + 1), 1, refund_id="r5", demands_money=True),
    )


EDGES = (
    Example(
        name="near miss: beside one signal an order that cannot be delivered",
        events=(*denied(1, 0), ordered("paid", day(30), refund_id="r2", address_valid=False)),
    ),
    Example(
        name="near miss: two refunds of two kinds, both given up in time",
        events=(*denied(1, 0), _TAKEN_BACK, *_given_up(2)),
    ),
    Example(
        name="nobody gave anything up, and nothing is said of it",
        events=_TWO,
        fires=({"decided_at": at(35), "facts": {"independent": "2/2", "alerts": "2", "given_up": None}},),
    ),
    Example(
        name="one more of a kind that was known: it weighs more, but not since later",
        events=(*_TWO, *short(3, 60)),
        fires=({"decided_at": at(35), "order_ids": ["o1", "o2", "o3"], "facts": {"alerts": "3"}},),
    ),
    Example(
        name="one more, of another kind: graver, and known no later",
        events=(*_TWO, *_pressed(60)),
        fires=({"severity": "high", "decided_at": at(35), "facts": {"independent": "3/2", "alerts": "3"}},),
    ),
    Example(
        name="three in half a year of one order, long after two of two",
        events=(*_TWO, *denied(3, 220), _AGAIN, _PRICE),
        fires=({"order_ids": ["o1", "o2"], "facts": {"independent": "2/2", "alerts": "2"}},),
    ),
    Example(
        name="as many in a later half-year: the earlier one is told",
        events=(*denied(1, 0), *denied(2, 10), *short(3, 30), *denied(4, 220), *_short_of(4, 9, 221), *_pressed(230)),
        fires=({"order_ids": ["o1", "o2", "o3"], "facts": {"independent": "2/2", "alerts": "3"}},),
    ),
    Example(
        name="the later one on the other platform of the network",
        events=(*denied(1, 0), *on("tmall", short(2, 30))),
        fires=({"platform": "tmall"},),
    ),
)
