"""Look-alikes from a second account: prices, currencies, and which of several orders and refunds is meant."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example


def _line(sku_id: str, price: int, item_id: str | None = None) -> dict[str, Any]:
    return {"sku_id": sku_id, "quantity": 1, "unit_price_minor": price, "item_id": item_id}


_WATCH = _line("watch", 899900)


def _toy(
    n: int = 2, at: str = day(0), price: int = 1900, sku_id: str = "toy-watch", **fields: Any
) -> dict[str, object]:
    """Account n has ordered a toy watch on the one device."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{n}", "device_hash": None if "phone_hash" in fields else "d1"}
    return ordered("paid", at, lines=[_line(sku_id, price, fields.pop("item_id", None))], **{**who, **fields})


def _claim(*lines: dict[str, Any], found: str = "toy-watch", **fields: Any) -> tuple[dict[str, object], ...]:
    shown = fields if "phone_hash" in fields else {"device_hash": "d1", **fields}
    return (
        ordered("placed", day(1), lines=[*(lines or (_WATCH,))], **shown),
        refunded("opened", day(5), type="return_refund", reason="wrong_item"),
        inspected(day(9), {found: 1}),
    )


def _gap(minor: int, **told: str) -> tuple[dict[str, Any], ...]:
    return ({"severity": "high", "platform": "taobao", "facts": {"price_gap_minor": f"{minor}/1"}, **told},)


def _told(stake: str = "") -> str:
    return (
        "Buyer b1 ordered watch and sent back toy-watch, which buyer b2, linked by device d1, had ordered in the same "
        f"shop for 8,980.00 CNY less.{stake}"
    )


LOOK_ALIKES = (
    Example(
        name="the order holds a cheap strap besides",
        events=(_toy(), *_claim(_line("strap", 900), _WATCH, _line("band", 800))),
        fires=({"facts": {"price_gap_minor": "898000/1", "ordered": "watch", "came_back": "toy-watch"}},),
    ),
    Example(
        name="two accounts have one, at two prices", events=(_toy(), _toy(3, price=2900), *_claim()), fires=_gap(898000)
    ),
    Example(
        name="only the second account's currency is known",
        events=(_toy(currency="CNY"), *_claim()),
        fires=_gap(898000, explanation=_told()),
    ),
    Example(
        name="only the buyer's currency is known",
        events=(_toy(), *_claim(currency="CNY")),
        fires=_gap(898000, explanation=_told(" At stake: 8,999.00 CNY.")),
    ),
    Example(
        name="near miss: prices in two currencies, of which the buyer's is told later",
        events=(
            _toy(currency="USD"),
            *_claim(),
            ordered("paid", day(2), lines=[_WATCH], currency="CNY", device_hash="d1"),
        ),
    ),
    Example(
        name="of two refunds that of which the second account had the goods when they came back",
        events=(
            *_claim(_WATCH, _line("clock", 9900)),
            _toy(at=day(12)),
            refunded("opened", day(13), refund_id="r8", order_id="o1", type="return_refund", reason="wrong_item"),
            inspected(day(15), {"toy-watch": 1}, refund_id="r8", order_id="o1"),
        ),
        fires=({"refund_ids": ["r8"]},),
    ),
    Example(
        name="the shop books the toy watch by its item",
        events=(_toy(item_id="toys"), *_claim(found="toys")),
        fires=_gap(898000),
    ),
    Example(
        name="near miss: the item is that of the order's own goods",
        events=(_toy(item_id="toys"), *_claim(_line("watch", 899900, "watches"), found="watches")),
    ),
    Example(
        name="the phone was last used sixty days before with that very order, and first in that month earlier",
        events=(
            *_claim(phone_hash="p1"),
            ordered("paid", day(2), lines=[_WATCH], phone_hash="p1"),
            _toy(3, day(-80), sku_id="pen", buyer_id="b2", phone_hash="p1"),
            _toy(2, day(-59), phone_hash="p1"),
        ),
        fires=({"severity": "high"},),
    ),
)
