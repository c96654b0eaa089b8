"""What is missing of a return after something of the order was exchanged (T1, F9)."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example


def _exchanged(status: str = "completed", kind: str = "exchange", found: int = 1) -> tuple[dict[str, object], ...]:
    """A coat goes back for another size."""
    said: dict[str, Any] = {"type": kind, "reason": "other"}
    lines = [{"sku_id": "coat", "quantity": 1, "unit_price_minor": 39900}]
    return (
        ordered("placed", 0, lines=lines),
        refunded("opened", day(2), waybill_no="RET1", **said),
        inspected(day(6), {"coat": found}, waybill_no="RET1"),
        refunded(status, day(7), **said),
    )


def _back(found: dict[str, int], at: str = day(12), waybill_no: str = "RET2") -> tuple[dict[str, object], ...]:
    """Then the coat is to go back for its price."""
    who: dict[str, Any] = {"refund_id": "r2", "order_id": "o1"}
    said = {"type": "return_refund", "reason": "no_reason", "waybill_no": waybill_no}
    return refunded("opened", day(10), **who, **said), inspected(at, found, waybill_no=waybill_no, **who)


_SENT_SINCE = ordered("shipped", day(8), lines=[], waybill_no="NEW1")
_SENT_BEFORE = ordered("shipped", day(1), lines=[], waybill_no="OUT1")
_EMPTY = ({"severity": "critical", "refund_ids": ["r2"], "facts": {"expected": "1", "received": "0"}},)

EXCHANGED_BEFORE = (
    Example(
        name="exchanged honestly, and then an empty box",
        events=(*_exchanged(), *_back({})),
        fires=_EMPTY,
    ),
    Example(
        name="near miss: exchanged, and what was sent for it comes back too",
        events=(*_exchanged(), *_back({"coat": 1})),
    ),
    Example(
        name="nobody says that the exchange is done, but another coat was sent",
        events=(*_exchanged("agreed"), _SENT_SINCE, *_back({})),
        fires=_EMPTY,
    ),
    Example(
        name="near miss: agreed to, but no other coat was ever sent, so that there is none to come back",
        events=(*_exchanged("agreed"), _SENT_BEFORE, *_back({})),
    ),
    Example(
        name="near miss: nothing to send in its place, and the exchange became a refund",
        events=(*_exchanged("agreed"), *_exchanged("modified", "return_refund")[3:], _SENT_SINCE, *_back({})),
    ),
    Example(
        name="near miss: the refund names the parcel of the exchange, in which the coat was",
        events=(*_exchanged(), *_back({"coat": 1}, day(6, 1), "RET1")),
    ),
)
