"""Whether the shop has all the goods that refunds were to bring back: pieces and money from both sides (F6, F9)."""

from collections.abc import Mapping
from typing import Any

import pytest

from cloudtag.contract.events import OrderChanged, RefundChanged, ReturnInspected
from cloudtag.contract.types import Component, Goods, OrderLine
from cloudtag.detection.all_back import has_come_back, is_all_back
from cloudtag.detection.order_view import OrderView

T0, HOUR = 1_772_409_600_000, 3_600_000
DRESSES = OrderLine("dress", 2, 100)
HAT = OrderLine("hat", 1, 250)
TEA = OrderLine("tea", 1, 300, components=(Component("pot", 1), Component("cup", 4)))


def order(lines: tuple[OrderLine, ...], refunds: tuple[dict[str, Any], ...], *found: Mapping[str, Any]) -> OrderView:
    """One order with its refunds, `r0` and so on, and what the shop found: sku and pieces, `of` and `no` beside."""
    facts: list[Any] = [OrderChanged("e", T0, "taobao", "o1", "b1", "s1", "paid", lines, "CNY")] if lines else []
    for n, said in enumerate(refunds):
        fields = {"type": "return_refund", "waybill_no": "RET1", **said}
        facts.append(RefundChanged(f"f{n}", T0 + HOUR, "taobao", f"r{n}", "o1", "b1", "s1", "waybill_filled", **fields))
    for n, goods in enumerate(found):
        pieces = tuple(Goods(sku, count) for sku, count in goods.items() if sku not in ("of", "no"))
        refund_id, number = goods.get("of", "r0"), goods.get("no", "RET1")
        at = T0 + (2 + n) * HOUR
        facts.append(ReturnInspected(f"i{n}", at, "taobao", refund_id, "o1", "b1", "s1", number, pieces))
    return OrderView("o1", facts)


@pytest.mark.parametrize(
    ("lines", "refund", "found", "is_back"),
    [
        ((DRESSES,), {}, {"dress": 2}, True),
        ((DRESSES,), {}, {"dress": 1}, False),
        ((DRESSES,), {}, {}, False),
        ((DRESSES,), {}, {"sock": 2}, False),
        ((DRESSES, HAT), {"lines": (Goods("hat", 1),)}, {"hat": 1}, True),
        ((DRESSES, HAT), {"lines": (Goods("hat", 1),)}, {"dress": 2}, False),
        # By amount alone: the pieces that it pays for, rounded down.
        ((DRESSES, HAT), {"amount_minor": 350}, {"hat": 1, "dress": 1}, True),
        ((DRESSES, HAT), {"amount_minor": 350}, {"hat": 1}, False),
        ((DRESSES, HAT), {"amount_minor": 349}, {"hat": 1}, True),
        ((DRESSES, HAT), {"amount_minor": 10}, {"dress": 1}, True),
        # Money of another currency pays for nothing that is known.
        ((DRESSES, HAT), {"amount_minor": 250, "currency": "USD"}, {"hat": 1}, False),
        ((DRESSES, HAT), {"amount_minor": 250, "currency": "USD"}, {"hat": 1, "dress": 2}, True),
        # A set counts by its parts.
        ((TEA,), {}, {"pot": 1, "cup": 4}, True),
        ((TEA,), {}, {"pot": 1, "cup": 3}, False),
        ((TEA,), {}, {"tea": 1}, True),
        # What sends no goods back answers for what it claims.
        ((DRESSES,), {"type": "refund_only"}, {"dress": 2}, True),
        ((DRESSES,), {"type": "refund_only"}, {"dress": 1}, False),
        ((DRESSES,), {"type": "refund_only", "lines": (Goods("dress", 1),)}, {"dress": 1}, True),
        # Of an order that nobody knows.
        ((), {}, {"dress": 1}, True),
        ((), {}, {}, False),
        ((), {"lines": (Goods("dress", 2),)}, {"dress": 2}, True),
        ((), {"lines": (Goods("dress", 2),)}, {"dress": 1}, False),
    ],
)
def test_pieces_and_money(
    lines: tuple[OrderLine, ...], refund: dict[str, Any], found: dict[str, int], *, is_back: bool
) -> None:
    view = order(lines, (refund,), found)
    assert has_come_back(view, view.refunds["r0"]) is is_back


@pytest.mark.parametrize(
    ("found", "is_back"),
    [
        (({"dress": 1, "no": "RET1"}, {"dress": 1, "no": "RET2"}), True),
        (({"dress": 1, "no": "RET1"}, {"sock": 1, "no": "RET2"}), False),
        (({"dress": 1, "no": "RET1"},), False),
        # Looked at again: the later word takes the place of the earlier one.
        (({"dress": 1, "no": "RET1"}, {"dress": 1, "no": "RET1"}), False),
        (({"dress": 1, "no": "RET1"}, {"dress": 2, "no": "RET1"}), True),
        (({"dress": 2, "no": None}, {"dress": 1, "no": "RET1"}), False),
    ],
)
def test_a_return_of_several_parcels_is_back_when_the_pieces_match(
    found: tuple[dict[str, Any], ...], *, is_back: bool
) -> None:
    view = order((DRESSES,), ({},), *found)
    assert is_all_back([(view, view.refunds["r0"])]) is is_back


@pytest.mark.parametrize(
    ("refunds", "found", "is_back"),
    [
        # One return recorded as two refunds brings its goods once.
        (({}, {}), ({"dress": 2},), True),
        (({"lines": (Goods("dress", 1),)},) * 2, ({"dress": 1}, {"dress": 1, "of": "r1"}), True),
        (({"lines": (Goods("dress", 1),)},) * 2, ({"dress": 1},), False),
        # Postage that names the return number brings nothing.
        (({"lines": (Goods("dress", 1),)}, {"type": "postage"}), ({"dress": 1},), True),
    ],
)
def test_refunds_that_share_a_parcel(
    refunds: tuple[dict[str, Any], ...], found: tuple[dict[str, Any], ...], *, is_back: bool
) -> None:
    view = order((DRESSES,), refunds, *found)
    assert is_all_back([(view, refund) for refund in view.refunds.values()]) is is_back
