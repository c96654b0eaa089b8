"""Edges of `mass_unpaid`: whose orders count, sets and their parts, and what is told."""

from typing import Any

from cloudtag.detection.example import day, ordered
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Raw, firing

_LATER = day(0, 6)
_FIVE = firing("mass_unpaid", "five orders in forty minutes, none paid")


def _line(sku_id: str, quantity: int = 1, phones: int = 0) -> Raw:
    """An article, or a set of so many phones."""
    parts = [{"sku_id": "phone", "quantity": phones}] if phones else []
    return {"sku_id": sku_id, "quantity": quantity, "unit_price_minor": 499900, "components": parts}


def _placed(n: int, minute: int, *lines: Raw, **fields: Any) -> Raw:
    said = {"refund_id": f"r{n}", "lines": [*(lines or (_line("phone"),))], **fields}
    return ordered("placed", day(0, 0, minute), **said)


def _by(buyer: int, n: int, minute: int, **fields: Any) -> Raw:
    return _placed(n, minute, buyer_id=f"b{buyer}", device_hash="d1", **fields)


EDGES = (
    Example(
        name="one account alone, told as it is",
        events=_FIVE,
        until=_LATER,
        fires=(
            {
                "linked_buyer_ids": [],
                "facts": {"accounts": "1", "stock_zeroed": "no", "promotions": "none", "last_pieces": "0/10"},
            },
        ),
    ),
    Example(
        name="two accounts of one device, the other on the other platform of the network, and first",
        events=(_by(2, 1, 0, platform="tmall"), *(_by(1, n, 5 * n) for n in (2, 3, 4, 5))),
        until=_LATER,
        fires=(
            {"severity": "high", "buyer_id": "b1", "platform": "taobao", "linked_buyer_ids": ["b2"]},
            {"severity": "high", "buyer_id": "b2", "platform": "tmall", "linked_buyer_ids": ["b1"]},
        ),
    ),
    Example(
        name="five by two accounts, while a third forgets to pay one of another shop",
        events=(*(_by(1 + n % 2, n, 5 * n) for n in range(5)), _by(3, 9, 20, shop_id="s2")),
        until=_LATER,
        fires=({"buyer_id": "b1"}, {"buyer_id": "b2"}),
    ),
    Example(
        name="near miss: one whose order is hours away from those of the others",
        events=(*(_by(2, n, 5 * n) for n in range(5)), _by(1, 9, 200)),
        until=day(1),
        fires=({"buyer_id": "b2", "linked_buyer_ids": []},),
    ),
    Example(
        name="twice the last pieces, of which the second order is for ten",
        events=(
            _placed(1, 0, _line("phone", 4), stock_zeroed=True),
            _placed(2, 10, _line("phone", 10), stock_zeroed=True),
        ),
        until=_LATER,
        fires=({"severity": "critical", "facts": {"last_pieces": "10/10"}},),
    ),
    Example(
        name="one of five took the last stock",
        events=(*_FIVE[:4], {**_FIVE[4], "stock_zeroed": True}),
        until=_LATER,
        fires=({"severity": "critical", "facts": {"stock_zeroed": "yes", "last_pieces": "1/10"}},),
    ),
    Example(
        name="five boxes, and with one of them a phone by itself: said of box and phone",
        events=(
            _placed(1, 10, _line("box", phones=2), _line("phone")),
            *(_placed(n, 10 * n, _line("box", phones=2)) for n in range(2, 6)),
        ),
        until=_LATER,
        fires=(
            {"facts": {"pieces": "5/50", "orders": "5/5"}},
            {"facts": {"pieces": "11/50", "orders": "5/5"}},
        ),
    ),
    Example(
        name="the phones in five kinds of boxes, while another shop with the same order numbers sells cases",
        events=(
            *(_placed(n, 10 * n, _line(f"box{n}", phones=1)) for n in range(1, 6)),
            *(_placed(n, 10 * n, _line("case"), shop_id="s2") for n in range(1, 6)),
        ),
        until=_LATER,
        fires=({"facts": {"pieces": "5/50"}}, {"facts": {"pieces": "5/50"}}),
    ),
)
