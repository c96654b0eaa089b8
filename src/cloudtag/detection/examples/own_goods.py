"""What comes back the buyer has from the same shop: sent by its mistake, or what was at home anyway (F8, F12)."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]


def _clock(at: int, status: str = "paid", price: int = 9900, **who: Any) -> dict[str, object]:
    """A clock is ordered in the shop: by the same buyer, unless said otherwise."""
    lines = [{"sku_id": "clock", "quantity": 1, "unit_price_minor": price}]
    return ordered(status, day(at), lines=lines, **{"refund_id": "r3", "buyer_id": "b1", **who})


def _clock_comes_back(reason: str = "wrong_item", *said: dict[str, object]) -> tuple[dict[str, object], ...]:
    """A watch is asked back for a reason, the number is named a day later, and the shop finds a clock."""
    return (
        ordered("placed", day(0, 1), lines=_WATCH),
        refunded("opened", day(5), type="return_refund", reason=reason),
        refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
        inspected(day(8), {"clock": 1}, waybill_no="RET1"),
        *said,
    )


def _says(reason: str, at: str) -> dict[str, object]:
    return refunded("modified", at, type="return_refund", reason=reason)


OWN_GOODS = (
    Example(
        name="said beforehand that the wrong item came, and had bought that one there: the shop's mistake, or a switch",
        events=(*_clock_comes_back(), _clock(1, buyer_id="b9", refund_id="r9"), _clock(-100)),
        fires=({"severity": "medium", "facts": {"found": "clock"}},),
    ),
    Example(
        name="says that the wrong item came once the parcel is on its way, and had bought that one there",
        events=(*_clock_comes_back("no_reason", _says("wrong_item", day(6))), _clock(-100)),
        fires=({"severity": "high", "facts": {"reasons": "no_reason, wrong_item"}},),
    ),
    Example(
        name="says so the last moment before a parcel is named",
        events=(*_clock_comes_back("no_reason", _says("wrong_item", day(5, 23, 59))), _clock(-100)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="takes it back before a parcel is named, and says so again later",
        events=(
            *_clock_comes_back("wrong_item", _says("no_reason", day(5, 12)), _says("wrong_item", day(7))),
            _clock(-100),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="said so beforehand, and gives no reason any more when the parcel is opened",
        events=(*_clock_comes_back("wrong_item", _says("no_reason", day(7))), _clock(-100)),
        fires=({"severity": "high"},),
    ),
    Example(
        name="never said so, and had bought it there",
        events=(*_clock_comes_back("no_reason"), _clock(-100)),
        fires=({"severity": "high"},),
    ),
    Example(
        name="said so when all was told in one event",
        events=(
            ordered("placed", day(0, 1), lines=_WATCH),
            refunded("waybill_filled", day(6), type="return_refund", reason="wrong_item", waybill_no="RET1"),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
            _clock(-100),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="bought there exactly 180 days before the parcel was opened",
        events=(*_clock_comes_back(), _clock(1, buyer_id="b9", refund_id="r9"), _clock(-172)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: what the buyer had bought there longer ago",
        events=(*_clock_comes_back(), _clock(1, buyer_id="b9", refund_id="r9"), _clock(-173)),
    ),
    Example(
        name="near miss: the buyer had cancelled the other order",
        events=(*_clock_comes_back(), _clock(-10, "cancelled")),
    ),
)
