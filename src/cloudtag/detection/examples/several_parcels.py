"""Goods claimed early of which several parcels, or several words of the shop, tell (T4, F4, F7, F10)."""

from __future__ import annotations

from cloudtag.detection.example import day, event, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_PLACED = ordered("placed", 0, freight_insured=True)


def _sent(number: str, at: str = day(1), carrier: str | None = "SF") -> dict[str, object]:
    return ordered("shipped", at, waybill_no=number, carrier=carrier)


def _seen(number: str) -> dict[str, object]:
    return scanned(number, "accepted", day(1, 2))


def _come(number: str, at: str, **fields: object) -> dict[str, object]:
    return scanned(number, "signed", at, signer="recipient", **fields)


def _claim(at: str = day(2), **fields: object) -> dict[str, object]:
    return refunded("opened", at, **{"type": "return_refund", "reason": "quality", "claims_received": True, **fields})


_ONE = (_PLACED, _sent("OUT1"), _seen("OUT1"))

SEVERAL_PARCELS = (
    Example(
        name="near miss: the order was completed at the moment of the claim",
        events=(*_ONE, ordered("completed", day(2)), _claim()),
    ),
    Example(
        name="neither of two parcels had come",
        events=(*_ONE, _sent("OUT2", day(1, 1)), _seen("OUT2"), _claim(), _come("OUT1", day(4))),
        fires=({"waybill_nos": ["OUT1", "OUT2"]},),
    ),
    Example(
        name="the second parcel is named at the moment of the claim",
        events=(*_ONE, _sent("OUT2", day(2)), _seen("OUT2"), _claim()),
        fires=({"severity": "high", "waybill_nos": ["OUT1", "OUT2"]},),
    ),
    Example(
        name="the shop names another number a day after the claim, of a parcel that comes later still",
        events=(*_ONE, _claim(), _sent("OUT2", day(3)), _seen("OUT2"), _come("OUT2", day(4))),
        fires=({"severity": "high", "waybill_nos": ["OUT1"]},),
    ),
    Example(
        name="near miss: one of two parcels went to somebody else's order after all",
        events=(
            *_ONE,
            _sent("OUT2", day(1, 1)),
            _seen("OUT2"),
            _claim(),
            _come("OUT2", day(4), order_id="o9"),
        ),
    ),
    Example(
        name="of two parcels one is stamped with a local time: no more than medium",
        events=(
            *_ONE,
            _sent("OUT2", day(1, 1)),
            _seen("OUT2"),
            _claim(),
            _come("OUT1", day(4)),
            _come("OUT2", day(4), time_is_local=True),
        ),
        fires=({"severity": "medium", "recommendation": "hold_insurance"},),
    ),
    Example(
        name="of two parcels nobody saw one, whose courier nobody names: no more than a hint",
        events=(*_ONE, _sent("OUT2", day(1, 1), None), _claim()),
        fires=({"severity": "low", "recommendation": None},),
    ),
    Example(
        name="seen by nobody, and the insurance is claimed later: still no more than a hint",
        events=(
            ordered("placed", 0),
            _sent("OUT1", carrier=None),
            _claim(),
            event("insurance", day(3), claim_id="c1", status="claimed", order_id="o1", buyer_id="b1", shop_id="s1"),
        ),
        fires=({"severity": "low", "facts": {"high_since": None, "freight_insured": "true"}},),
    ),
    Example(
        name="near miss: claims to have goods that were never sent",
        events=(_PLACED, ordered("paid", day(0, 1)), _claim()),
    ),
    Example(
        name="names the number of the parcel itself as its return, two days after shipping",
        events=(*_ONE, _claim(day(3), waybill_no="OUT1")),
        fires=({"severity": "high", "facts": {"claimed": "received"}},),
    ),
)
