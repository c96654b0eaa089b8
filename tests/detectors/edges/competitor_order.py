"""Edges of `competitor_order`: since when an order came to nothing, and who tells of it."""

from cloudtag.detection.example import day, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import at, firing, on

_CANCELLED = firing("competitor_order", "three orders from a rival's device, all cancelled")
_RIVALS, _FIRST = _CANCELLED[:2], [each for each in _CANCELLED[2:] if each["order_id"] == "o1"]
_LATER = on("tmall", (each for each in _CANCELLED[2:] if each["order_id"] != "o1"))

EDGES = (
    Example(
        name="cancelled two hours later, long after it was due: it came to nothing then",
        events=_CANCELLED,
        fires=({"decided_at": at(3, 2)},),
    ),
    Example(
        name="the third is asked back a day after its cancelling",
        events=(
            *_CANCELLED,
            refunded("opened", day(4), refund_id="r3", type="refund_only", reason="no_reason"),
        ),
        fires=({"decided_at": at(3, 2)},),
    ),
    Example(
        name="the later two on the other platform of the network: told by that of the first",
        events=(*_RIVALS, *_FIRST, *_LATER),
        fires=({"platform": "taobao"},),
    ),
)
