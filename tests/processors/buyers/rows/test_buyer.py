"""What belongs to no order, and what the detectors of the whole buyer find."""

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.records import Label
from cloudtag.contract.shops import ShopReported
from cloudtag.contract.types import Proof
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.topology import Topology
from tests.engine.standing import records_of
from tests.processors.buyers.acts import alerts, answered, complained, denied, linked, named, on_stage, ordered, scanned
from tests.processors.linked import links_of
from tests.processors.scene import DAY, HOUR, T0

LIMIT = OrderLimitChanged("m1", T0, "taobao", "s1", "b1", "main", "set")
NOWHERE = "invalid_address"


def nowhere(n: int, at: int = T0, **fields: Any) -> Any:
    return ordered("placed", at + n, n, address_valid=False, **fields)


def test_what_names_no_order_and_every_verdict_and_limit_is_held_in_one_row() -> None:
    scene = on_stage(*denied(), complained(), complained("c2", order_id="o1"), LIMIT)
    scene.come(answered(alerts(on_stage(*denied()).published)[0], "normal", T0 + DAY))
    assert (scene.names("buyer"), scene.ids("buyer")) == ([""], sorted(["m1", complained().event_id, "v1"]))


def test_most_buyers_are_never_asked() -> None:
    scene = on_stage(ordered())
    assert scene.judged("buyer") == set()
    scene.come(linked("device:d1", "b2"))
    assert scene.judged("buyer") == set()
    scene.come(ShopReported(0, True, "s1", "b1", T0, network="taobao"))
    assert scene.judged("buyer") == set()


def test_who_gave_a_signal_is_asked_with_every_order_link_and_shop() -> None:
    scene = on_stage(nowhere(1))
    assert scene.judged("buyer") == {""}
    for fact in (ordered(n=2), linked("device:d1", "b2"), ShopReported(0, True, "s1", "b1", T0, network="taobao")):
        scene.come(fact)
        assert scene.judged("buyer") == {""}


def test_a_parcel_asks_for_it_only_where_an_address_may_not_exist() -> None:
    noted = on_stage(ordered("shipped", waybill_no="W1", buyer_note="quick"))
    noted.come(scanned("W1", "signed", T0 + HOUR))
    assert noted.judged("buyer") == set()
    scene = on_stage(ordered("shipped", waybill_no="W1", address_valid=False))
    scene.come(scanned("W1", "signed", T0 + HOUR))
    assert scene.judged("buyer") == {""}


def test_what_the_whole_buyer_shows_is_told_under_the_buyer_and_taken_back_by_what_refutes_it() -> None:
    scene = on_stage(nowhere(1), nowhere(2), nowhere(3))
    assert {output.key for output in scene.published if output.stream == "alerts"} == {"b1"}
    (told,) = alerts(scene.published, NOWHERE)
    assert (told.order_ids, told.status, told.revision) == (("o1", "o2", "o3"), "open", 0)
    (gone,) = alerts(scene.come(ordered("paid", T0 + DAY, 2, address_valid=True)), NOWHERE)
    assert (gone.alert_id, gone.status, gone.revision) == (told.alert_id, "withdrawn", 1)
    assert alerts(on_stage(nowhere(1), nowhere(2)).published, NOWHERE) == []


def test_a_fact_replaced_takes_its_alert_back() -> None:
    scene = on_stage(nowhere(1), nowhere(2), nowhere(3))
    other = replace(nowhere(3), address_area="n1", address_valid=None)
    assert [alert.status for alert in alerts(scene.come(other), NOWHERE)] == ["withdrawn"]


def test_a_verdict_asks_for_the_row_whose_alert_it_answers() -> None:
    scene = on_stage(nowhere(1), nowhere(2), nowhere(3))
    alert = alerts(scene.published)[0]
    (label,) = records_of(scene.come(answered(alert, "normal", T0 + DAY)), Label)
    assert (label.alert_id, label.label) == (alert.alert_id, "false_positive")
    order = on_stage(ordered(n=2), *denied())
    order.come(answered(alerts(order.published)[0], "normal", T0 + DAY))
    assert order.judged("order") == {named("o1")}


def test_a_picture_in_a_complaint_of_no_order_is_told_once_under_its_attribute() -> None:
    shown = complained(evidence=(Proof("x", "picture"),))
    (told,) = [output for output in on_stage(shown).published if output.stream == "attribute-uses"]
    assert (told.key, told.record.subject, told.record.stream) == ("picture:x", "c1", "complaints")
    scene = on_stage(shown)
    assert records_of(scene.come(replace(shown, event_id="e2", occurred_at=T0 + 1)), AttributeUsed) == []
    (gone,) = records_of(on_stage(shown).come(replace(shown, evidence=())), AttributeUsed)
    assert (gone.attribute, gone.revision, gone.is_held) == ("picture:x", 1, False)


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(nowhere(1), nowhere(2), nowhere(3))
    assert {alert.alert_id for alert in alerts(scene.published)} <= scene.probe()
    assert scene.come(nowhere(1)) == []


def test_it_stays_as_long_as_there_is_an_order_and_then_goes_to_the_millisecond() -> None:
    assert on_stage(LIMIT).goes_after(T0 + HELD_MS, "buyer")
    beside = on_stage(LIMIT, ordered("placed", T0 + DAY))
    beside.wait(T0 + HELD_MS + DAY)
    assert beside.ids("buyer") == ["m1"]


def test_a_picture_in_a_complaint_without_an_order_is_told() -> None:
    topology = Topology(shipped())
    proof = (Proof("x", "picture"),)
    for n in (1, 2):
        topology.feed([ComplaintChanged(f"c{n}", T0 + n, "taobao", f"c{n}", f"b{n}", "s1", "buyer", evidence=proof)])
    assert [use.stream for use in links_of(topology, "b2")["picture:x"]] == ["complaints", "complaints"]
