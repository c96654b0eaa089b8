"""Edges of `reused_evidence`: who showed a picture first, when it was a slip, and what makes false evidence worse."""

from typing import Any

from cloudtag.detection.example import complained, day, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw

_CUP: Raw = {"kind": "picture", "sha256": "cup", "phash": "00ff00ff00ff00ff"}
_NET: Raw = {**_CUP, "origin": "internet"}
_SAID: dict[str, Any] = {"type": "refund_only", "reason": "damaged"}


def _shown(n: int, days: int, picture: Raw = _CUP, **fields: Any) -> Events:
    """Order n is paid, and three days later its refund shows a picture."""
    who = {"refund_id": f"r{n}"}
    return (
        ordered("paid", day(days), **who),
        refunded("opened", day(days + 3), evidence=[picture], **_SAID, **who, **fields),
    )


def _complaint(days: int, picture: Raw = _CUP, **fields: Any) -> Raw:
    return complained("opened", day(days), type="other", evidence=[picture], **fields)


_GIVEN_UP = refunded("withdrawn", day(4), **_SAID)
_SHORT = (
    ordered("paid", 0),
    refunded("opened", day(3), type="return_refund", reason="no_reason"),
    inspected(day(8), {"dress": 1}),
)
_BOTH_HIGH = ({"severity": "high", "refund_ids": ["r1", "r5"]}, {"severity": "high", "refund_ids": ["r1", "r2", "r5"]})

EDGES = (
    Example(
        name="near miss: two buyers show it in one moment, under one event id of two streams: neither was before",
        events=(*_shown(1, 0, event_id="e"), _complaint(3, event_id="e", order_id="o9", buyer_id="b2")),
    ),
    Example(
        name="near miss: two pictures of one buyer's, seven bits apart",
        events=(*_shown(1, 0), *_shown(2, 30, {**_CUP, "sha256": "other", "phash": "01fe01fe01fe01ff"})),
    ),
    Example(
        name="one slip, and one refund that stands: no slip",
        events=(*_shown(5, -20), *_shown(1, 0), _GIVEN_UP, *_shown(2, 1)),
        fires=_BOTH_HIGH,
    ),
    Example(
        name="taken back for another one, for which the picture is edited",
        events=(*_shown(1, 0), _GIVEN_UP, *_shown(2, 1, {**_CUP, "origin": "edited"})),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="taken back for another one, and asked for again",
        events=(*_shown(1, 0), _GIVEN_UP, *_shown(2, 1), refunded("modified", day(6), **_SAID)),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="shown in a complaint about another order the day before, which is no refund to take back",
        events=(ordered("paid", 0), _complaint(3), *_shown(2, 1)),
        fires=({"severity": "high", "refund_ids": ["r2"]},),
    ),
    Example(
        name="from the internet, and the shop cancelled the order, which accuses nobody",
        events=(*_shown(1, 0, _NET), ordered("cancelled", day(4), cancelled_by="shop")),
        fires=({"severity": "medium", "facts": {"besides": "0"}},),
    ),
    Example(
        name="from the internet, in a complaint that names no order, and goods are missing of one",
        events=(*_SHORT, _complaint(9, _NET, order_id=None)),
        fires=({"severity": "medium", "facts": {"besides": "0"}},),
    ),
    Example(
        name="from the internet, in a complaint about two orders, and goods are missing of one",
        events=(*_SHORT, _complaint(9, _NET), _complaint(10, _NET, refund_id="r2")),
        fires=({"severity": "high", "order_ids": ["o1", "o2"], "facts": {"besides": "1"}},),
    ),
)
