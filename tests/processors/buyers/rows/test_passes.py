"""What go-betweens tell: kept for the rings that are looked for once there are alerts."""

from msgspec.structs import replace

from cloudtag.contract.links import AttributeUsed, LinkPassed
from cloudtag.processors.buyers.reading import HELD_MS, passes
from tests.processors.buyers.acts import alerts, denied, linked, on_stage, ordered
from tests.processors.scene import DAY, HOUR, T0


def passed(over: str = "b2", other: str = "b3", at: int = T0, alerted_at: int = 0) -> LinkPassed:
    use = AttributeUsed(
        0, True, "device:d3", at, f"e-{other}", "taobao", other, alerted_at=alerted_at, network="taobao"
    )
    return LinkPassed(0, True, "b1", over, other, at, (use,), (0,), "taobao")


def test_each_is_held_by_who_tells_it_and_of_whom() -> None:
    scene = on_stage(passed(), passed(other="b4"), passed("b5"), passed())
    assert scene.names("passes") == [""]
    assert scene.ids("passes") == sorted(one.internal_id for one in (passed(), passed(other="b4"), passed("b5")))


def test_nothing_is_told_of_them_alone_and_nothing_else_asks_for_them() -> None:
    scene = on_stage(passed())
    assert (scene.published, scene.judged("passes")) == ([], {""})
    assert (scene.judged("risk"), scene.judged("links")) == (set(), set())
    scene.come(ordered())
    assert scene.judged("passes") == set()


def test_where_there_are_alerts_they_ask_for_the_risk() -> None:
    scene = on_stage(*denied())
    scene.come(passed())
    assert scene.judged("risk") == {""}


def test_a_third_who_is_accused_makes_a_ring_until_the_go_between_takes_it_back() -> None:
    first, *rest = denied()
    scene = on_stage(replace(first, phone_hash="p1"), *rest, linked("phone:p1", "b2"))
    (ring,) = alerts(scene.come(passed(alerted_at=T0 + 3 * HOUR)), "account_ring")
    assert (ring.status, ring.linked_buyer_ids) == ("open", ("b2", "b3"))
    gone = replace(passed(), revision=1, is_held=False, uses=(), gap_ms=())
    assert [alert.status for alert in alerts(scene.come(gone), "account_ring")] == ["withdrawn"]
    assert passes(scene.state) == []


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(passed(), passed("b5"))
    assert scene.probe() == set()
    assert [each.over_id for each in passes(scene.state)] == ["b2", "b5"]


def test_they_stay_as_long_as_there_is_an_order_and_then_go_to_the_millisecond() -> None:
    assert on_stage(passed()).goes_after(T0 + HELD_MS, "passes")
    beside = on_stage(passed(), ordered("placed", T0 + DAY))
    beside.wait(T0 + HELD_MS + DAY)
    assert len(beside.ids("passes")) == 1
