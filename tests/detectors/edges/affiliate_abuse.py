"""Edges of `affiliate_abuse`: the share, what is lost and since when, and what is cited."""

from typing import Any

from cloudtag.detection.example import day, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited, firing, on

_THREE = firing("affiliate_abuse", "two sent back, one never paid")
_THIRD: dict[str, Any] = {"refund_id": "r3", "affiliate_id": "a1"}


def _bought(n: int, days: int, minutes: int = 0) -> Raw:
    return ordered("completed", day(days, 0, minutes), refund_id=f"r{n}", affiliate_id="a1")


def _back(n: int, days: int, minutes: int = 0) -> Events:
    said = {"refund_id": f"r{n}", "type": "return_refund", "reason": "no_reason"}
    return _bought(n, days, minutes), refunded("opened", day(days + 3, 0, minutes), **said)


EDGES = (
    Example(
        name="near miss: twenty-three of twenty-nine are not yet four of five",
        events=(
            *(e for n in range(1, 24) for e in _back(n, 1, n)),
            *(_bought(n, 2, n) for n in range(24, 30)),
        ),
    ),
    Example(
        name="near miss: closed as unpaid, which a payment told later puts right",
        events=(*_THREE, ordered("paid", day(20, 5), **_THIRD)),
    ),
    Example(
        name="asked back first, then cancelled: lost since it was asked back",
        events=(
            *_THREE[:4],
            ordered("paid", day(20), **_THIRD),
            refunded("opened", day(21), refund_id="r3", type="refund_only", reason="no_reason"),
            ordered("cancelled", day(23), cancelled_by="buyer", **_THIRD),
        ),
        fires=({"decided_at": at(21)},),
    ),
    Example(
        name="cited are the placing of each order and what lost it",
        events=_THREE,
        fires=({"evidence": cited(*_THREE), "decided_at": at(21)},),
    ),
    Example(
        name="on both platforms of a network: told by that of the last order lost",
        events=(*_THREE[:4], *on("tmall", _THREE[4:])),
        fires=({"platform": "tmall"},),
    ),
)
