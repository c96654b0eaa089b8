"""Sets that are sent in parts, and said not to have come (F7, F9)."""

from __future__ import annotations

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example


def _goods(*skus: str) -> list[dict[str, object]]:
    return [{"sku_id": sku_id, "quantity": 1} for sku_id in skus]


_LINES = [
    {"sku_id": "tea-set", "quantity": 1, "unit_price_minor": 29900, "components": _goods("pot", "cup")},
    {"sku_id": "mug-set", "quantity": 1, "unit_price_minor": 9900, "components": _goods("mug", "cup")},
    {"sku_id": "tray", "quantity": 1, "unit_price_minor": 4900},
]
_SIGNED = tuple(scanned(number, "signed", day(2), signer="recipient") for number in ("OUT1", "OUT2"))


def _set_sent(*goods: str) -> tuple[dict[str, object], ...]:
    """What is in the first parcel, and what in the second."""
    parcels = [{"waybill_no": f"OUT{n}", "lines": _goods(each)} for n, each in enumerate(goods, 1)]
    return ordered("placed", 0, lines=_LINES), ordered("shipped", day(1), lines=_LINES, parcels=parcels)


def _denied(lines: list[dict[str, object]]) -> dict[str, object]:
    return refunded("opened", day(3), type="refund_only", reason="not_received", lines=lines)


DENIED_SETS = (
    Example(
        name="a set in two boxes, both of which came",
        events=(*_set_sent("pot", "cup"), *_SIGNED, _denied(_goods("tea-set"))),
        fires=({"severity": "medium", "waybill_nos": ["OUT1", "OUT2"]},),
    ),
    Example(
        name="near miss: a set in two boxes, one of which has not come",
        events=(*_set_sent("pot", "cup"), *_SIGNED[:1], _denied(_goods("tea-set"))),
    ),
    Example(
        name="the cup of a set, which was sent as one",
        events=(*_set_sent("tea-set", "tray"), *_SIGNED[:1], _denied(_goods("cup"))),
        fires=({"waybill_nos": ["OUT1"]},),
    ),
    Example(
        name="near miss: the pot of a set, and only the box with the cup came",
        events=(*_set_sent("pot", "cup"), *_SIGNED[1:], _denied(_goods("pot"))),
    ),
    Example(
        name="near miss: another set that has a cup as well came, not the one that is missed",
        events=(*_set_sent("tea-set", "mug-set"), *_SIGNED[1:], _denied(_goods("tea-set"))),
    ),
)
