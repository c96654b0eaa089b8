"""All orders of a buyer, brought up to date one by one, are what they are when they are gathered anew."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.scope import unscoped
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import refunds_in
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.processors.buyers.reading import orders, view_of
from tests.effort import examples
from tests.histories.boxes import GOODS, boxes
from tests.processors.buyers.acts import ordered, refunded
from tests.processors.recorded import Recorded
from tests.processors.scene import HOUR, T0, Scene
from tests.processors.test_row_laws import batches

SIZES = st.lists(st.integers(1, 4), max_size=30)


def naming(state: KeyedState, article: str) -> set[str]:
    def called(name: str) -> OrderView | None:
        row = state.row("order", name)
        return view_of(row) if row is not None and row.facts else None

    return orders(state).naming("s1", (article,), called)


@given(boxes(), SIZES)
@settings(max_examples=examples(60), deadline=None)
def test_brought_up_to_date_they_are_what_they_are_anew(history: list[ev.Event], sizes: list[int]) -> None:
    topology = Recorded()
    for batch in batches(history, sizes):
        topology.feed(batch)
        for state in topology.tasks["buyers"].cache._files.values():
            anew = replace(state, memo=None)
            assert [*orders(state)] == [*orders(anew)]
            for article in GOODS:
                assert naming(state, article) == naming(anew, article)
                assert all(unscoped(name)[0] == "s1" for name in naming(state, article))


def test_what_was_worked_out_of_all_is_worked_out_anew_when_a_refund_names_its_number() -> None:
    scene = Scene("buyers", "b1")
    scene.come(ordered(), refunded())
    assert refunds_in(orders(scene.state), "s1", "R1") == []
    scene.come(refunded("waybill_filled", T0 + HOUR, waybill_no="R1"))
    assert [refund.refund_id for _, refund in refunds_in(orders(scene.state), "s1", "R1")] == ["r1"]
