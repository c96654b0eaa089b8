"""Which goods refunds are to bring back (F9)."""

from collections import Counter
from typing import Any

import pytest

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.contract.types import Component, Goods, OrderLine
from cloudtag.detection.goods import count_pieces, expected, expected_of, ordered_skus
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView, reason_at, reasons_of, type_at

T0 = 1_772_409_600_000
MINUTE = 60_000
DRESS = OrderLine("dress", 2, 100)
HAT = OrderLine("hat", 1, 250)
TEA = OrderLine("tea", 2, 300, components=(Component("pot", 1), Component("cup", 4)))


def order(*lines: OrderLine, currency: str | None = "CNY", **fields: Any) -> OrderView:
    change = OrderChanged("e", T0, "taobao", "o1", "b1", "s1", "paid", lines, currency, **fields)
    return OrderView("o1", [change])


def refund(*changes: dict[str, Any], name: str = "r1", **fields: Any) -> RefundView:
    """A refund by its events, an hour apart; a return unless they say otherwise."""
    said = changes or ({},)
    return RefundView(
        RefundChanged(
            f"{name}-{n}",
            T0 + 60 * n * MINUTE,
            "taobao",
            name,
            "o1",
            "b1",
            "s1",
            **{"type": "return_refund", **fields, **c},
        )
        for n, c in enumerate(said)
    )


S, L = OrderLine("s", 2, 100, "shirt"), OrderLine("l", 1, 100, "shirt")
SERVICE = OrderLine("tea", 1, 300, "tea-set", (Component("pot", 1), Component("cup", 4)))
BOOKED: dict[str, tuple[tuple[OrderLine, ...], dict[str, int], str, dict[str, int]]] = {
    "an item is another name of its article": ((S,), {"shirt": 2}, "", {"s": 2}),
    "of a set too": ((SERVICE,), {"tea-set": 1}, "", {"pot": 1, "cup": 4}),
    "one of another order is none": ((S,), {"skirt": 1}, "", {"skirt": 1}),
    "several articles of it are filled up one after the other": ((S, L), {"shirt": 3}, "", {"s": 2, "l": 1}),
    "what is too much is of the last": ((S, L), {"shirt": 5}, "", {"s": 2, "l": 3}),
    "those that are sought come first": ((S, L), {"shirt": 2}, "l", {"l": 1, "s": 1}),
    "what was found by its own name fills up as well": ((S, L), {"shirt": 1, "s": 2}, "", {"s": 2, "l": 1}),
    "one that is filled up gets none": ((L, S), {"shirt": 1, "l": 2}, "", {"s": 1, "l": 2}),
    "of an article in two lines all are due": ((S, L, S), {"shirt": 4}, "", {"s": 4}),
    "an article that is called so is meant first": ((S, OrderLine("shirt", 1, 9)), {"shirt": 1}, "", {"shirt": 1}),
    "a part that is called so too": (
        (OrderLine("pyjamas", 1, 9, None, (Component("shirt", 1),)), S),
        {"shirt": 1},
        "",
        {"shirt": 1},
    ),
    "nothing is nothing": ((S,), {"shirt": 0}, "", {}),
}


@pytest.mark.parametrize("name", BOOKED)
def test_goods_booked_by_an_item_count_as_its_articles(name: str) -> None:
    lines, booked, sought, counted = BOOKED[name]
    goods = [Goods(sku_id, count) for sku_id, count in booked.items()]
    assert count_pieces(goods, (order(*lines),), (sought,)) == Counter(counted)


@pytest.mark.parametrize(
    ("lines", "said", "total"),
    [
        ((DRESS,), {}, 2),
        ((DRESS, HAT), {}, 3),
        ((TEA,), {}, 10),
        ((DRESS,), {"lines": (Goods("dress", 1),)}, 1),
        ((DRESS,), {"lines": (Goods("dress", 5),)}, 2),
        ((DRESS, HAT), {"lines": (Goods("coat", 2),)}, 2),
        ((TEA,), {"lines": (Goods("tea", 1),)}, 5),
        ((TEA,), {"lines": (Goods("cup", 3),)}, 3),
        ((DRESS,), {"amount_minor": 199}, 1),
        ((DRESS,), {"amount_minor": 200}, 2),
        ((DRESS,), {"amount_minor": 9}, 1),
        ((DRESS,), {"amount_minor": 900}, 2),
        ((DRESS, HAT), {"amount_minor": 300}, 1),
        ((DRESS, HAT), {"amount_minor": 350}, 2),
        ((TEA,), {"amount_minor": 599}, 5),
        ((DRESS,), {"amount_minor": 100, "currency": "USD"}, 2),
        ((DRESS,), {"amount_minor": 100, "currency": "CNY"}, 1),
        ((DRESS,), {"type": "refund_only"}, 0),
        ((DRESS,), {"type": "postage", "amount_minor": 200}, 0),
        ((DRESS,), {"type": "exchange"}, 2),
        ((DRESS,), {"type": "unknown"}, 2),
        ((), {}, 1),
        ((), {"lines": (Goods("dress", 3),)}, 3),
        ((OrderLine("gift", 3, 0),), {"amount_minor": 0}, 3),
    ],
)
def test_what_a_refund_is_to_bring_back(lines: tuple[OrderLine, ...], said: dict[str, Any], total: int) -> None:
    assert expected(order(*lines), refund(said), None).total == total


def test_the_type_is_the_one_in_force_when_the_goods_were_looked_at() -> None:
    turned = refund({}, {"type": "refund_only"})
    assert expected(order(DRESS), turned, T0 + 49 * MINUTE).total == 2
    assert expected(order(DRESS), turned, T0 + 50 * MINUTE).total == 0
    assert expected(order(DRESS), turned, None).total == 0


def test_refunds_of_one_order_bring_back_no_more_than_was_bought() -> None:
    both = [refund(name="r1"), refund(name="r2")]
    assert expected_of(order(DRESS), both, Counter(), None) == (2, Counter({"dress": 2}))
    assert expected_of(order(DRESS), both, Counter({"dress": 1}), None) == (1, Counter({"dress": 1}))
    assert expected_of(order(DRESS), both, Counter({"dress": 2}), None).total == 0
    halves = [refund({"lines": (Goods("dress", 1),)}, name="r1"), refund({"lines": (Goods("hat", 1),)}, name="r2")]
    assert expected_of(order(DRESS, HAT), halves, Counter(), None) == (2, Counter({"dress": 1, "hat": 1}))
    assert expected_of(order(), both, Counter(), None).total == 2


def test_sets_count_by_their_components_and_by_their_own_name() -> None:
    assert count_pieces([Goods("tea", 1), Goods("cup", 1)], [order(TEA)]) == Counter({"pot": 1, "cup": 5})
    assert count_pieces([Goods("tea", 1), Goods("nothing", 0)]) == Counter({"tea": 1})
    assert ordered_skus(order(TEA, HAT)) == {"tea", "pot", "cup", "hat"}


def test_reasons_are_those_in_force() -> None:
    changed = refund({"reason": "no_reason"}, {"reason": "unknown"}, {"reason": "quality"}, {"reason": "no_reason"})
    assert [reason_at(changed, T0 + at * MINUTE) for at in (0, 109, 110, 169, 170)] == [
        "no_reason", "no_reason", "quality", "quality", "no_reason",
    ]  # fmt: skip
    assert reason_at(changed, None) == "no_reason"
    assert reasons_of(changed) == ("no_reason", "quality")
    # Handed over at the counter: looked at before the refund was opened.
    assert reason_at(changed, T0 - 60 * MINUTE) == "no_reason"
    assert type_at(refund({"type": "unknown"}), T0) == "unknown"


def test_numbers_are_all_that_were_named_but_those_taken_back() -> None:
    assert list(refund({"waybill_no": "A"}, {"waybill_no": "B"}, {"waybill_no": "A"}).numbers) == ["A", "B"]
    assert list(refund({"waybill_no": "A"}, {"waybill_no": "B"}, {"waybill_cleared": True}).numbers) == ["A"]
    taken = refund({"waybill_no": "A"}, {"waybill_no": "B"}, {"waybill_no": "A", "waybill_cleared": True})
    assert list(taken.numbers) == ["B"]
    assert refund({"waybill_cleared": True}).numbers == {}


def test_an_order_has_all_the_parcels_ever_named_for_it() -> None:
    sent = order(DRESS, waybill_no="A")
    later = OrderChanged("f", T0 + 1, "taobao", "o1", "b1", "s1", "shipped", waybill_no="B")
    assert sent.sent_numbers == {"A"}
    assert sent.add(later)
    assert sent.sent_numbers == {"A", "B"}
