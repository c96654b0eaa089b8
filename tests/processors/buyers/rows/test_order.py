"""One order with all that belongs to it: what it is told of, what it tells, as long as it is held."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.couriers import CourierAsked
from cloudtag.contract.links import AttributeUsed, OutboundNumber, SkuOwned
from cloudtag.contract.parcels import WaybillUsed
from cloudtag.contract.records import Label
from cloudtag.contract.types import OrderLine, Proof, SentParcel
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS, orders
from cloudtag.replay.topology import Topology
from tests.engine.standing import records_of
from tests.processors.buyers.acts import (
    alerts,
    answered,
    complained,
    denied,
    linked,
    named,
    on_stage,
    ordered,
    refunded,
    scanned,
)
from tests.processors.linked import links_of, order
from tests.processors.scene import DAY, HOUR, T0

IDS = ("o1", "b1", "s1")
MINUTE = 60_000
FACTS: list[Any] = [
    ordered(),
    refunded(),
    ev.ReturnInspected("i1", T0, "taobao", "r1", *IDS),
    ev.ReviewPosted("v1", T0, "taobao", "v1", *IDS, 5),
    complained(order_id="o1"),
    ev.BuyerContacted("t1", T0, "taobao", *IDS),
    ev.InsuranceChanged("n1", T0, "taobao", "n1", *IDS),
    disputes.ChargebackChanged("k1", T0, "taobao", "k1", *IDS),
    SkuOwned(0, True, "b1", "o1", "r1", "b2", "sku", 100, "o2", "device:d1", "e", T0, network="taobao", shop_id="s1"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_belongs_to_an_order_is_held_in_its_row(fact: Any) -> None:
    scene = on_stage(fact)
    assert scene.names("order") == [named("o1")]
    assert scene.ids("order", named("o1")) == [
        getattr(fact, "event_id", "") if fact is not FACTS[-1] else fact.internal_id
    ]


def test_an_order_asks_for_itself_and_not_for_others() -> None:
    scene = on_stage(ordered(n=2), refunded(n=2), ordered())
    scene.come(ordered("paid", T0 + 1))
    assert scene.judged("order") == {named("o1")}


def test_a_new_order_is_among_the_buyers_at_once_and_what_it_shows_first_asks_for_the_links() -> None:
    scene = on_stage(ordered(device_hash="d1"))
    assert (scene.judged("links"), [known.order_id for known in orders(scene.state)]) == ({""}, ["o1"])
    scene.come(ordered("placed", T0 + 1, 2, device_hash="d1"))
    assert (scene.judged("links"), [known.order_id for known in orders(scene.state)]) == (set(), ["o1", "o2"])


def test_orders_under_one_number_ask_for_each_other_where_money_is_asked_back() -> None:
    scene = on_stage(*(ordered("shipped", T0, n, waybill_no="W9") for n in (1, 2, 3)))
    scene.come(ordered("paid", T0 + 1, 2))
    assert scene.judged("order") == {named("o2")}
    scene.come(refunded())
    scene.come(ordered("completed", T0 + 2, 2))
    assert scene.judged("order") == {named("o1"), named("o2")}


def test_what_a_parcel_does_asks_for_the_orders_with_refunds_that_named_it() -> None:
    scene = on_stage(*(ordered("shipped", T0, n, waybill_no=f"W{n}") for n in (1, 2)), refunded())
    scene.come(scanned("W1", "signed", T0 + 1), scanned("W2", "signed", T0 + 1))
    assert scene.judged("order") == {named("o1")}


def test_words_on_a_complaint_that_do_not_name_the_order_ask_for_it() -> None:
    scene = on_stage(ordered(), ordered(n=2), complained("c1", order_id="o1"))
    scene.come(complained("c2", T0 + 1))
    assert scene.judged("order") == set()
    scene.come(complained("c1", T0 + 2, status="rejected"))
    assert scene.judged("order") == {named("o1")}


def test_links_ask_for_orders_of_which_other_goods_are_said_to_have_come() -> None:
    scene = on_stage(ordered(), ordered(n=2), refunded(n=2))
    scene.come(linked("device:d1", "b2"))
    assert scene.judged("order") == set()
    scene.come(refunded("modified", T0 + 1, reason="wrong_item"))
    scene.come(linked("device:d2", "b3"))
    assert scene.judged("order") == {named("o1")}


def test_the_number_it_was_sent_under_and_the_one_it_comes_back_in_are_told_under_themselves() -> None:
    back = refunded("waybill_filled", T0 + 2, type="return_refund", waybill_no="R1")
    scene = on_stage(ordered(), ordered("shipped", T0 + 1, waybill_no="W1"))
    (sent,) = [output for output in scene.published if output.stream == "waybill-uses"]
    assert (sent.key, sent.record.role, sent.record.occurred_at) == ("W1", "outbound", T0 + 1)
    (returned,) = [output for output in scene.come(back) if output.stream == "waybill-uses"]
    assert (returned.key, returned.record.role, returned.record.refund_id) == ("R1", "return", "r1")
    other = records_of(scene.come(replace(back, event_id="e9", occurred_at=T0 + 3, waybill_no="R2")), WaybillUsed)
    assert {(use.waybill_no, use.revision, use.is_replaced) for use in other} == {("R1", 1, True), ("R2", 0, False)}


def test_a_number_is_taken_back_with_the_event_that_named_it() -> None:
    """Of two events under one id the one that sorts first counts."""
    sent = ordered("shipped", T0 + 1, waybill_no="W1")
    scene = on_stage(ordered(), sent)
    told = records_of(scene.come(replace(sent, platform="Taobao", waybill_no=None)), WaybillUsed)
    assert [(use.waybill_no, use.revision, use.is_held) for use in told] == [("W1", 1, False)]


def test_each_article_and_each_picture_is_told_once_under_its_attribute() -> None:
    lines = (OrderLine("a", 1, 100), OrderLine("b", 1, 100), OrderLine("a", 2, 90))
    scene = on_stage(ordered(lines=lines), ordered("paid", T0 + 1, lines=lines))
    assert records_of(scene.published, AttributeUsed) == []
    shown = scene.come(refunded(evidence=(Proof("x", "picture"),)))
    assert [(output.key, output.record.subject) for output in shown if output.stream == "attribute-uses"] == [
        ("picture:x", "r1")
    ]
    told = on_stage(ordered(lines=lines)).published
    assert sorted(use.attribute for use in records_of(told, AttributeUsed)) == ["sku:s1/a", "sku:s1/b"]


def test_a_picture_is_told_with_the_numbers_its_order_had_been_sent_under_by_then() -> None:
    scene = on_stage(ordered(), refunded("opened", T0 + HOUR, evidence=(Proof("x", "picture"),)))
    numbers = tuple(f"N{n:02}" for n in range(20))
    sent = (
        ordered("partly_shipped", T0 + HOUR + 11 * MINUTE, waybill_no="late"),
        ordered("partly_shipped", T0 + 1, waybill_no="W1", carrier="sf"),
        ordered("partly_shipped", T0 + 2, parcels=tuple(SentParcel(number) for number in numbers)),
    )
    told = [[use.outbound for use in records_of(scene.come(event), AttributeUsed)] for event in sent]
    others = tuple(OutboundNumber(number, T0 + 2) for number in numbers[:9])
    first = OutboundNumber("W1", T0 + 1, "sf")
    assert told == [[], [(first,)], [(first, *others)]]


def test_a_picture_is_told_with_where_its_order_was_to_go_by_then() -> None:
    shown = refunded("opened", T0 + HOUR, evidence=(Proof("x", "picture"),))
    scene = on_stage(ordered(waybill_no="W1", address_hash="h1", address_area="c1"), shown)
    said = (
        ordered("shipped", T0 + HOUR + 11 * MINUTE, address_hash="h3"),
        ordered("shipped", T0 + HOUR + 10 * MINUTE, address_hash="h2"),
    )
    told = [scene.come(event) for event in said]
    places = [use.outbound[0].places for events in told for use in records_of(events, AttributeUsed) if use.outbound]
    assert places == [("address:h1", "address:h2", "area:c1")]


def test_where_goods_are_claimed_to_be_in_hand_the_silence_of_the_courier_is_asked_for() -> None:
    goods: dict[str, Any] = {"type": "return_refund", "reason": "quality", "claims_received": True}
    sent = ordered("shipped", T0 + HOUR, waybill_no="W1", carrier="sf")
    scene = on_stage(ordered(), sent, scanned("W1", "accepted", T0 + 2 * HOUR))
    (asked,) = [o for o in scene.come(refunded("opened", T0 + DAY, **goods)) if o.stream == "courier-questions"]
    assert (asked.key, asked.record.waybill_no, asked.record.reached_ms) == ("sf", "W1", T0 + DAY)
    (gone,) = records_of(scene.come(scanned("W1", "signed", T0 + 20 * HOUR)), CourierAsked)
    assert (gone.revision, gone.is_held) == (1, False)


def test_an_alert_is_told_under_its_buyer_and_taken_back_by_what_refutes_it() -> None:
    scene = on_stage(*denied())
    (told,) = [output for output in scene.published if output.stream == "alerts"]
    assert (told.key, told.record.detector, told.record.revision) == ("b1", "received_refund_only", 0)
    (gone,) = alerts(scene.come(scanned("W1", "returned", T0 + 3 * HOUR)))
    assert (gone.alert_id, gone.status, gone.revision) == (told.record.alert_id, "withdrawn", 1)


def test_a_verdict_on_its_alert_is_a_label_until_it_is_taken_back() -> None:
    scene = on_stage(*denied())
    (alert,) = alerts(scene.published)
    said = answered(alert, "normal", T0 + DAY)
    (label,) = records_of(scene.come(said), Label)
    assert scene.judged("order") == {named("o1")}
    assert (label.label, label.status, label.buyer_id) == ("false_positive", "standing", "b1")
    (gone,) = records_of(scene.come(replace(said, event_id="v2", occurred_at=T0 + 2 * DAY, withdraws="v1")), Label)
    assert (gone.status, gone.revision) == ("withdrawn", 1)


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(*denied())
    assert {alert.alert_id for alert in alerts(scene.published)} <= scene.probe()
    assert scene.come(*denied()) == []


def test_it_is_let_go_to_the_millisecond_and_what_it_told_stands() -> None:
    scene = on_stage(*denied())
    assert scene.goes_after(T0 + 3 * HOUR + HELD_MS, "order", named("o1"))
    assert alerts(scene.published) == []


@pytest.mark.parametrize(("at", "is_needed"), [(T0 + 4 * HOUR, True), (T0 + 3 * HOUR, False)])
def test_one_whose_alert_was_answered_stays_as_long_as_the_answer_is_held(at: int, is_needed: bool) -> None:
    scene = on_stage(*denied())
    (alert,) = alerts(scene.published)
    scene.come(answered(alert, "abnormal", at))
    scene.wait(T0 + 3 * HOUR + 1 + HELD_MS)
    assert (scene.row("order", named("o1")) is not None) is is_needed


@pytest.mark.parametrize(("at", "is_taken"), [(T0, True), (T0 - 1, False)])
def test_an_event_older_than_what_is_held_is_too_late(at: int, is_taken: bool) -> None:
    scene = on_stage(ordered("placed", T0 + HELD_MS, 2), ordered("placed", at))
    assert (len(scene.too_late), scene.judged("order")) == ((0, {named("o1")}) if is_taken else (1, set()))


def test_unpaid_orders_are_told_when_due_and_taken_back_by_payment() -> None:
    topology = Topology(shipped(), 0)
    topology.feed([order(n, status="placed", device_hash="d1") for n in (1, 2)])
    unpaid = "unpaid:s1:device:d1"
    assert unpaid not in links_of(topology, "b1")
    list(topology.pass_time(T0 + 31 * MINUTE))
    assert [use.unpaid[0].order_id for use in links_of(topology, "b1")[unpaid]] == ["o2"]
    topology.feed([order(2, T0 + 40 * MINUTE)])
    assert unpaid not in links_of(topology, "b1")
