"""What comes back of an order of which something was exchanged before."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_WATCH = {"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}
_HAT = {"sku_id": "hat", "quantity": 1, "unit_price_minor": 9900}


def _lines(*skus: str) -> dict[str, Any]:
    return {"lines": [{"sku_id": sku, "quantity": 1} for sku in skus]} if skus else {}


def _exchanged(*skus: str, status: str = "completed") -> tuple[dict[str, object], ...]:
    """A watch and a hat are ordered, and these are exchanged, or both where none is named."""
    return (
        ordered("placed", 0, lines=[_WATCH, _HAT]),
        refunded("opened", day(2), type="exchange", reason="other", **_lines(*skus)),
        refunded(status, day(4), type="exchange"),
    )


def _back(found: str, *skus: str) -> tuple[dict[str, object], ...]:
    """Something goes back, which the shop finds to be something else."""
    who = {"refund_id": "r2", "order_id": "o1"}
    return (
        refunded("opened", day(5), type="return_refund", reason="no_reason", **who, **_lines(*skus)),
        inspected(day(8), {found: 1}, **who),
    )


_HIGH = ({"severity": "high", "refund_ids": ["r2"]},)
EXCHANGED = (
    Example(
        name="near miss: the watch was exchanged for another model, and that one comes back",
        events=(*_exchanged("watch"), *_back("watch-xl", "watch")),
    ),
    Example(
        name="near miss: what was exchanged is not said",
        events=(*_exchanged(), *_back("watch-xl", "watch")),
    ),
    Example(
        name="near miss: what goes back is named as the model that was sent for it",
        events=(*_exchanged("watch"), *_back("watch-xl", "watch-xl")),
    ),
    Example(
        name="the watch was exchanged, and a stone goes back for the hat",
        events=(*_exchanged("watch"), *_back("stone", "hat")),
        fires=_HIGH,
    ),
    Example(
        name="the exchange was withdrawn",
        events=(*_exchanged("watch", status="withdrawn"), *_back("stone", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="the shop refused the exchange",
        events=(*_exchanged("watch", status="refused"), *_back("stone", "watch")),
        fires=_HIGH,
    ),
)
