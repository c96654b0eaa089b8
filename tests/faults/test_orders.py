"""Orders are carried out where and when they say, once, and with how much was under way."""

from pathlib import Path

from tests.faults.orders import AT, Order, Orders

KILL = Order("kill", 0, "before", "outputs", 2)
FREEZE = Order("freeze", 0, AT, "publish>gather", 2)


def test_the_so_manieth_write_is_struck_and_none_after_it(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "orders")
    assert orders.due("before", "outputs") is None, "nothing was ordered"
    orders.give([KILL])
    for moment, point in (("before", "outputs"), ("after", "outputs"), ("before", "internal")):
        assert orders.due(moment, point) is None
    assert orders.due("before", "outputs", lambda: 7) == KILL
    assert orders.due("before", "outputs") is None
    assert [(one.kind, one.under_way) for one in orders.struck] == [("kill", 7)]
    assert orders.waiting == []


def test_an_await_counts_only_while_something_is_under_way(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "orders")
    orders.give([FREEZE])
    for under_way, wanted in ((0, None), (1, None), (0, None), (3, FREEZE), (3, None)):
        assert orders.due(AT, "publish>gather", lambda count=under_way: count) == wanted  # type: ignore[misc]
    assert [one.under_way for one in orders.struck] == [3]


def test_what_is_ordered_anew_takes_the_place_of_what_waited(tmp_path: Path) -> None:
    given, read = Orders(tmp_path / "orders"), Orders(tmp_path / "orders")
    given.give([KILL])
    assert read.waiting == [KILL]
    given.give([FREEZE, KILL])
    assert read.waiting == [FREEZE, KILL]
    given.give([])
    assert read.due("before", "outputs") is None
    assert read.waiting == []
