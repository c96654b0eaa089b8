"""What is joined across networks, since it means the same everywhere, and what never is (F1)."""

from typing import Any

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged, ReviewPosted, ShopDescribed
from cloudtag.contract.links import LinkPassed, LinkReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import from_afar, is_from_afar, scoped
from cloudtag.contract.shops import ShopReported
from cloudtag.contract.types import Goods, OrderLine
from cloudtag.replay.topology import Topology
from tests.engine.standing import records_of
from tests.processors.recorded import Recorded

DAY, HOUR = 86_400_000, 3_600_000
T0 = 1_772_409_600_000
FAR_B2 = from_afar("jd", "b2")


def ordered(buyer: str, platform: str = "taobao", at: int = T0, **fields: Any) -> OrderChanged:
    return OrderChanged(f"e-{buyer}-{at}", at, platform, f"o-{buyer}", buyer, "s1", "paid", **fields)


def facts(topology: Topology, network: str, buyer: str, kind: type[Any]) -> list[Any]:
    """What a buyer's keyed state holds of a kind of record, of what stands."""
    state = topology.tasks["buyers"].cache.get(scoped(network, buyer))
    return [f for row in state.rows.values() for f in row.facts.values() if type(f) is kind and f.is_held]


def fed(*events: Any) -> Recorded:
    topology = Recorded()
    for event in events:
        topology.feed([event])
    return topology


def test_a_device_links_buyers_of_two_networks_and_each_hears_of_the_other_as_of_one_from_afar() -> None:
    topology = fed(ordered("b1", device_hash="d1"), ordered("b2", "jd", device_hash="d1"))
    (here,) = facts(topology, "taobao", "b1", LinkReported)
    (there,) = facts(topology, "jd", "b2", LinkReported)
    assert [use.buyer_id for use in here.others] == [FAR_B2]
    assert [use.buyer_id for use in there.others] == [from_afar("taobao", "b1")]


def test_namesakes_of_two_networks_with_one_device_are_two_and_linked() -> None:
    topology = fed(ordered("b1", device_hash="d1"), ordered("b1", "jd", device_hash="d1"))
    (report,) = facts(topology, "taobao", "b1", LinkReported)
    assert [use.buyer_id for use in report.others] == [from_afar("jd", "b1")]


def test_buyers_of_taobao_and_tmall_are_of_one_network() -> None:
    assert not facts(
        fed(ordered("b1", device_hash="d1"), ordered("b1", "tmall", T0 + 1, device_hash="d1")),
        "taobao", "b1", LinkReported,
    )  # fmt: skip
    topology = fed(ordered("b1", device_hash="d1"), ordered("b2", "tmall", device_hash="d1"))
    (report,) = facts(topology, "taobao", "b1", LinkReported)
    assert [use.buyer_id for use in report.others] == ["b2"]


def claimed(buyer: str, platform: str) -> RefundChanged:
    ids = f"r-{buyer}", f"o-{buyer}", buyer, "s1"
    came = (Goods("b", 1),)
    return RefundChanged(f"w-{buyer}", T0 + DAY, platform, *ids, "opened", "return_refund", "wrong_item", lines=came)


def test_an_area_an_article_and_unpaid_orders_of_a_shop_are_those_of_its_network() -> None:
    """They name a shop: one of another network that is called alike is another shop."""
    for platform, is_joined in (("tmall", True), ("jd", False)):
        lines = (OrderLine("a", 1, 900),)
        topology = fed(
            ordered("b1", address_area="n1", lines=lines),
            ordered("b2", platform, address_area="n1", lines=lines),
            claimed("b1", "taobao"),
        )
        told = facts(topology, "taobao" if is_joined else "jd", "b2", LinkReported)
        assert [report.attribute for report in told] == ["area:s1/n1"] * is_joined


def test_a_go_between_passes_on_people_of_other_networks_as_from_afar() -> None:
    topology = fed(
        ordered("b1", device_hash="d1", phone_hash="p1"),
        ordered("b2", "jd", device_hash="d1"),
        ordered("b3", phone_hash="p1"),
    )
    (home,) = facts(topology, "taobao", "b3", LinkPassed)
    assert (home.over_id, home.other_id) == ("b1", FAR_B2)
    (away,) = facts(topology, "jd", "b2", LinkPassed)
    assert (away.over_id, away.other_id) == (from_afar("taobao", "b1"), from_afar("taobao", "b3"))
    assert not facts(topology, "jd", "b3", LinkPassed)
    assert not facts(topology, "taobao", "b2", LinkPassed)


def test_what_somebody_of_another_network_did_is_told_with_the_shops_of_there() -> None:
    bad = ReviewPosted("v1", T0 + HOUR, "jd", "v1", "o-b2", "b2", "s1", 1)
    topology = fed(ordered("b1", device_hash="d1"), ordered("b2", "jd", device_hash="d1"), bad)
    (report,) = facts(topology, "taobao", "b1", LinkReported)
    (rated,) = report.others[0].dealings.rated
    assert rated.shop_id == from_afar("jd", "s1")
    assert records_of(topology.published, Alert) == []


def returned(buyer: str, platform: str, number: str = "R1", at: int = T0 + DAY) -> RefundChanged:
    ids = f"r-{buyer}", f"o-{buyer}", buyer, "s1"
    return RefundChanged(
        f"f-{buyer}", at, platform, *ids, "waybill_filled", "return_refund", carrier="sf", waybill_no=number
    )


def test_a_parcel_is_one_everywhere_and_its_users_of_other_networks_are_from_afar() -> None:
    topology = fed(
        ordered("b1", device_hash="d1"),
        returned("b1", "taobao"),
        ordered("b2", "jd", device_hash="d1"),
        returned("b2", "jd"),
        ParcelScanned("p1", T0 + DAY + HOUR, "aliexpress", "sf", "R1", scan="accepted"),
    )
    (report,) = facts(topology, "taobao", "b1", ParcelReported)
    used = {(use.buyer_id, use.shop_id, use.refund_id) for use in report.uses}
    assert used == {("b1", "s1", "r-b1"), (FAR_B2, from_afar("jd", "s1"), from_afar("jd", "r-b2"))}


def test_an_alert_names_people_of_other_networks_plainly_and_says_so() -> None:
    topology = fed(
        ordered("b1", device_hash="d1"),
        returned("b1", "taobao"),
        ordered("b2", "jd", device_hash="d1"),
        returned("b2", "jd"),
    )
    alert = [alert for alert in records_of(topology.published, Alert) if alert.detector == "reused_waybill"][-1]
    assert (alert.platform, alert.buyer_id, alert.severity) == ("jd", "b2", "critical")
    assert (alert.linked_buyer_ids, alert.facts["linked_elsewhere"]) == (("b1",), "b1 (taobao)")
    assert not is_from_afar(str(alert))


def test_a_couriers_silence_is_answered_to_each_who_asks_in_the_own_network() -> None:
    topology = fed(ordered("b1"), returned("b1", "taobao"), ordered("b1", "jd"), returned("b1", "jd"))
    list(topology.pass_time(T0 + 3 * DAY))
    for network in ("taobao", "jd"):
        (answer,) = facts(topology, network, "b1", CourierReported)
        assert (answer.network, answer.courier, answer.waybill_no) == (network, "sf", "R1")


def test_a_shop_answers_in_its_own_network_alone() -> None:
    topology = fed(
        ShopDescribed("d1", T0, "jd", "s1", return_address_hashes=("w9",)),
        ordered("b1"),
        returned("b1", "taobao"),
        ParcelScanned("p1", T0 + DAY + HOUR, "taobao", "sf", "R1", scan="accepted", destination_hash="w1"),
    )
    assert facts(topology, "taobao", "b1", ShopReported) == []
    topology.feed([ShopDescribed("d1", T0, "tmall", "s1", return_address_hashes=("w1",))])
    (answer,) = facts(topology, "taobao", "b1", ShopReported)
    assert answer.return_address_hashes == ("w1",)


def test_a_shop_of_another_network_with_the_buyers_phone_is_one_from_afar() -> None:
    topology = fed(ordered("b1", phone_hash="p1"), ShopDescribed("d1", T0, "jd", "s1", phone_hash="p1"))
    (report,) = facts(topology, "taobao", "b1", LinkReported)
    assert [(use.buyer_id, use.shop_id) for use in report.others] == [("", from_afar("jd", "s1"))]
