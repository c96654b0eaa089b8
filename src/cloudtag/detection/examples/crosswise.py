"""Goods of the buyer's own that came back for others: no gain in it, or the boxes of two returns were mixed up."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example


def _bought(n: int, sku: str, price: int = 19900, quantity: int = 1, **said: object) -> dict[str, object]:
    lines = [{"sku_id": sku, "quantity": quantity, "unit_price_minor": price}]
    return ordered("paid", day(0, n), refund_id=f"r{n}", lines=lines, **said)


def _back(n: int, sku: str, found: str, shop: str = "s1") -> tuple[dict[str, object], ...]:
    """An order of one piece is sent back under a number of its own, and the shop finds another."""
    said = {"refund_id": f"r{n}", "shop_id": shop, "type": "return_refund"}
    looked = inspected(day(8, n), {found: 1} if found else {}, refund_id=f"r{n}", shop_id=shop, waybill_no=f"RET{n}")
    return (
        _bought(n, sku, shop_id=shop),
        refunded("opened", day(5, n), reason="no_reason", **said),
        refunded("waybill_filled", day(6, n), waybill_no=f"RET{n}", **said),
        looked,
    )


def _back_said_late(n: int, sku: str, found: str) -> tuple[dict[str, object], ...]:
    """The same; that the wrong goods had come is said once the parcel is on its way."""
    said = refunded("modified", day(7, n), refund_id=f"r{n}", type="return_refund", reason="wrong_item")
    return (*_back(n, sku, found), said)


_HIGH = {"severity": "high"}
CROSSWISE = (
    Example(
        name="near miss: each of two boxes holds what was to be in the other",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "red")),
    ),
    Example(
        name="near miss: three boxes, each with what was to be in the next",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "green"), *_back(3, "green", "red")),
    ),
    Example(
        name="one box holds what was to be in the other, which is empty",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "")),
        fires=({**_HIGH, "waybill_nos": ["RET1"]},),
    ),
    Example(
        name="one box holds what was to be in the other, and so does the other",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "blue")),
        fires=({**_HIGH, "waybill_nos": ["RET1"]},),
    ),
    Example(
        name="one box holds what was to be in the other, which holds a stone",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "stone")),
        fires=({**_HIGH, "waybill_nos": ["RET1"]}, {**_HIGH, "waybill_nos": ["RET2"]}),
    ),
    Example(
        name="crosswise, but to two shops",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "red", shop="s2")),
        fires=({**_HIGH, "waybill_nos": ["RET1"]}, {**_HIGH, "waybill_nos": ["RET2"]}),
    ),
    Example(
        name="near miss: crosswise, and a third box is empty",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "red"), *_back(3, "green", "")),
    ),
    Example(
        name="one red piece came back, and two were to be answered for by it",
        events=(*_back(1, "red", "blue"), *_back(2, "blue", "red"), *_back(3, "red", "blue")),
        fires=tuple({**_HIGH, "waybill_nos": [f"RET{n}"]} for n in (1, 2, 3)),
    ),
    Example(
        name="said late to be the wrong goods, and the buyer's own came back, which cost more",
        events=(_bought(9, "coat", 20000), *_back_said_late(1, "red", "coat")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the buyer's own, which cost as much",
        events=(_bought(9, "coat", 19900), *_back_said_late(1, "red", "coat")),
        fires=(_HIGH,),
    ),
    Example(
        name="the buyer's own, which cost more in another currency",
        events=(_bought(9, "coat", 20000, currency="JPY"), *_back_said_late(1, "red", "coat")),
        fires=(_HIGH,),
    ),
    Example(
        name="the buyer's own, one that cost more and one that cost less",
        events=(
            _bought(8, "coat", 20000),
            _bought(9, "coat", 9900),
            *_back_said_late(1, "red", "coat"),
        ),
        fires=(_HIGH,),
    ),
)
