"""Who is told of whom: pictures that look alike, hubs, areas, and what shops say of themselves."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import (
    ComplaintChanged,
    Event,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    ReturnInspected,
    ShopDescribed,
)
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.scope import scoped
from cloudtag.contract.shops import ShopReported
from cloudtag.contract.types import Goods, OrderLine, OrderStatus, Proof
from cloudtag.policy.load import shipped
from cloudtag.policy.model import LinkRules
from cloudtag.processors.links.joins import MAX_TOLD, bands_of, hamming, others_of
from cloudtag.replay.topology import Topology

T0 = 1_772_409_600_000
MINUTE = 60_000
DAY = 86_400_000
RULES = LinkRules()
hashes = st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}")


def shown(attribute: str, buyer_id: str, at: int = 0, **fields: Any) -> AttributeUsed:
    return AttributeUsed(0, True, attribute, T0 + at, f"e-{buyer_id}-{at}", "taobao", buyer_id, **fields)


def told_over(one: str, other: str) -> list[str]:
    """The keys over which two buyers are told of each other's pictures."""
    keys: list[str] = []
    for bands in sorted({*bands_of(one), *bands_of(other)}):
        uses = [
            shown(f"phash:{bands}", buyer_id, n, subject=f"r{n}", phash=phash)
            for n, (buyer_id, phash) in enumerate((("b1", one), ("b2", other)))
            if bands in bands_of(phash)
        ]
        keys += [bands] * bool(others_of(f"phash:{bands}", uses, RULES))
    return keys


@given(hashes, st.sets(st.integers(0, 63), max_size=6))
@settings(deadline=None)
def test_pictures_at_most_six_bits_apart_meet_over_exactly_one_key(one: str, flipped: set[int]) -> None:
    other = f"{int(one, 16) ^ sum(1 << bit for bit in flipped):016x}"
    assert hamming(one, other) == len(flipped)
    assert len(told_over(one, other)) == 1


@given(hashes, st.sets(st.integers(0, 63), min_size=7, max_size=20))
@settings(deadline=None)
def test_pictures_further_apart_never_meet(one: str, flipped: set[int]) -> None:
    assert told_over(one, f"{int(one, 16) ^ sum(1 << bit for bit in flipped):016x}") == []


def test_letters_of_a_hash_may_be_large_or_small() -> None:
    assert len(told_over("00FF00FF00FF00FF", "00ff00ff00ff00ff")) == 1


def test_the_shipped_packs_look_up_as_far_as_the_detector_looks() -> None:
    for policy in shipped().versions():
        assert policy.detectors["reused_evidence"].picture_bits <= policy.links.picture_bits


def test_one_refund_with_two_pictures_of_one_thing_tells_nothing() -> None:
    uses = [shown("picture:x", "b1", n, subject="r1") for n in range(2)]
    assert others_of("picture:x", uses, RULES) == {}


def test_a_latecomer_hears_of_the_earliest_uses_and_of_its_own() -> None:
    uses = [shown("picture:x", f"b{n}", n, subject=f"r{n}") for n in range(50)]
    told = others_of("picture:x", uses, RULES)
    assert {use.buyer_id for use in told["", "b49"]} == {*(f"b{n}" for n in range(MAX_TOLD)), "b49"}


def test_shops_kept_by_one_agent_make_a_hub_too() -> None:
    uses = [shown("phone:p1", "", n, shop_id=f"s{n}") for n in range(20)]
    assert others_of("phone:p1", [*uses[:19], shown("phone:p1", "b1")], RULES).keys() == {("", "b1")}
    assert others_of("phone:p1", [*uses, shown("phone:p1", "b1")], RULES) == {}


@pytest.mark.parametrize(("limit", "is_told"), [(20, True), (19, False)])
def test_the_fan_out_limit_is_the_policys(limit: int, is_told: bool) -> None:
    uses = [shown("device:d1", f"b{n}", n) for n in range(20)]
    assert bool(others_of("device:d1", uses, LinkRules(fan_out=limit))) is is_told


def links_of(topology: Topology, buyer_id: str) -> dict[str, tuple[AttributeUsed, ...]]:
    row = topology.tasks["buyers"]._cache.get(scoped("taobao", buyer_id)).rows.get("l")
    return {f.attribute: f.others for f in row.facts.values() if f.is_held} if row else {}


def order(
    n: int, at: int = T0, shop_id: str = "s1", sku_id: str = "a", status: OrderStatus = "paid", **fields: Any
) -> OrderChanged:
    lines = (OrderLine(sku_id, 1, 900 if sku_id == "a" else 100),)
    return OrderChanged(f"o{n}-{at}", at + n, "taobao", f"o{n}", f"b{n}", shop_id, status, lines=lines, **fields)


def wrong(n: int, came: str, at: int = T0 + DAY, shop_id: str = "s1") -> RefundChanged:
    ids = (f"r{n}", f"o{n}", f"b{n}", shop_id)
    return RefundChanged(
        f"r{n}-{at}", at, "taobao", *ids, "opened", "return_refund", "wrong_item", lines=(Goods(came, 1),)
    )


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


def answers(topology: Topology, buyer_id: str) -> list[ShopReported]:
    row = topology.tasks["buyers"]._cache.get(scoped("taobao", buyer_id)).rows.get("q")
    return [f for f in row.facts.values() if f.is_held and isinstance(f, ShopReported)] if row else []


def described(n: int, at: int, *hashes: str) -> ShopDescribed:
    return ShopDescribed(f"s1-{n}", T0 + at * DAY, "taobao", "s1", return_address_hashes=hashes, category="tea")


def returned(destination: str | None) -> list[Event]:
    return [
        order(1),
        RefundChanged("r1", T0 + DAY, "taobao", "r1", "o1", "b1", "s1", "opened", "return_refund", waybill_no="R1"),
        ParcelScanned("p1", T0 + 2 * DAY, "taobao", "sf", "R1", scan="accepted", destination_hash=destination),
    ]


def test_a_shop_is_asked_about_only_when_a_destination_is_known() -> None:
    topology = Topology(shipped())
    topology.feed([described(1, -30, "w1"), *returned(None)])
    assert answers(topology, "b1") == []
    topology.feed([ParcelScanned("p2", T0 + 3 * DAY, "taobao", "sf", "R1", scan="arrived", destination_hash="w1")])
    assert [answer.return_address_hashes for answer in answers(topology, "b1")] == [("w1",)]


def test_an_answer_is_corrected_when_the_shop_describes_itself_anew() -> None:
    topology = Topology(shipped())
    topology.feed(returned("w2"))
    assert answers(topology, "b1") == []
    topology.feed([described(1, -500, "w1")])
    topology.feed([described(2, 5, "w1", "w2")])
    (answer,) = answers(topology, "b1")
    assert (answer.return_address_hashes, len(answer.listings)) == (("w1", "w2"), 2)
    forwarded = topology.internal_records
    topology.feed([described(3, 6, "w1", "w2")])
    assert topology.internal_records == forwarded, "the same said again is told nobody"


def test_what_came_back_is_answered_by_who_ordered_it_and_taken_back_with_the_inspection() -> None:
    topology = Topology(shipped())
    topology.feed([order(1, device_hash="d1"), order(2, sku_id="b", device_hash="d1"), wrong(1, "c")])

    def owned() -> list[tuple[str, str]]:
        facts = (
            topology.tasks["buyers"]._cache.get(scoped("taobao", "b1")).rows["o" + scoped("s1", "o1")].facts.values()
        )
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


def test_unpaid_orders_are_told_when_due_and_taken_back_by_payment() -> None:
    topology = Topology(shipped(), 0)
    topology.feed([order(n, status="placed", device_hash="d1") for n in (1, 2)])
    unpaid = "unpaid:s1:device:d1"
    assert unpaid not in links_of(topology, "b1")
    list(topology.pass_time(T0 + 31 * MINUTE))
    assert [use.unpaid[0].order_id for use in links_of(topology, "b1")[unpaid]] == ["o2"]
    topology.feed([order(2, T0 + 40 * MINUTE)])
    assert unpaid not in links_of(topology, "b1")


def test_a_picture_in_a_complaint_without_an_order_is_told() -> None:
    topology = Topology(shipped())
    proof = (Proof("x", "picture"),)
    for n in (1, 2):
        topology.feed([ComplaintChanged(f"c{n}", T0 + n, "taobao", f"c{n}", f"b{n}", "s1", "buyer", evidence=proof)])
    assert [use.stream for use in links_of(topology, "b2")["picture:x"]] == ["complaints", "complaints"]
