"""What comes back in place of a dear item, neighbours have: people of one area who share nothing else."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example


def _toy(n: int, at: str, price: int = 1900, **shown: Any) -> dict[str, object]:
    """Neighbour n has ordered a toy watch."""
    lines = [{"sku_id": "toy-watch", "quantity": 1, "unit_price_minor": price}]
    return ordered(
        "paid", at, lines=lines, **{"refund_id": f"r{n}", "buyer_id": f"b{n}", "address_area": "a1", **shown}
    )


def _claim(**shown: Any) -> tuple[dict[str, object], ...]:
    """On day 61 a watch is ordered; a toy watch comes back."""
    lines = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]
    return (
        ordered("placed", day(61), lines=lines, address_area="a1", **shown),
        refunded("opened", day(65), type="return_refund", reason="wrong_item"),
        inspected(day(69), {"toy-watch": 1}),
    )


NEIGHBOURS = (
    Example(
        name="a neighbour has ordered one three weeks before",
        events=(*_claim(), _toy(2, day(40))),
        fires=({"severity": "medium", "linked_buyer_ids": ["b2"]},),
    ),
    Example(
        name="a neighbour has ordered one longer before: by chance, as likely as not",
        events=(*_claim(), _toy(2, day(39, 23, 59))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="a neighbour has ordered one at half the price",
        events=(*_claim(), _toy(2, day(60), 449950)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="for a cent more it pays too little to be planned",
        events=(*_claim(), _toy(2, day(60), 449951)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="of two neighbours the one who ordered lately paid too much",
        events=(*_claim(), _toy(2, day(0)), _toy(3, day(60), 449951)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="of two neighbours who have one, one has ordered it lately",
        events=(*_claim(), _toy(2, day(0)), _toy(3, day(60))),
        fires=({"severity": "medium", "linked_buyer_ids": ["b2", "b3"]},),
    ),
    Example(
        name="three neighbours have one: it sells well there",
        events=(*_claim(), *(_toy(n, day(60, n)) for n in (2, 3, 4))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="one neighbour has three of them",
        events=(*_claim(), *(_toy(n, day(60, n), buyer_id="b2") for n in (2, 3, 4))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="three neighbours have one, and one of them orders on the same device",
        events=(*_claim(device_hash="d1"), *(_toy(n, day(60, n)) for n in (2, 3)), _toy(4, day(60), device_hash="d1")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="three neighbours have one, and one of them had the phone long ago",
        events=(*_claim(phone_hash="p1"), *(_toy(n, day(60, n)) for n in (2, 3)), _toy(4, day(0), phone_hash="p1")),
        fires=({"severity": "medium"},),
    ),
)
