"""Edges of `deliberate_damage`: which claim and which look decide, and what is told of them."""

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import at, cited

_PLACED = ordered("placed", 0)
_CLAIM = refunded("opened", day(5), type="refund_only", reason="damaged")
_FOUND = inspected(day(8), {"dress": 1}, condition=["damaged_by_buyer"], waybill_no="RET1")
_SECOND = inspected(day(9), {"dress": 1}, condition=["damaged_by_buyer"], waybill_no="RET2")
_QUALITY = refunded("opened", day(5), type="refund_only", reason="quality")
_AMENDED = refunded("modified", day(6), reason="damaged")

EDGES = (
    Example(
        name="two parcels, both of them damaged: known since the first was opened",
        events=(_PLACED, {**_CLAIM, "amount_minor": 39800}, _FOUND, _SECOND),
        fires=(
            {
                "decided_at": at(8),
                "waybill_nos": ["RET1", "RET2"],
                "evidence": cited(_CLAIM, _FOUND, _SECOND),
                "facts": {"damaged_by_buyer": "2/1", "pieces": "2", "amount_minor": "39800"},
            },
        ),
    ),
    Example(
        name="called damaged by an amendment: that is what is cited",
        events=(_PLACED, _QUALITY, _AMENDED, _FOUND),
        fires=({"evidence": cited(_AMENDED, _FOUND), "facts": {"amount_minor": "unknown"}},),
    ),
    Example(
        name="the shop did not say which parcel it opened",
        events=(_PLACED, _CLAIM, {**_FOUND, "waybill_no": None}),
        fires=({"waybill_nos": []},),
    ),
)
