"""Goods of an order that was sent in part, claimed to be in hand (T4, F7)."""

from __future__ import annotations

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_DRESS = [{"sku_id": "dress", "quantity": 1}]
_PART = (
    ordered("placed", 0, freight_insured=True),
    ordered("partly_shipped", day(1), parcels=[{"waybill_no": "OUT1", "carrier": "SF", "lines": _DRESS}]),
    scanned("OUT1", "accepted", day(1, 2)),
)


def _claim(at: str) -> dict[str, object]:
    said = {"type": "return_refund", "reason": "quality", "claims_received": True}
    return refunded("opened", at, lines=_DRESS, **said)


PARTLY_SHIPPED = (
    Example(
        name="only a part was sent, which still travels",
        events=(*_PART, _claim(day(2))),
        fires=({"severity": "high", "waybill_nos": ["OUT1"], "facts": {"hours_after_shipping": "24.0"}},),
    ),
    Example(
        name="only a part was sent when it was claimed, and the rest afterwards",
        events=(*_PART, _claim(day(2)), ordered("shipped", day(3), waybill_no="OUT2", carrier="SF")),
        fires=({"waybill_nos": ["OUT1"]},),
    ),
    Example(
        name="near miss: only a part was sent, which has come",
        events=(*_PART, scanned("OUT1", "signed", day(2), signer="recipient"), _claim(day(2, 5))),
    ),
    Example(name="near miss: asked for before any part was sent", events=(*_PART, _claim(day(0, 20)))),
)
