"""What comes back of an order of which something was exchanged before."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_WATCH = {"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}
_XL = {**_WATCH, "sku_id": "watch-xl"}
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


def _agreed(at: str) -> dict[str, object]:
    return refunded("agreed", at, type="exchange")


def _amended(*lines: dict[str, object]) -> dict[str, object]:
    return ordered("shipped", day(4, 1), lines=[*lines])


def _packed(*skus: str, at: str = day(4, 1)) -> dict[str, object]:
    """A parcel of the order is named, and what is in it."""
    return ordered("shipped", at, lines=[], parcels=[{"waybill_no": "OUT2", **_lines(*skus)}])


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
    Example(
        name="an exchange that was only asked for excuses no stone",
        events=(*_exchanged("watch", status="modified"), *_back("stone", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="near miss: the shop agreed when it looked at what came back, as far as clocks tell",
        events=(*_exchanged("watch", status="modified"), _agreed(day(8, 0, 10)), *_back("watch-xl", "watch")),
    ),
    Example(
        name="the shop agreed to an exchange once it had found the stone",
        events=(*_exchanged("watch", status="modified"), _agreed(day(8, 0, 11)), *_back("stone", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="near miss: the number for the exchange was filled in, as only an agreed one has",
        events=(*_exchanged("watch", status="waybill_filled"), *_back("watch-xl", "watch")),
    ),
    Example(
        name="the order was amended to what was sent for the watch, and a stone comes back",
        events=(*_exchanged("watch"), _amended(_XL, _HAT), *_back("stone", "watch-xl")),
        fires=_HIGH,
    ),
    Example(
        name="near miss: the order was amended to what was sent, and that comes back",
        events=(*_exchanged("watch"), _amended(_XL, _HAT), *_back("watch-xl", "watch-xl")),
    ),
    Example(
        name="near miss: the order is told again as it was",
        events=(*_exchanged("watch"), _amended(_WATCH, _HAT), *_back("watch-xl", "watch")),
    ),
    Example(
        name="a parcel is said to hold what was sent for the watch, and a stone comes back",
        events=(*_exchanged("watch"), _packed("watch-xl"), *_back("stone", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="near miss: a parcel is said to hold what was sent for the watch, and that comes back",
        events=(*_exchanged("watch"), _packed("watch-xl"), *_back("watch-xl", "watch")),
    ),
    Example(
        name="a parcel is said to hold another such watch, and a stone comes back",
        events=(*_exchanged("watch"), _packed("watch"), *_back("stone", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="near miss: a parcel since then is said to hold the hat alone",
        events=(*_exchanged("watch"), _packed("hat"), *_back("watch-xl", "watch")),
    ),
    Example(
        name="near miss: nobody says what a parcel since then holds",
        events=(*_exchanged("watch"), _packed(), *_back("watch-xl", "watch")),
    ),
    Example(
        name="near miss: the parcel of the watch was named when the exchange was asked for",
        events=(*_exchanged("watch"), _packed("watch", at=day(2)), *_back("watch-xl", "watch")),
    ),
    Example(
        name="it was named just after that",
        events=(*_exchanged("watch"), _packed("watch", at=day(2, 0, 1)), *_back("watch-xl", "watch")),
        fires=_HIGH,
    ),
    Example(
        name="the refund names the model that was sent for the watch, and a stone comes back",
        events=(*_exchanged("watch"), *_back("stone", "watch-xl")),
        fires=({"severity": "medium", "refund_ids": ["r2"], "facts": {"found": "stone"}},),
    ),
    Example(
        name="near miss: the shop said what it sent by mistake, without an exchange, and that comes back",
        events=(
            ordered("placed", 0, lines=[_WATCH, _HAT]),
            _packed("watch-xl"),
            *_back("watch-xl", "watch"),
        ),
    ),
    Example(
        name="a stone for the model that the refund names, and one for an order of which nothing was exchanged",
        events=(
            *_exchanged("watch"),
            *_back("stone", "watch-xl"),
            refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1", refund_id="r2", order_id="o1"),
            ordered("placed", 0, refund_id="r3", lines=[_WATCH]),
            refunded("opened", day(5), type="return_refund", reason="no_reason", refund_id="r3"),
            refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1", refund_id="r3"),
            inspected(day(8), {"rock": 1}, refund_id="r3"),
        ),
        fires=({"severity": "high", "refund_ids": ["r2", "r3"]},),
    ),
)
