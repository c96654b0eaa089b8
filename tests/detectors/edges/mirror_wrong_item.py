"""Edges of `mirror_wrong_item`: what mirrors what, which of several neighbours decides, and how it is told."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at


def _sized(
    n: int, size: str, came: str, days: int = 5, buyer: int = 0, reason: str = "wrong_item", **shown: Any
) -> Events:
    """Somebody orders one size, and says after so many days that another came."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer or n}"}
    lines = [{"sku_id": size, "quantity": 1, "unit_price_minor": 12900}]
    said = [{"sku_id": came, "quantity": 1}]
    return (
        ordered("placed", day(0, n), lines=lines, **{"address_area": "a1", **shown}, **who),
        refunded("opened", day(days), type="return_refund", reason=reason, lines=said, **who),
    )


def _found(n: int, came: str, days: int) -> Raw:
    return inspected(day(days), {came: 1}, refund_id=f"r{n}", buyer_id=f"b{n}")


_L, _XL = _sized(1, "L", "XL"), _sized(2, "XL", "L", 6)
_ELSE = _sized(9, "M", "S", buyer=1)
_TOLD = "Buyer b1 claims to have got XL for L, and b2, sharing area a1, L for XL: two claims in one shop, 1 day apart."

EDGES = (
    Example(
        name="the other one claims a day later: known since then",
        events=(*_L, *_XL),
        fires=(
            {"buyer_id": "b1", "platform": "taobao", "decided_at": at(6), "explanation": _TOLD},
            {"buyer_id": "b2", "decided_at": at(6)},
        ),
    ),
    Example(
        name="near miss: one device in two homes, and each with the other's size",
        events=(
            *_sized(1, "L", "XL", address_area=None, device_hash="d1"),
            *_sized(2, "XL", "L", 6, address_area=None, device_hash="d1"),
        ),
    ),
    Example(
        name="near miss: both say that it does not fit, and one of them got something wrong besides",
        events=(
            *_sized(1, "L", "XL", reason="not_as_described"),
            *_sized(2, "XL", "L", 6, reason="not_as_described"),
            *_ELSE,
        ),
    ),
    Example(
        name="near miss: only the other one says that the wrong item came, this one of another order",
        events=(*_sized(1, "L", "XL", reason="not_as_described"), *_XL, *_ELSE),
    ),
    Example(name="near miss: only one of the two got what the other had ordered", events=(*_L, *_sized(2, "XL", "S"))),
    Example(
        name="only one parcel was opened",
        events=(*_L, *_XL, _found(1, "XL", 9)),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="two neighbours mirror it, and of one of them the parcel was opened",
        events=(*_L, *_XL, *_sized(3, "XL", "L", 7), _found(1, "XL", 9), _found(2, "L", 20)),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "decided_at": at(9),
                "facts": {"days_apart": "2/30"},
            },
            {"severity": "high", "buyer_id": "b2"},
            {"severity": "medium", "buyer_id": "b3"},
        ),
    ),
)
