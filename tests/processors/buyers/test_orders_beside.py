"""What rests on an order, on those that name a number with it, and on what is told of its numbers: kept until then."""

from collections.abc import Iterable
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.types import ScanKind
from cloudtag.detection.dealings import dealings_of
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, ParcelTold, refunds_in, sent_under
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.processors.buyers.reading import orders, report
from tests.effort import examples
from tests.histories.boxes import MIXING, START_MS, about, places
from tests.processors.buyers.acts import on_stage, ordered, refunded, scanned
from tests.processors.recorded import Recorded
from tests.processors.scene import HOUR, T0
from tests.processors.test_row_laws import batches

OUTBOUND = ("A", "B", "R1")
"""R1 is sent back under as well."""


@st.composite
def sent(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    number, address = draw(st.sampled_from(OUTBOUND)), draw(st.sampled_from((None, "home", "work")))
    return ev.OrderChanged(
        event_id, at, "taobao", *about(draw(places)), "shipped", waybill_no=number, carrier="sf", address_hash=address
    )


@st.composite
def travelling(draw: st.DrawFn, event_id: str, at: int) -> ev.ParcelScanned:
    kind: ScanKind = draw(st.sampled_from(("accepted", "signed", "returned")))
    number, order_id = draw(st.sampled_from((*OUTBOUND, "R2"))), draw(st.sampled_from((None, None, "o1", "o2")))
    return ev.ParcelScanned(event_id, at, "taobao", "sf", number, scan=kind, order_id=order_id)


@st.composite
def asked(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    n = draw(places)
    return ev.RefundChanged(
        event_id, at, "taobao", f"r{n}", *about(n), "completed", "refund_only",
        draw(st.sampled_from(("not_received", "no_reason"))), amount_minor=100,
    )  # fmt: skip


KINDS = (*MIXING, sent, sent, travelling, travelling, travelling, asked)


@st.composite
def parcels(draw: st.DrawFn) -> list[ev.Event]:
    """Events about a few orders whose parcels meet, in any order of arrival."""
    hours = st.integers(1, 100)
    count = draw(st.integers(2, 20))
    return [draw(draw(st.sampled_from(KINDS))(f"e{n}", START_MS + draw(hours) * 3_600_000)) for n in range(count)]


def seen(order: OrderView, all_orders: Orders, parcel: ParcelTold) -> tuple[object, ...]:
    """Everything that may be asked for."""
    numbers = {number: parcel(number) for number in (*order.sent, *(refund.unit for refund in order.refunds.values()))}
    beside = [o for number in numbers for o in sent_under(all_orders, order.shop_id, number)]
    joint = [o for number in numbers for o, _ in refunds_in(all_orders, order.shop_id, number)]
    return order.name, numbers, [(o.name, tuple(o.facts())) for o in (order, *beside, *joint)]


def beside(state: KeyedState) -> list[object]:
    known, parcel = orders(state), partial(report, state)
    return [[*known.each_beside(seen, parcel)], dealings_of(known, parcel)]


@given(parcels(), st.lists(st.integers(1, 4), max_size=30))
@settings(max_examples=examples(150), deadline=None)
def test_brought_up_to_date_it_is_what_it_is_anew(history: list[ev.Event], sizes: list[int]) -> None:
    topology = Recorded()
    for batch in batches(history, sizes):
        topology.feed(batch)
        for state in topology.tasks["buyers"].cache._files.values():
            assert beside(state) == beside(replace(state, memo=None))


class Counted:
    """Notes for which orders it is made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, order: OrderView, all_orders: Orders, parcel: ParcelTold) -> int:
        self.made.append(order.order_id)
        return len(self.made)


def made_by(counted: Counted, state: KeyedState) -> set[str]:
    counted.made.clear()
    orders(state).each_beside(counted, partial(report, state))
    return set(counted.made)


def names(numbers: Iterable[int]) -> set[str]:
    return {f"o{n}" for n in numbers}


def test_only_what_something_new_concerns_is_made_anew() -> None:
    counted = Counted()
    scene = on_stage(*(ordered("shipped", T0, n, waybill_no=f"W{n}", carrier="sf") for n in range(1, 6)))
    assert made_by(counted, scene.state) == names(range(1, 6))
    assert made_by(counted, scene.state) == set()
    scene.come(ordered("completed", T0 + HOUR, 2))
    assert made_by(counted, scene.state) == names((2,))
    # What is told of a number.
    scene.come(scanned("W3", "signed", T0 + 2 * HOUR))
    assert made_by(counted, scene.state) == names((3,))
    # Two orders in one parcel: what comes of either concerns both.
    scene.come(ordered("shipped", T0 + 3 * HOUR, 4, waybill_no="W5", carrier="sf"))
    assert made_by(counted, scene.state) == names((4, 5))
    scene.come(ordered("completed", T0 + 4 * HOUR, 5))
    assert made_by(counted, scene.state) == names((4, 5))
    scene.come(scanned("W5", "signed", T0 + 5 * HOUR))
    assert made_by(counted, scene.state) == names((4, 5))
    # One more order, between others by its place.
    scene.come(ordered("placed", T0 + 6 * HOUR, 11))
    assert made_by(counted, scene.state) == names((11,))
    scene.come(refunded("waybill_filled", T0 + 7 * HOUR, 1, waybill_no="W3", carrier="sf"))
    assert made_by(counted, scene.state) == names((1, 3))
