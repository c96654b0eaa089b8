"""Links to other buyers: what the buyer's attributes tell, who owns what came back elsewhere, who knows whom."""

from msgspec.structs import replace

from cloudtag.contract.events import ReturnInspected, ReviewPosted
from cloudtag.contract.links import AttributeUsed, Claim, LinkPassed, LinkReported, SkuOwned
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods, OrderLine
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.topology import Topology
from tests.engine.standing import records_of
from tests.processors.buyers.acts import alerts, complained, denied, linked, named, on_stage, ordered, refunded, scanned
from tests.processors.linked import order, wrong
from tests.processors.scene import DAY, HOUR, T0

DEVICE = "device:d1"
CLAIM = Claim("r9", "o9", "s1", "wrong_item", T0, "c9", ("z",), ("dress",), True, T0 + DAY, "i9", "inspections")
DRESS = (OrderLine("dress", 1, 100),)


def shown(outputs: list[Output], attribute: str = DEVICE) -> list[AttributeUsed]:
    return [use for use in records_of(outputs, AttributeUsed) if use.attribute == attribute]


def claimed() -> LinkReported:
    """Buyer b2, who shares the device, was sent a dress that was never ordered."""
    return linked(DEVICE, "b2", claims=(CLAIM,))


def test_each_attribute_has_one_report() -> None:
    scene = on_stage(linked(DEVICE, "b2"), replace(linked(DEVICE, "b2"), revision=1), linked("phone:p1", "b3"))
    assert (scene.names("links"), scene.ids("links")) == ([""], [DEVICE, "phone:p1"])


def test_an_attribute_is_told_under_itself_when_it_is_first_shown_and_once_a_month() -> None:
    scene = on_stage(ordered(device_hash="d1"))
    (told,) = [output for output in scene.published if output.stream == "attribute-uses"]
    assert (told.key, told.record.buyer_id, told.record.occurred_at) == (DEVICE, "b1", T0)
    assert scene.judged("links") == {""}
    assert shown(scene.come(ordered("paid", T0 + HOUR, device_hash="d1"))) == []
    assert scene.judged("links") == set()
    assert shown(scene.come(ordered("placed", T0 + 60 * DAY, 2, device_hash="d1"))) != []


def test_it_is_taken_back_with_the_event_that_showed_it() -> None:
    scene = on_stage(ordered(device_hash="d1"))
    (gone,) = shown(scene.come(replace(ordered(), affiliate_id="a")))
    assert (gone.revision, gone.is_held) == (1, False)


def test_an_order_asks_for_it_only_among_dealings_or_where_goods_are_sought() -> None:
    scene = on_stage(ordered(), ordered(n=2), linked(DEVICE, "b2"))
    scene.come(ordered("completed", T0 + 1))
    assert scene.judged("links") == set()
    scene.come(refunded())
    assert scene.judged("links") == {""}
    scene.come(ordered("completed", T0 + 2))
    assert scene.judged("links") == {""}
    scene.come(ordered("completed", T0 + 2, 2))
    assert scene.judged("links") == set()
    seeking = on_stage(ordered(), claimed())
    seeking.come(ordered("completed", T0 + 1))
    assert seeking.judged("links") == {""}
    seeking.come(complained())
    assert seeking.judged("links") == set()


def test_what_the_buyer_did_is_told_with_a_device_and_not_with_an_address() -> None:
    scene = on_stage(ordered(device_hash="d1", address_hash="x1"))
    told = scene.come(ReviewPosted("v1", T0 + HOUR, "taobao", "v1", "o1", "b1", "s1", 1))
    (use,) = shown(told)
    assert (len(use.dealings.rated), use.revision) == (1, 1)
    assert shown(told, "address:x1") == []
    assert shown(scene.come(ReviewPosted("v2", T0 + DAY, "taobao", "v2", "o1", "b1", "s1", 5))) == []


def test_since_when_alerts_accuse_the_buyer_is_told_until_they_are_taken_back() -> None:
    first, *rest = denied()
    scene = on_stage(replace(first, device_hash="d1"), *rest)
    (alert,) = alerts(scene.published)
    assert [use.alerted_at for use in shown(scene.published)] == [0, alert.decided_at]
    scene.come(scanned("W1", "returned", T0 + 3 * HOUR))
    # What was denied did not come, and so no alert accuses the buyer any more.
    assert [(len(use.dealings.asked), use.alerted_at) for use in shown(scene.published)] == [
        (0, alert.decided_at),
        (0, 0),
    ]


def test_what_did_not_come_is_not_told_until_its_parcel_is_delivered() -> None:
    first, sent, signed, asked = denied()
    scene = on_stage(replace(first, device_hash="d1"), sent, scanned("W1", "accepted", T0 + HOUR), asked)
    assert not any(use.dealings.asked for use in shown(scene.published))
    assert [len(use.dealings.asked) for use in shown(scene.come(signed))] == [1, 1]


def test_who_ordered_what_came_back_elsewhere_says_so_under_the_claimant() -> None:
    scene = on_stage(ordered(lines=DRESS), claimed())
    (told,) = [output for output in scene.published if output.stream == "sku-answers"]
    assert (told.key, told.record.owner_id, told.record.sku_id, told.record.owner_order_id) == (
        "b2",
        "b1",
        "dress",
        "o1",
    )
    gone = replace(claimed(), revision=1, others=())
    assert [(owned.revision, owned.is_held) for owned in records_of(scene.come(gone), SkuOwned)] == [(1, False)]
    seen = replace(CLAIM, is_inspected=False)
    assert records_of(on_stage(ordered(lines=DRESS), linked(DEVICE, "b2", claims=(seen,))).published, SkuOwned) == []


def test_a_go_between_tells_each_of_the_other_unless_they_share_something_anyway() -> None:
    scene = on_stage(linked(DEVICE, "b2"), linked("phone:p1", "b3"))
    told = [output for output in scene.published if output.stream == "link-passes"]
    assert sorted((output.key, output.record.over_id, output.record.other_id) for output in told) == [
        ("b2", "b1", "b3"), ("b3", "b1", "b2"),
    ]  # fmt: skip
    gone = records_of(scene.come(linked("payment:m1", "b2", "b3")), LinkPassed)
    assert {(passed.buyer_id, passed.is_held) for passed in gone} == {("b2", False), ("b3", False)}


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(ordered(device_hash="d1"), linked(DEVICE, "b2"), linked("phone:p1", "b3"))
    assert {told.internal_id for told in records_of(scene.published, LinkPassed)} <= scene.probe()
    assert scene.come(linked(DEVICE, "b2")) == []


def test_links_stay_as_long_as_there_is_an_order_and_then_go_to_the_millisecond() -> None:
    assert on_stage(linked(DEVICE, "b2")).goes_after(T0 + HELD_MS, "links")
    beside = on_stage(linked(DEVICE, "b2"), ordered("placed", T0 + DAY))
    beside.wait(T0 + HELD_MS + DAY)
    assert beside.ids("links") == [DEVICE]


def test_what_came_back_is_answered_by_who_ordered_it_and_taken_back_with_the_inspection() -> None:
    topology = Topology(shipped())
    topology.feed([order(1, device_hash="d1"), order(2, sku_id="b", device_hash="d1"), wrong(1, "c")])

    def owned() -> list[tuple[str, str]]:
        facts = topology.tasks["buyers"].cache.get(scoped("taobao", "b1")).rows["o" + named("o1")].facts.values()
        return [(f.owner_id, f.sku_id) for f in facts if getattr(f, "owner_id", None) and f.is_held]

    def opened(n: int, sku_id: str) -> ReturnInspected:
        return ReturnInspected(
            f"i{n}", T0 + (2 + n) * DAY, "taobao", "r1", "o1", "b1", "s1", received=(Goods(sku_id, 1),)
        )

    assert owned() == []
    topology.feed([opened(0, "b")])
    assert owned() == [("b2", "b")]
    topology.feed([opened(1, "a")])
    assert owned() == []
