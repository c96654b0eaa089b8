"""What a fact leaves as it was is not worked out again: the answers are those of working everything out."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, SentParcel
from cloudtag.detection.crosswise import doubtful_goods, tells_of_goods
from cloudtag.detection.goods import count_pieces
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.sent import Sent, with_parcels
from cloudtag.processors.buyers import reading
from tests.effort import examples
from tests.histories.boxes import boxes
from tests.histories.strategies import histories
from tests.processors.recorded import Recorded
from tests.processors.test_views import of_orders

T0 = 1_772_409_600_000
numbers, couriers = st.sampled_from(("W1", "W2")), st.sampled_from((None, "", "SF", "YTO"))
parcels = st.builds(SentParcel, numbers, couriers, st.sampled_from(((), (Goods("red", 1),), (Goods("blue", 1),))))


@given(st.one_of(histories(), boxes()))
@settings(max_examples=examples(150), deadline=None)
def test_a_fact_that_tells_of_no_goods_leaves_the_doubtful_ones(history: list[ev.Event]) -> None:
    for order_id, facts in of_orders(history).items():
        for n, fact in enumerate(facts):
            if not tells_of_goods(fact):
                before, now = OrderView(order_id, facts[:n]), OrderView(order_id, facts[: n + 1])
                assert doubtful_goods(now) == doubtful_goods(before)


@given(st.lists(st.tuples(st.one_of(st.none(), numbers), couriers, st.lists(parcels, max_size=2)), max_size=6))
def test_a_number_named_again_adds_what_it_would_among_parcels(
    named: list[tuple[str | None, str | None, list[SentParcel]]],
) -> None:
    """An event's own number is one more parcel of it, of which nobody says what is in it."""
    quick: Any = {}
    slow: Any = {}
    for n, (number, courier, beside) in enumerate(named):
        order = ev.OrderChanged(
            f"e{n}", T0 + n, "taobao", "o1", "b1", "s1", "shipped", waybill_no=number, carrier=courier,
            parcels=tuple(beside),
        )  # fmt: skip
        own = () if number is None else (SentParcel(number, courier),)
        quick = with_parcels(quick, order)
        slow = with_parcels(slow, replace(order, waybill_no=None, carrier=None, parcels=(*own, *beside)))
        assert told(quick) == told(slow)


def told(sent: dict[str, Sent]) -> list[tuple[Any, ...]]:
    return [(one.waybill_no, one.named.event_id, one.carrier, one.lines) for one in sent.values()]


def test_a_number_named_again_as_it_was_gives_the_very_parcels() -> None:
    first = ev.OrderChanged("e0", T0, "taobao", "o1", "b1", "s1", "shipped", waybill_no="W1", carrier="SF")
    sent = with_parcels({}, first)
    assert with_parcels(sent, replace(first, event_id="e1", carrier=None)) is sent
    assert with_parcels(sent, replace(first, event_id="e1")) is sent
    assert with_parcels(sent, replace(first, event_id="e1", carrier="YTO"))["W1"].carrier == "YTO"
    assert with_parcels(sent, replace(first, event_id="e1", waybill_no="W2")).keys() == {"W1", "W2"}


@given(st.lists(st.tuples(st.sampled_from(("red", "blue", "green")), st.integers(0, 3)), max_size=6))
def test_pieces_are_counted_as_a_counter_counts_them(goods: list[tuple[str, int]]) -> None:
    pieces = count_pieces([Goods(sku_id, count) for sku_id, count in goods])
    assert type(pieces) is Counter
    assert pieces == sum((Counter({sku_id: count}) for sku_id, count in goods), Counter[str]())
    assert all(pieces.values())
    assert pieces["none of them"] == 0


@given(boxes())
@settings(max_examples=examples(100), deadline=None)
def test_orders_that_share_nothing_stand_for_themselves(history: list[ev.Event]) -> None:
    topology = Recorded()
    for event in history:
        topology.feed([event])
        for state in topology.tasks["buyers"].cache._files.values():
            if state.index.claimed_orders:
                continue
            for row in state.rows_of("order"):
                found = reading.orders_in(state, reading.orders_mixed(state, (row.name,)))
                assert reading.orders_beside(state, (row.name,)) == [reading.view_of(one) for one in found]


@given(histories())
@settings(max_examples=examples(100), deadline=None)
def test_the_first_payment_is_remembered(history: list[ev.Event]) -> None:
    for order_id, facts in of_orders(history).items():
        for refund in OrderView(order_id, facts).refunds.values():
            paid = [change for change in refund.changes if change.status == "completed"]
            assert refund.completed is (paid[0] if paid else None)
