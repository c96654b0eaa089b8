"""Edges of `switched_goods`: until when another parcel of the return is awaited."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import at

_SAID: dict[str, Any] = {"type": "return_refund", "reason": "no_reason"}
_STONE = (
    ordered("placed", 0),
    refunded("opened", day(5), waybill_no="RET1", **_SAID),
    refunded("waybill_filled", day(5, 2), waybill_no="RET2", **_SAID),
    inspected(day(7), {"dress": 1, "stone": 1}, waybill_no="RET1"),
)

EDGES = (
    Example(
        name="near miss: a stone in the first of two boxes; the second has three days to be scanned, less a minute",
        events=_STONE,
        until=day(8, 1, 59),
    ),
    Example(
        name="a stone in the first of two boxes, and the second was never scanned",
        events=_STONE,
        until=day(8, 2),
        fires=({"severity": "high", "decided_at": at(7), "facts": {"switched": "1/1", "found": "stone"}},),
    ),
)
