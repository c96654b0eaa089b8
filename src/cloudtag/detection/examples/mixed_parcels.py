"""What weight tells of a parcel in which several articles came, of which not all go back (F16)."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_DUMBBELL = {"sku_id": "dumbbell", "quantity": 1, "unit_price_minor": 19900}
_SHIRT = {"sku_id": "shirt", "quantity": 1, "unit_price_minor": 9900}


def _sent(*lines: dict[str, Any], **fields: Any) -> tuple[dict[str, object], ...]:
    """All in one parcel of five kilograms."""
    return (
        ordered("paid", 0, lines=lines, **fields),
        ordered("shipped", day(1), lines=lines, waybill_no="OUT1", **fields),
        scanned("OUT1", "accepted", day(1, 2), weight_grams=5000),
        scanned("OUT1", "signed", day(3), signer="recipient"),
    )


def _back(grams: int, *skus: str, refund_id: str = "r1") -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "reason": "no_reason", "refund_id": refund_id}
    lines = [{"sku_id": sku, "quantity": 1} for sku in skus]
    return (
        refunded("waybill_filled", day(6), waybill_no="RET1", lines=lines, **said),
        scanned("RET1", "accepted", day(6, 2), weight_grams=grams),
    )


def _sized(sku_id: str, item_id: str | None = "shirt") -> dict[str, Any]:
    return {"sku_id": sku_id, "item_id": item_id, "quantity": 1, "unit_price_minor": 9900}


_SET = {
    "sku_id": "gym",
    "item_id": "gym",
    "quantity": 1,
    "unit_price_minor": 29900,
    "components": [{"sku_id": "dumbbell", "quantity": 1}, {"sku_id": "shirt", "quantity": 1}],
}
_OTHER_ORDER = _sent(_SHIRT, refund_id="r2")[:2]

MIXED_PARCELS = (
    Example(
        name="near miss: a shirt goes back that had come with a dumbbell",
        events=(*_sent(_DUMBBELL, _SHIRT), *_back(210, "shirt")),
    ),
    Example(
        name="both are to go back, and weigh what a shirt does",
        events=(*_sent(_DUMBBELL, _SHIRT), *_back(210, "dumbbell", "shirt")),
        fires=({"severity": "medium", "facts": {"outbound_grams": "5000", "pieces": "2"}},),
    ),
    Example(
        name="near miss: the money of one piece is asked for, and nobody says of which",
        events=(
            *_sent(_DUMBBELL, _SHIRT),
            *_back(210),
            refunded("modified", day(6, 1), type="return_refund", amount_minor=9900),
        ),
    ),
    Example(
        name="one of two sizes of a shirt goes back, which weigh alike",
        events=(*_sent(_sized("shirt-m"), _sized("shirt-l")), *_back(210, "shirt-m")),
        fires=({"facts": {"outbound_grams": "2500"}},),
    ),
    Example(
        name="near miss: nobody says that they are sizes of one shirt",
        events=(*_sent(_sized("shirt-m", None), _sized("shirt-l", None)), *_back(210, "shirt-m")),
    ),
    Example(
        name="a dumbbell goes back without the gift that came with it, and weighs nothing",
        events=(*_sent(_DUMBBELL, {**_SHIRT, "unit_price_minor": 0}), *_back(210, "dumbbell")),
        fires=({"facts": {"outbound_grams": "2500"}},),
    ),
    Example(
        name="near miss: the shirt of a set goes back",
        events=(*_sent(_SET), *_back(210, "shirt")),
    ),
    Example(
        name="the whole set goes back, and weighs what its shirt does",
        events=(*_sent(_SET), *_back(210, "gym")),
        fires=({"facts": {"outbound_grams": "5000"}},),
    ),
    Example(
        name="near miss: the dumbbell is another order's in the same parcel, and stays",
        events=(*_sent(_DUMBBELL), *_OTHER_ORDER, *_back(210, "shirt", refund_id="r2")),
    ),
    Example(
        name="two orders of one parcel go back together, and weigh what one shirt does",
        events=(*_sent(_DUMBBELL), *_OTHER_ORDER, *_back(210, "shirt", refund_id="r2"), *_back(210, "dumbbell")),
        fires=({"facts": {"outbound_grams": "5000", "pieces": "2"}},),
    ),
)
