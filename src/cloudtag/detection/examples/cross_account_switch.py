"""What `cross_account_switch` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.examples.look_alikes import LOOK_ALIKES
from cloudtag.detection.examples.neighbours import NEIGHBOURS
from cloudtag.detection.rule import Example

_WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]
_TOY = [{"sku_id": "toy-watch", "quantity": 1, "unit_price_minor": 1900}]
_PEN = [{"sku_id": "pen", "quantity": 1, "unit_price_minor": 900}]


def _second(lines: list[dict[str, object]] = _TOY, at: int = 0, **fields: object) -> dict[str, object]:
    who = {"refund_id": "r2", "buyer_id": "b2", "device_hash": "d1"}
    return ordered("paid", at, lines=lines, **{**who, **fields})


def _claim(reason: str = "wrong_item", found: str = "toy-watch", **fields: object) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(1), **{"lines": _WATCH, "device_hash": "d1", **fields}),
        refunded("opened", day(5), type="return_refund", reason=reason),
        inspected(day(9), {found: 1}),
    )


EXAMPLES = (
    Example(
        name="a toy watch bought on the same device",
        events=(_second(currency="CNY"), *_claim(currency="CNY")),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2"],
                "facts": {"price_gap_minor": "898000/1"},
            },
        ),
    ),
    Example(
        name="bought by somebody who gave that phone sixty days before",
        events=(*_claim(device_hash=None, phone_hash="p1"), _second(at=-59, device_hash=None, phone_hash="p1")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="longer before, and the phone may have been sold on",
        events=(*_claim(device_hash=None, phone_hash="p1"), _second(at=-60, device_hash=None, phone_hash="p1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="longer before, by somebody who gave it again since",
        events=(
            *_claim(device_hash=None, phone_hash="p1"),
            _second(at=-60, device_hash=None, phone_hash="p1"),
            _second(_PEN, at=-10, device_hash=None, phone_hash="p1", refund_id="r3"),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="by neighbours, not as described",
        events=(
            _second(device_hash="d2", address_area="a1"),
            *_claim("not_as_described", address_area="a1"),
        ),
        fires=({"severity": "medium", "order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="the second account's order comes to light last",
        events=(*_claim(), _second(at=-5)),
        fires=({"decided_at": 1_773_187_200_000},),
    ),
    Example(
        name="near miss: the shop sent a toy watch by mistake; only a stranger has one",
        events=(_second(device_hash="d2"), *_claim()),
    ),
    Example(
        name="near miss: a brother has a toy watch, of another shop",
        events=(_second(shop_id="s2"), *_claim()),
    ),
    Example(name="near miss: the watch itself comes back", events=(_second(), *_claim(found="watch"))),
    Example(
        name="near miss: the dearer item came by mistake and goes back",
        events=(
            _second([{"sku_id": "gold-watch", "quantity": 1, "unit_price_minor": 999900}]),
            *_claim(found="gold-watch"),
        ),
    ),
    Example(
        name="near miss: it cost as much as the watch",
        events=(_second([{"sku_id": "toy-watch", "quantity": 1, "unit_price_minor": 899900}]), *_claim()),
    ),
    Example(
        name="it cost the least bit less",
        events=(_second([{"sku_id": "toy-watch", "quantity": 1, "unit_price_minor": 899899}]), *_claim()),
        fires=({"facts": {"price_gap_minor": "1/1"}},),
    ),
    Example(
        name="near miss: prices in two currencies cannot be compared",
        events=(_second(currency="USD"), *_claim(currency="CNY")),
    ),
    Example(
        name="another reason once the shop has looked",
        events=(*_claim(), _second(), refunded("modified", day(10), type="return_refund", reason="no_reason")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: another reason before the shop looked, which is plain switching",
        events=(*_claim(), _second(), refunded("modified", day(8), type="return_refund", reason="no_reason")),
    ),
    Example(
        name="near miss: the refund is withdrawn",
        events=(*_claim(), _second(), refunded("withdrawn", day(10), type="return_refund")),
    ),
    Example(
        name="near miss: the brother cancelled the toy watch",
        events=(
            _second(),
            ordered("cancelled", day(0, 3), refund_id="r2", buyer_id="b2"),
            *_claim(),
        ),
    ),
    Example(
        name="near miss: the brother sent his toy watch back long ago",
        events=(
            _second(),
            refunded("opened", day(0, 5), refund_id="r2", buyer_id="b2", type="return_refund", reason="no_reason"),
            inspected(day(1), {"toy-watch": 1}, refund_id="r2", buyer_id="b2"),
            *_claim(),
        ),
    ),
    Example(name="near miss: the brother buys a toy watch afterwards", events=(*_claim(), _second(at=20))),
    Example(
        name="near miss: one device of a whole office",
        events=(
            _second(),
            *_claim(),
            *(
                ordered("placed", day(0, n), refund_id=f"r{n}", buyer_id=f"b{n}", device_hash="d1")
                for n in range(3, 24)
            ),
        ),
    ),
    *NEIGHBOURS,
    *LOOK_ALIKES,
)
