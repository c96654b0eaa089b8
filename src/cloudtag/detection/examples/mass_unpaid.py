"""What `mass_unpaid` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, event, ordered
from cloudtag.detection.rule import Example


def _placed(n: int, minute: int, pieces: int = 1, is_last: bool = False, **fields: object) -> dict[str, object]:
    lines = [{"sku_id": "phone", "quantity": pieces, "unit_price_minor": 499900}]
    if is_last:
        fields["stock_zeroed"] = True
    return ordered("placed", day(0, 0, minute), refund_id=f"r{n}", lines=lines, **fields)


def _boxes(n: int, minute: int, boxes: int, phones: int) -> dict[str, object]:
    """Gift boxes, each with so many phones."""
    parts = [{"sku_id": "phone", "quantity": phones}]
    box = {"sku_id": "box", "quantity": boxes, "unit_price_minor": 499900, "components": parts}
    return ordered("placed", day(0, 0, minute), refund_id=f"r{n}", lines=[box])


_FIVE = tuple(_placed(n, 10 * n) for n in range(1, 6))
_LATER = day(0, 6)
EXAMPLES = (
    Example(
        name="five orders in forty minutes, none paid",
        events=_FIVE,
        until=_LATER,
        fires=({"severity": "medium", "decided_at": 1_772_414_400_000, "facts": {"orders": "5/5", "pieces": "5/50"}},),
    ),
    Example(
        name="one order for all there is",
        events=(_placed(1, 0, 60, stock_zeroed=True),),
        until=_LATER,
        fires=({"severity": "critical", "facts": {"orders": "1/5", "pieces": "60/50", "stock_zeroed": "yes"}},),
    ),
    Example(
        name="the last ten pieces, and no money",
        events=(_placed(1, 0, 10, True),),
        until=day(0, 0, 30),
        fires=({"severity": "critical", "decided_at": 1_772_411_400_000, "facts": {"last_pieces": "10/10"}},),
    ),
    Example(name="near miss: a minute before it is due", events=(_placed(1, 0, 10, True),), until=day(0, 0, 29)),
    Example(name="near miss: the last nine pieces", events=(_placed(1, 0, 9, True),), until=_LATER),
    Example(name="near miss: ten pieces, and more in stock", events=(_placed(1, 0, 10),), until=_LATER),
    Example(name="near miss: forty-nine pieces", events=(_placed(1, 0, 25), _placed(2, 20, 24)), until=_LATER),
    Example(
        name="fifty pieces, just an hour apart",
        events=(_placed(1, 0, 25), _placed(2, 60, 25)),
        until=_LATER,
        fires=({"severity": "medium", "facts": {"pieces": "50/50", "orders": "2/5"}},),
    ),
    Example(name="near miss: a minute more", events=(_placed(1, 0, 25), _placed(2, 61, 25)), until=_LATER),
    Example(
        name="near miss: whoever shares the device with one who emptied the shelf forgot to pay a single order",
        events=(
            _placed(1, 0, 10, True, buyer_id="b1", device_hash="d1"),
            _placed(2, 20, 1, buyer_id="b2", device_hash="d1"),
        ),
        until=_LATER,
        fires=({"severity": "critical", "buyer_id": "b1", "facts": {"accounts": "2"}},),
    ),
    Example(
        name="two orders of thirty pieces each, in a promotion",
        events=(_placed(1, 0, 30), _placed(2, 20, 30, promotion_id="double-11")),
        until=_LATER,
        fires=({"severity": "critical", "facts": {"promotions": "double-11"}},),
    ),
    Example(
        name="three accounts on one device",
        events=tuple(_placed(n, 10 * n, buyer_id=f"b{n % 3}", device_hash="d1") for n in range(5)),
        until=_LATER,
        fires=tuple({"severity": "high", "buyer_id": f"b{n}", "facts": {"accounts": "3"}} for n in range(3)),
    ),
    Example(name="near miss: not yet due", events=_FIVE, until=day(0, 1, 10)),
    Example(name="near miss: four orders", events=_FIVE[:4], until=_LATER),
    Example(
        name="ten gift boxes of five phones each",
        events=(_boxes(1, 0, 10, 5),),
        until=_LATER,
        fires=({"severity": "medium", "facts": {"pieces": "50/50", "orders": "1/5"}},),
    ),
    Example(
        name="near miss: ten boxes of four, and nine phones",
        events=(_boxes(1, 0, 10, 4), _placed(2, 5, 9)),
        until=_LATER,
    ),
    Example(
        name="boxes of four and single phones together",
        events=(_boxes(1, 0, 10, 4), _placed(2, 5, 10)),
        until=_LATER,
        fires=({"facts": {"pieces": "50/50", "orders": "2/5"}},),
    ),
    Example(
        name="two boxes of five took the last phones",
        events=({**_boxes(1, 0, 2, 5), "stock_zeroed": True},),
        until=_LATER,
        fires=({"severity": "critical", "facts": {"last_pieces": "10/10"}},),
    ),
    Example(
        name="five orders of one box each are said of the box alone",
        events=tuple(_boxes(n, 10 * n, 1, 2) for n in range(1, 6)),
        until=_LATER,
        fires=({"facts": {"pieces": "5/50", "orders": "5/5"}},),
    ),
    Example(name="near miss: one each hour", events=tuple(_placed(n, 61 * n) for n in range(6)), until=day(2)),
    Example(
        name="near miss: five presents, paid one after the other",
        events=(*_FIVE, *(ordered("paid", day(0, 0, 10 * n + 5), refund_id=f"r{n}") for n in range(1, 6))),
        until=_LATER,
    ),
    Example(
        name="near miss: the card fails, each try is cancelled at once",
        events=(*_FIVE, *(ordered("cancelled", day(0, 0, 10 * n + 5), refund_id=f"r{n}") for n in range(1, 6))),
        until=_LATER,
    ),
    Example(
        name="near miss: five different things",
        events=tuple(
            {**e, "lines": [{"sku_id": f"sku{n}", "quantity": 1, "unit_price_minor": 900}]} for n, e in enumerate(_FIVE)
        ),
        until=_LATER,
    ),
    Example(
        name="near miss: six strangers in a rush",
        events=tuple(_placed(n, n, buyer_id=f"b{n}", device_hash=f"d{n}") for n in range(6)),
        until=_LATER,
    ),
    Example(
        name="near miss: six students of a dormitory forget to pay",
        events=(
            *(
                event(
                    "orders", day(-9), order_id=f"x{n}", buyer_id=f"b{n}", shop_id="s9", status="paid",
                    address_hash="dormitory",
                )
                for n in range(30)
            ),
            *(_placed(n, n, buyer_id=f"b{n}", address_hash="dormitory") for n in range(6)),
        ),
        until=_LATER,
    ),
)  # fmt: skip
