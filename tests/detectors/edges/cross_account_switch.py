"""Edges of `cross_account_switch`: what a neighbour had at hand when the dear item was ordered."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw


def _line(sku_id: str, price: int) -> Raw:
    return {"sku_id": sku_id, "quantity": 1, "unit_price_minor": price}


_WATCH, _STRAP = _line("watch", 899900), _line("strap", 900)


def _toy(days: int) -> Raw:
    """A neighbour orders a toy watch."""
    return ordered(
        "paid", day(days), lines=[_line("toy-watch", 1900)], refund_id="r2", buyer_id="b2", address_area="a1"
    )


def _claim(*lines: Raw, **fields: Any) -> Events:
    """On day 61 a watch is ordered; a toy watch comes back."""
    return (
        ordered("placed", day(61), lines=[*lines], address_area="a1", **fields),
        refunded("opened", day(95), type="return_refund", reason="wrong_item"),
        inspected(day(99), {"toy-watch": 1}),
    )


EDGES = (
    Example(
        name="the order holds a strap besides, cheaper than what the neighbour had",
        events=(_toy(60), *_claim(_STRAP, _WATCH, _STRAP)),
        fires=({"severity": "medium", "facts": {"ordered": "watch"}},),
    ),
    Example(
        name="ordered three weeks after the neighbour's, and paid later",
        events=(_toy(40), *_claim(_WATCH), ordered("paid", day(64), lines=[_WATCH], address_area="a1")),
        fires=({"severity": "medium"},),
    ),
)
