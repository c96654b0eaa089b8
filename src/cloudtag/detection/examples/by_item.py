"""Goods that a shop books by the item of an order's line in place of the sku, and items of other orders."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_DEAR, _CHEAP = 89900, 2900


def _line(
    sku_id: str, item_id: str | None, price: int = _DEAR, quantity: int = 1, **fields: object
) -> dict[str, object]:
    return {"sku_id": sku_id, "item_id": item_id, "quantity": quantity, "unit_price_minor": price, **fields}


_COAT = _line("coat-m", "coat")
_SIZES = (_COAT, _line("coat-l", "coat"))
_SET = _line("suit", "outfit", components=[{"sku_id": "jacket", "quantity": 1}, {"sku_id": "trousers", "quantity": 1}])


def _return(
    *lines: dict[str, object], claims: dict[str, int] | None = None, n: int = 1
) -> tuple[dict[str, object], ...]:
    goods = [{"sku_id": sku_id, "quantity": count} for sku_id, count in (claims or {}).items()]
    said = {"refund_id": f"r{n}", "type": "return_refund", "lines": goods}
    return (
        ordered("paid", day(0, n), refund_id=f"r{n}", lines=list(lines)),
        refunded("opened", day(5, n), reason="no_reason", **said),
        refunded("waybill_filled", day(6, n), waybill_no=f"RET{n}", **said),
    )


_BAG = _return(_line("bag", "bags"), n=2)

SWITCHED = (
    Example(
        name="near miss: the goods that were sent, booked by their item",
        events=(*_return(_COAT), inspected(day(8), {"coat": 1})),
    ),
    Example(
        name="a stone in place of one of two, the other booked by its item",
        events=(*_return(_line("coat-m", "coat", quantity=2)), inspected(day(8), {"coat": 1, "stone": 1})),
        fires=({"severity": "high", "facts": {"switched": "1/1", "found": "stone"}},),
    ),
    Example(
        name="the item of another order of the buyer",
        events=(*_return(_COAT), *_BAG[:1], inspected(day(8), {"bags": 1})),
        fires=({"severity": "high", "facts": {"found": "bags"}},),
    ),
    Example(
        name="the buyer has the item from another order, and calls it the wrong one after sending it",
        events=(
            *_return(_COAT),
            *_BAG[:1],
            refunded("modified", day(7), type="return_refund", reason="wrong_item"),
            inspected(day(8), {"bags": 1}),
        ),
        fires=({"severity": "high", "facts": {"found": "bags"}},),
    ),
    Example(
        name="near miss: the shop has the buyer's own one back already, booked by its item, and sent this one",
        events=(
            *_return(_COAT),
            *_BAG,
            inspected(day(7), {"bags": 1}, refund_id="r2"),
            refunded("modified", day(7), type="return_refund", reason="wrong_item"),
            inspected(day(8), {"bags": 1}),
        ),
    ),
    Example(
        name="near miss: the item of another order that came back in the same parcel",
        events=(
            *_return(_COAT),
            *_BAG[:2],
            refunded("waybill_filled", day(6), refund_id="r2", type="return_refund", waybill_no="RET1"),
            inspected(day(8), {"coat": 1, "bags": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: two articles of one item, of which the other is claimed",
        events=(
            *_return(*_SIZES, claims={"coat-l": 1}),
            inspected(day(8), {"coat": 1, "stone": 1}),
        ),
    ),
    Example(
        name="the item is that of another line of the order, whose goods are not claimed",
        events=(
            *_return(_COAT, _line("tie", "ties", _CHEAP), claims={"coat-m": 1}),
            inspected(day(8), {"ties": 1, "stone": 1}),
        ),
        fires=({"severity": "high", "facts": {"switched": "1/1", "found": "stone"}},),
    ),
    Example(
        name="near miss: a set, booked by its item",
        events=(*_return(_SET), inspected(day(8), {"outfit": 1, "bow": 1})),
    ),
    Example(
        name="an article that is called as another line's item is that article",
        events=(
            *_return(_line("coat-m", "tie"), _line("tie", "ties", _CHEAP), claims={"coat-m": 1}),
            inspected(day(8), {"tie": 1, "stone": 1}),
        ),
        fires=({"severity": "high", "facts": {"found": "stone"}},),
    ),
    Example(
        name="near miss: the item that the order named when it was sent",
        events=(
            ordered("placed", day(0), lines=[_COAT]),
            ordered("shipped", day(1), lines=[]),
            ordered("paid", day(3), lines=[_line("cape", "capes")]),
            refunded("opened", day(5), type="return_refund", reason="no_reason"),
            refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
            inspected(day(8), {"coat": 1}),
        ),
    ),
)

SHORT = (
    Example(
        name="near miss: both pieces, booked by their item",
        events=(*_return(_line("coat-m", "coat", quantity=2)), inspected(day(8), {"coat": 2})),
    ),
    Example(
        name="one of two pieces, booked by its item",
        events=(*_return(_line("coat-m", "coat", quantity=2)), inspected(day(8), {"coat": 1})),
        fires=({"severity": "high", "facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="one set of two, booked by its item",
        events=(*_return({**_SET, "quantity": 2}), inspected(day(8), {"outfit": 1})),
        fires=({"facts": {"expected": "4", "received": "2"}},),
    ),
    Example(
        name="near miss: a set, booked by its item, is whole",
        events=(*_return(_SET), inspected(day(8), {"outfit": 1})),
    ),
)
