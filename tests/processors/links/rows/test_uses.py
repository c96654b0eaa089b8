"""The uses of one attribute: who is told of whom, hubs that link nobody, and who else ordered what came back (F8)."""

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.events import Event, OrderChanged, RefundChanged, ShopDescribed
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.links.rows.uses import HELD_MS
from cloudtag.replay.topology import Topology
from cloudtag.wire.replay_form import decode_json
from tests.engine.standing import records_of
from tests.processors.linked import links_of, order, wrong
from tests.processors.scene import DAY, T0, Scene

Raw = dict[str, Any]
DEVICE = "device:d1"


def used(buyer_id: str, at: int = T0, attribute: str = DEVICE, **fields: Any) -> AttributeUsed:
    return AttributeUsed(0, True, attribute, at, f"e-{buyer_id}", "taobao", buyer_id, network="taobao", **fields)


def on_stage(*facts: AttributeUsed) -> Scene:
    scene = Scene("links", DEVICE)
    scene.come(*facts)
    return scene


def test_uses_are_held_under_their_attribute_a_buyers_once() -> None:
    scene = on_stage(used("b1"), used("b1", T0 + DAY), used("b2", attribute="device:d2"), used("", shop_id="s1"))
    shop = used("", shop_id="s1").internal_id
    assert scene.ids("uses") == sorted([scoped("taobao", "b1"), shop])


def test_a_use_asks_for_its_own_attribute_alone() -> None:
    scene = on_stage(used("b1"))
    scene.come(used("b2"))
    assert scene.judged("uses") == {""}
    scene.come(used("b2", attribute="device:d2"))
    assert scene.judged("uses") == set()


def test_a_report_goes_to_its_buyer_with_the_newest_moment_of_the_others() -> None:
    told = {output.key: output for output in on_stage(used("b1"), used("b2", T0 + DAY)).published[:2]}
    assert {output.stream for output in told.values()} == {"link-reports"}
    others = used("b1"), used("b2", T0 + DAY)
    assert told["b2"].record == LinkReported(0, True, "b2", DEVICE, T0, others[:1], "taobao")
    assert told["b1"].record == LinkReported(0, True, "b1", DEVICE, T0 + DAY, others[1:], "taobao")


def test_a_use_taken_back_takes_the_reports_back() -> None:
    scene = on_stage(used("b1"), used("b2"))
    gone = replace(used("b2"), revision=1, is_held=False)
    told = records_of(scene.come(gone), LinkReported)
    assert {(report.buyer_id, report.revision, report.is_held) for report in told} == {
        ("b1", 1, False),
        ("b2", 1, False),
    }
    assert scene.come(gone) == []


def test_judging_twice_is_judging_once() -> None:
    assert len(on_stage(used("b1"), used("b2"), used("b3")).probe()) == 3


def test_a_use_is_met_by_another_that_is_no_later_than_uses_are_held() -> None:
    assert records_of(on_stage(used("b1")).come(used("b2", T0 + HELD_MS)), LinkReported)
    assert not records_of(on_stage(used("b1")).come(used("b2", T0 + HELD_MS + 1)), LinkReported)


def test_uses_are_let_go_to_the_millisecond_but_a_shops() -> None:
    assert on_stage(used("b1")).goes_after(T0 + HELD_MS, "uses")
    shops = on_stage(used("b1"), used("", shop_id="s1"))
    assert not shops.goes_after(T0 + HELD_MS, "uses")
    assert shops.row("uses") is not None
    shops.come(replace(used("", shop_id="s1"), revision=1, is_held=False))
    shops.wait(T0 + 3 * HELD_MS)
    assert shops.row("uses") is None


def showing(n: int, at: int = T0) -> OrderChanged:
    return OrderChanged(f"e{n}", at + n, "taobao", f"o{n}", f"b{n}", "s1", "placed", device_hash="d1")


def reports(topology: Topology, buyer: str) -> list[LinkReported]:
    row = topology.tasks["buyers"].cache.get(scoped("taobao", buyer)).row("links")
    return [fact for fact in row.facts.values() if fact.is_held] if row else []


def test_no_token_of_a_buyer_is_taken_for_another_use() -> None:
    identity = build("links", shipped()).kinds.identity
    about = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "b1", subject="r1")
    plain = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", about.internal_id)
    shop = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "", shop_id="s1")
    buyer = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "s1")
    ids = [identity(use) for use in (about, plain, shop, buyer)]
    assert len(set(ids)) == len(ids)


def test_a_second_buyer_links_both() -> None:
    topology = Topology(shipped())
    topology.feed([showing(1)])
    assert topology.internal_records == 1
    topology.feed([showing(2)])
    assert [use.buyer_id for use in reports(topology, "b1")[0].others] == ["b2"]
    assert [use.buyer_id for use in reports(topology, "b2")[0].others] == ["b1"]


def test_more_orders_of_one_buyer_are_told_once() -> None:
    topology = Topology(shipped())
    topology.feed([showing(1)])
    for n in range(2, 30):
        event = OrderChanged(f"e{n}", T0 + n, "taobao", f"o{n}", "b1", "s1", "placed", device_hash="d1")
        topology.feed([event])
    assert topology.internal_records == 1


def test_past_the_fan_out_limit_nobody_is_linked_and_little_is_held() -> None:
    topology = Topology(shipped())
    for n in range(1, 200):
        topology.feed([showing(n)])
    assert not any(reports(topology, f"b{n}") for n in range(1, 200))
    row = topology.tasks["links"].cache.get("device:d1").rows["u"]
    assert len(row.facts) <= 42


def test_a_hub_is_a_hub_in_any_order_of_arrival() -> None:
    orders = [showing(n) for n in range(1, 60)]
    outcomes = []
    for arrival in (orders, orders[::-1], orders[30:] + orders[:30]):
        topology = Topology(shipped(), lateness_ms=10**9)
        for event in arrival:
            topology.feed([event])
        held = topology.tasks["links"].cache.get("device:d1").rows["u"].facts
        outcomes.append(sorted(held))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_an_area_tells_of_claims_at_one_shop_and_of_nothing_else() -> None:
    topology = Topology(shipped())
    topology.feed([order(1, address_area="n1"), order(2, address_area="n1"), order(3, shop_id="s2", address_area="n1")])
    assert not any(links_of(topology, f"b{n}") for n in (1, 2, 3))
    topology.feed([wrong(1, "b")])
    assert not links_of(topology, "b1")
    assert [use.claims[0].other_skus for use in links_of(topology, "b2")["area:s1/n1"]] == [("b",)]
    assert not links_of(topology, "b3")


def test_many_claims_hide_no_link() -> None:
    topology = Topology(shipped())
    topology.feed([order(1, device_hash="d1"), order(2, device_hash="d1")])
    for n in range(60):
        ids = (f"q{n}", "o1", "b1", "s1")
        claim = RefundChanged(
            f"q{n}", T0 + n, "taobao", *ids, "opened", "return_refund", "wrong_item", lines=(Goods("b", 1),)
        )
        topology.feed([claim])
    assert any(not use.subject for use in links_of(topology, "b2")["device:d1"])


def test_a_former_tenant_is_no_neighbour() -> None:
    topology = Topology(shipped())
    topology.feed([order(1, address_hash="x1")])
    topology.feed([order(2, T0 + 211 * DAY, address_hash="x1")])
    assert not links_of(topology, "b2")


def test_what_a_shop_shows_holds_until_it_shows_something_else() -> None:
    topology = Topology(shipped())
    topology.feed([ShopDescribed("s-1", T0, "taobao", "s9", device_hashes=("d1",), category="tea")])
    list(topology.pass_time(T0 + 300 * DAY))
    topology.feed([order(1, T0 + 500 * DAY, device_hash="d1")])
    assert [use.shop_id for use in links_of(topology, "b1")["device:d1"]] == ["s9"]
    topology.feed([ShopDescribed("s-2", T0 + 501 * DAY, "taobao", "s9", category="tea")])
    assert not links_of(topology, "b1")


def test_a_hub_forms_and_what_was_told_is_taken_back() -> None:
    topology = Topology(shipped())
    topology.feed([order(n, device_hash="d1") for n in range(20)])
    assert len(links_of(topology, "b0")["device:d1"]) == 19
    topology.feed([order(20, device_hash="d1")])
    assert not any(links_of(topology, f"b{n}") for n in range(21))


CLOCK = [{"sku_id": "clock", "quantity": 1, "unit_price_minor": 9900}]
SOUGHT = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="wrong_item"),
    inspected(day(8), {"clock": 2}),
)


def sold(n: int, at: int = 1, **fields: Any) -> Raw:
    """Buyer n orders a clock in the shop."""
    return ordered("paid", day(at, 0, n), lines=CLOCK, **{"refund_id": f"r{n}", "buyer_id": f"b{n}", **fields})


def fed(*events: Raw) -> Topology:
    topology = Topology(shipped())
    for event in events:
        fact = decode_json(event)[1]
        assert isinstance(fact, Event)
        topology.feed([fact])
    return topology


def sales_told(topology: Topology) -> list[tuple[AttributeUsed, ...]]:
    """What buyer b1 learned of the clock."""
    row = topology.tasks["buyers"].cache.get(scoped("taobao", "b1")).rows.get("l")
    facts = row.facts.values() if row else ()
    return [f.others for f in facts if isinstance(f, LinkReported) and f.is_held and f.attribute == "sku:s1/clock"]


def test_whoever_asks_learns_who_ordered_it_whichever_comes_first() -> None:
    for events in ((sold(2), *SOUGHT), (*SOUGHT, sold(2))):
        ((sale,),) = sales_told(fed(*events))
        assert (sale.buyer_id, sale.subject) == ("b2", "o2")


def test_whoever_asks_learns_that_nobody_did() -> None:
    assert sales_told(fed(*SOUGHT)) == [()]
    assert sales_told(fed(*SOUGHT, sold(2, shop_id="s2"))) == [()]
    assert sales_told(fed(*SOUGHT, sold(7, buyer_id="b1"))) == [()]


def test_nobody_asks_where_nothing_was_claimed_or_the_article_was_ordered() -> None:
    assert sales_told(fed(sold(2), *SOUGHT[:2])) == []
    quiet = refunded("opened", day(5), type="return_refund", reason="no_reason")
    assert sales_told(fed(sold(2), SOUGHT[0], quiet, SOUGHT[2])) == []
    assert sales_told(fed(sold(2), *SOUGHT[:2], inspected(day(8), {"dress": 2}))) == []


def test_of_an_article_that_many_order_few_orders_are_held_and_the_earliest_are_reported() -> None:
    topology = fed(*(sold(n) for n in range(2, 120)), *SOUGHT)
    assert len(topology.tasks["links"].cache.get("sku:s1/clock").rows["u"].facts) <= 43
    (sales,) = sales_told(topology)
    assert [sale.buyer_id for sale in sales] == ["b2", "b3", "b4"]


def test_an_article_that_is_still_sold_is_known_however_old_the_first_orders_are() -> None:
    topology = fed(*(sold(n, -700) for n in range(2, 60)), *(sold(n, -1) for n in range(60, 120)), *SOUGHT)
    (sales,) = sales_told(topology)
    assert sales
    assert all(int(sale.buyer_id[1:]) >= 60 for sale in sales)
