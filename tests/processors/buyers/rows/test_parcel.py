"""One return number, or one refund without one: what is known of it, what is found, whom it asks for."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.couriers import CourierAsked, CourierReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Label
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.refund_view import own_unit
from cloudtag.processors.buyers.reading import HELD_MS
from tests.engine.standing import records_of
from tests.processors.buyers.acts import alerts, answered, linked, on_stage, ordered, refunded, scanned
from tests.processors.scene import DAY, HOUR, T0, Scene

OWN_UNIT = own_unit("s1", "r1")
OWN = "outbound_waybill_as_return"


def report(number: str = "R1", at: int = T0, **fields: Any) -> ParcelReported:
    return ParcelReported(0, True, "b1", number, at, network="taobao", **fields)


def silent(number: str = "R1", courier: str = "sf") -> CourierReported:
    return CourierReported(0, True, courier, "b1", number, T0, network="taobao")


def filled(number: str = "R1", at: int = T0 + DAY, n: int = 1, carrier: str | None = "sf") -> Any:
    return refunded("waybill_filled", at, n, type="return_refund", waybill_no=number, carrier=carrier)


def questions(outputs: list[Any]) -> list[tuple[str, CourierAsked]]:
    return [(output.key, output.record) for output in outputs if output.stream == "courier-questions"]


def own_number() -> list[Any]:
    """The number that the order was sent under is given as that of the return."""
    return [ordered(), ordered("shipped", T0 + HOUR, waybill_no="W1"), filled("W1")]


def test_what_is_said_of_a_number_is_held_under_it() -> None:
    scene = on_stage(report(), silent(), silent(courier="yto"), report("R2"))
    assert scene.names("parcel") == ["R1", "R2"]
    assert scene.ids("parcel", "R1") == ["R1", "sf", "yto"]


def test_a_refund_without_a_number_has_a_row_of_its_own_once_anything_is_to_be_told_of_it() -> None:
    scene = on_stage(ordered(), refunded(type="return_refund"))
    assert scene.judged("parcel") == {OWN_UNIT}
    assert scene.row("parcel", OWN_UNIT) is None


def test_the_silence_of_a_courier_asks_for_returns_that_name_the_number_alone() -> None:
    """What is told of the parcel itself asks for those of the order that was sent in it as well."""
    scene = on_stage(ordered(), ordered("shipped", T0 + HOUR, waybill_no="W1"), filled(), filled("R2", T0 + DAY + 1))
    scene.come(silent("W1"))
    assert scene.judged("parcel") == {"W1"}
    scene.come(silent("R1"))
    assert scene.judged("parcel") == {"R1", "R2", OWN_UNIT}
    scene.come(report("W1"))
    assert scene.judged("parcel") == {"W1", "R1", "R2", OWN_UNIT}
    scene.come(silent("W1", "yto"))
    assert scene.judged("parcel") == {"W1", "R1", "R2", OWN_UNIT}


def test_an_order_asks_for_the_parcels_its_refunds_come_back_in_and_no_other() -> None:
    scene = on_stage(ordered(), ordered(n=2), filled(), filled("R2", n=2))
    scene.come(ordered("completed", T0 + DAY + 1))
    assert scene.judged("parcel") == {"R1", OWN_UNIT}
    scene.come(ordered("completed", T0 + DAY + 1, 3))
    assert scene.judged("parcel") == set()


def test_a_parcel_asks_for_the_returns_of_orders_that_name_its_number() -> None:
    scene = on_stage(ordered("shipped", waybill_no="W1"), ordered("shipped", n=2, waybill_no="W2"), filled())
    scene.come(report("W1"))
    assert scene.judged("parcel") == {"W1", "R1", OWN_UNIT}
    scene.come(report("W2"))
    assert scene.judged("parcel") == {"W2"}


def test_links_and_shops_ask_for_all_parcels_and_what_a_buyer_contacts_for_none() -> None:
    scene = on_stage(report(), report("R2"), ordered(n=3), refunded("opened", T0 + HOUR, n=3, type="refund_only"))
    parcels = {"R1", "R2", own_unit("s1", "r3")}
    scene.come(linked("device:d1", "b2"))
    assert scene.judged("parcel") >= {"R1", "R2"}
    scene.come(ShopReported(0, True, "s1", "b1", T0, network="taobao"))
    assert {"R1", "R2"} <= scene.judged("parcel") <= parcels
    scene.come(ordered())
    assert scene.judged("parcel") == set()


def test_links_ask_for_no_parcel_of_a_buyer_who_sends_nothing_back() -> None:
    scene = on_stage(ordered(), report(), report("R2"))
    scene.come(linked("device:d1", "b2"))
    assert scene.judged("parcel") == set()


def test_the_courier_is_asked_about_under_its_code_when_a_number_has_waited_half_a_day() -> None:
    scene = on_stage(ordered(), filled(at=T0))
    assert questions(scene.wait(T0 + 12 * HOUR - 1)) == []
    assert questions(scene.wait(T0 + 12 * HOUR)) == [("sf", CourierAsked(0, True, "sf", "b1", "R1", T0, "taobao"))]


@pytest.mark.parametrize("carrier", [None, "nobody knows"])
def test_a_courier_that_is_not_known_is_not_asked_about(carrier: str | None) -> None:
    assert questions(on_stage(ordered(), filled(at=T0, carrier=carrier)).wait(T0 + DAY)) == []


def test_the_question_is_taken_back_with_the_first_scan() -> None:
    scene = on_stage(ordered(), filled(at=T0))
    scene.wait(T0 + DAY)
    ((courier, gone),) = questions(scene.come(scanned("R1", "accepted", T0 + DAY)))
    assert (courier, gone.revision, gone.is_held) == ("sf", 1, False)


def test_an_alert_about_it_is_told_under_the_buyer_and_taken_back_with_the_refund() -> None:
    scene = on_stage(*own_number())
    assert {output.key for output in scene.published if output.stream == "alerts"} == {"b1"}
    (told,) = alerts(scene.published, OWN)
    assert (told.waybill_nos, told.status, told.revision) == (("W1",), "open", 0)
    (gone,) = alerts(scene.come(refunded("withdrawn", T0 + 2 * DAY)), OWN)
    assert (gone.alert_id, gone.status, gone.revision) == (told.alert_id, "withdrawn", 1)


def test_an_answer_to_its_alert_asks_for_it_and_is_a_label() -> None:
    scene = on_stage(*own_number())
    (label,) = records_of(scene.come(answered(alerts(scene.published, OWN)[0], "abnormal", T0 + DAY + 1)), Label)
    # The refund came back in it or in something of its own.
    assert scene.judged("parcel") == {"W1", OWN_UNIT}
    assert (label.label, label.detector) == ("true_positive", OWN)


def test_of_a_report_taken_back_nothing_is_known_any_more() -> None:
    scene = on_stage(ordered(), filled(at=T0), scanned("R1", "accepted", T0 + HOUR))
    scene.come(replace(report(), revision=9, is_held=False))
    assert [asked.is_held for _, asked in questions(scene.wait(T0 + DAY))] == [True]


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(*own_number())
    assert {alert.alert_id for alert in alerts(scene.published)} <= scene.probe()
    assert alerts(scene.come(*own_number())) == []


def test_it_stays_as_long_as_there_is_an_order_that_names_it() -> None:
    assert on_stage(report()).goes_after(T0 + HELD_MS, "parcel", "R1")
    sent, returned = ordered("shipped", T0 + DAY, waybill_no="R1"), filled()
    for order in ([sent], [ordered("placed", T0 + DAY), returned]):
        beside: Scene = on_stage(report(), *order)
        beside.wait(T0 + HELD_MS + DAY)
        assert beside.row("parcel", "R1") is not None
        beside.wait(T0 + 2 * HELD_MS + 2 * DAY)
        assert beside.row("parcel", "R1") is None


def test_an_order_that_names_it_not_holds_it_no_longer_than_the_rules_look_back() -> None:
    others = [ordered("shipped", T0 + DAY, waybill_no="W2"), filled("R2")]
    assert on_stage(report(), *others).goes_after(T0 + HELD_MS, "parcel", "R1")
    # Nor does one hold what was found about it.
    scene = on_stage(*own_number())
    assert alerts(scene.published)
    scene.wait(T0 + 300 * DAY)
    scene.come(ordered("placed", T0 + 300 * DAY, n=2))
    scene.wait(T0 + 2 * HELD_MS + 2 * DAY)
    assert (scene.row("parcel", "W1"), len(scene.names("order"))) == (None, 1)


def test_links_ask_for_a_return_of_which_nothing_is_known_but_that_other_goods_were_claimed() -> None:
    """Whose goods came back depends on who is linked, long before any scan of the parcel is told of."""
    named: dict[str, Any] = {"type": "return_refund", "reason": "wrong_item"}
    scene = on_stage(ordered(), ordered(n=2), refunded(**named), refunded("opened", T0, 2, type="return_refund"))
    assert scene.names("parcel") == []
    scene.come(linked("device:d1", "b2"))
    assert len(scene.judged("parcel")) == 1
    scene.come(refunded("modified", T0 + DAY, 2, **named))
    scene.come(replace(linked("device:d1", "b2", "b3"), revision=1))
    assert len(scene.judged("parcel")) == 2
