"""Goods of an order that a return need not bring back (T1, F9)."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_DRESSES = [{"sku_id": "dress", "quantity": 2, "unit_price_minor": 19900}]
_ONE_DRESS = {"sku_id": "dress", "quantity": 1, "unit_price_minor": 19900}
_SAMPLES = [{"sku_id": "dress", "quantity": 2, "unit_price_minor": 0}]
_WITH_GIFT = [*_DRESSES, {"sku_id": "gift", "quantity": 1, "unit_price_minor": 0}]


def _two(lines: list[dict[str, object]], **asked: object) -> tuple[dict[str, object], ...]:
    """All of an order goes back."""
    said = {"type": "return_refund", "reason": "no_reason", "waybill_no": "RET1"}
    return ordered("placed", 0, lines=lines), refunded("opened", day(5), **said, **asked)


def _missed(answer: str, reason: str = "short_item") -> tuple[dict[str, object], ...]:
    """Money for one of the pieces without a return, and what the shop said."""
    said = {"refund_id": "r2", "order_id": "o1", "type": "refund_only", "reason": reason}
    lines = [{"sku_id": "dress", "quantity": 1}]
    return refunded("opened", day(3), lines=lines, **said), refunded(answer, day(4), **said)


def _cancelled(at: str, status: str = "completed", **asked: object) -> tuple[dict[str, object], ...]:
    """Money for a part is paid back without a return; the order is sent on day 1."""
    said = {"refund_id": "r2", "order_id": "o1", "type": "refund_only", "reason": "other"}
    return (
        refunded("opened", day(0, 1), **said, **asked),
        refunded(status, at, **said),
        ordered("shipped", day(1), lines=[], waybill_no="OUT1"),
        inspected(day(8), {"dress": 1}, waybill_no="RET1"),
    )


_ONE = [{"sku_id": "dress", "quantity": 1}]
_SHORT = ({"severity": "high", "facts": {"expected": "2", "received": "1"}},)
NOT_DUE = (
    Example(
        name="near miss: one of two was cancelled before the shop sent anything",
        events=(*_two(_DRESSES), *_cancelled(day(0, 2), lines=_ONE)),
    ),
    Example(
        name="near miss: the price of one of two was paid back before the shop sent anything",
        events=(*_two(_DRESSES), *_cancelled(day(0, 2), amount_minor=19900)),
    ),
    Example(
        name="paid back at the very moment at which the order was sent",
        events=(*_two(_DRESSES), *_cancelled(day(1), lines=_ONE)),
        fires=_SHORT,
    ),
    Example(
        name="the shop did not agree to cancel one of two",
        events=(*_two(_DRESSES), *_cancelled(day(0, 2), "refused", lines=_ONE)),
        fires=_SHORT,
    ),
    Example(
        name="all of it was paid back before it was sent all the same, and one of two comes back",
        events=(*_two(_DRESSES), *_cancelled(day(0, 2))),
        fires=_SHORT,
    ),
    Example(
        name="two articles, and nobody says for which of them money was paid back before they were sent",
        events=(
            *_two([_ONE_DRESS, {**_ONE_DRESS, "sku_id": "hat"}]),
            *_cancelled(day(0, 2), amount_minor=19900),
        ),
        fires=_SHORT,
    ),
    Example(
        name="near miss: a gift beside what was paid for is kept",
        events=(
            *_two(_WITH_GIFT, amount_minor=39800),
            inspected(day(8), {"dress": 2}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: a sample that costs nothing, and comes back",
        events=(
            *_two(_SAMPLES, amount_minor=0),
            inspected(day(8), {"dress": 2}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="a sample that costs nothing, and half of it comes back",
        events=(
            *_two(_SAMPLES, amount_minor=0),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: the shop had agreed that one of the two never came",
        events=(*_two(_DRESSES), *_missed("agreed"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
    ),
    Example(
        name="the shop had refused to believe that one of the two never came",
        events=(*_two(_DRESSES), *_missed("refused"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="the shop had agreed to pay for a fault of one of the two",
        events=(*_two(_DRESSES), *_missed("agreed", "quality"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
)
