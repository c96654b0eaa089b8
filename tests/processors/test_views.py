"""The view of an order that grows with its events says the same as one made of all of them at once."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.contract.links import SkuOwned
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import refund_moment
from cloudtag.detection.refund_view import RefundView
from tests.histories.strategies import START_MS, histories

REMEMBERED = ("passed", "outbound")
"""What a view keeps of earlier questions: it follows from the rest."""


def told(view: OrderView | RefundView) -> dict[str, Any]:
    """Everything a view says, its refunds' views taken apart."""
    said = {name: getattr(view, name) for name in type(view).__slots__ if name not in REMEMBERED}
    if isinstance(view, OrderView):
        said["began_at"] = view.began_at
        said["moments"] = [refund_moment(view, is_shipped=s, part_percent=50) for s in (True, False)]
        said["moments"] = [moment and (moment.at_ms, moment.thing[1]) for moment in said["moments"]]
    for name, value in said.items():
        if isinstance(value, dict):
            said[name] = [(key, told(each) if isinstance(each, RefundView) else each) for key, each in value.items()]
    return said


def of_orders(history: list[ev.Event]) -> dict[str, list[ev.Event]]:
    by_order: dict[str, list[ev.Event]] = {}
    for event in history:
        order_id, buyer_id = getattr(event, "order_id", None), getattr(event, "buyer_id", None)
        if order_id is not None and buyer_id is not None:
            by_order.setdefault(order_id, []).append(event)
    return by_order


@given(histories(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_view_that_grows_is_a_view_made_anew(history: list[ev.Event], is_in_time: bool) -> None:
    if is_in_time:
        history = sorted(history, key=lambda e: (e.occurred_at, e.event_id))
    for order_id, facts in of_orders(history).items():
        grown, held = OrderView(order_id, facts[:1]), facts[:1]
        for fact in facts[1:]:
            held.append(fact)
            before = told(grown)
            if grown.add(fact):
                assert told(grown) == told(OrderView(order_id, held))
            else:
                assert told(grown) == before
                grown = OrderView(order_id, held)


def test_events_in_time_are_taken_in_and_others_are_not() -> None:
    ids = ("o1", "b1", "s1")
    events = [OrderChanged(f"e{n}", START_MS + n, "taobao", *ids, "placed") for n in range(3)]
    refund = RefundChanged("e3", START_MS + 3, "taobao", "r1", *ids, "opened")
    view = OrderView("o1", events[:2])
    assert view.add(refund)
    assert not view.add(events[2])
    assert not view.add(SkuOwned(0, True, "b1", "o1", "r1", "b2", "a", 100, "o2", "x", "e", START_MS + 10**9))
