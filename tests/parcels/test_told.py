"""Who is told of which journeys of a number."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import Place
from cloudtag.contract.parcels import Role, WaybillUsed
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.handover import handed_over
from cloudtag.parcels.journey import journeys_of
from cloudtag.parcels.seen import seen
from cloudtag.parcels.told import journeys_told, told_of
from cloudtag.parcels.uses import journey_of_use
from tests.parcels.making import HOUR_MS, LAW, START_MS, histories, scan, told


def use(
    hours: int, role: Role = "return", buyer: str = "B1", carrier: str | None = "SF", is_held: bool = True
) -> WaybillUsed:
    return WaybillUsed(
        revision=0, is_held=is_held, waybill_no="W1", role=role, occurred_at=START_MS + hours * HOUR_MS,
        event_id=f"u{hours}", platform="taobao", buyer_id=buyer, shop_id="S1", order_id=f"O{hours}",
        refund_id=f"R{hours}" if role == "return" else None, carrier=carrier,
    )  # fmt: skip


def places(scans: list[ParcelScanned], *uses: WaybillUsed) -> dict[str, list[Place]]:
    return {buyer: [journey.place for journey in found] for (_, buyer), found in journeys_told(scans, uses).items()}


def test_whoever_sends_back_is_told_of_a_parcel_under_way() -> None:
    scans = told("accepted departed")
    assert places(scans, use(0)) == {"B1": ["on_the_way"]}
    assert places(scans, use(0, "outbound")) == {}
    assert places(told("label_created"), use(0)) == {"B1": ["not_handed_in"]}


def test_whoever_was_sent_something_is_told_where_it_is() -> None:
    assert places(told("accepted signed:locker"), use(0, "outbound")) == {"B1": ["waiting"]}
    assert places(told("accepted refused"), use(0, "outbound")) == {"B1": ["coming_home"]}
    # A signature that is refuted is taken back.
    assert places(told("accepted signed:locker departed"), use(0, "outbound")) == {}


def bound(said: dict[str, Any], *orders: tuple[str, str], shop: str = "S1") -> list[Place]:
    """What B1 is told of a parcel under way of which that is said, by orders and where they are to go."""
    uses = [
        replace(use(0, "outbound"), order_id=order, address_hashes=(home,) if home else (), shop_id=shop if n else "S1")
        for n, (order, home) in enumerate(orders)
    ]
    return places([scan("accepted"), scan("arrived", 3, **said)], *uses).get("B1", [])


def test_whoever_was_sent_something_is_told_of_a_parcel_under_way_that_is_not_theirs() -> None:
    assert bound({"order_id": "O9"}, ("O1", "home")) == ["on_the_way"]
    assert bound({"destination_hash": "away"}, ("O1", "home")) == ["on_the_way"]
    assert bound({"order_id": "O1", "destination_hash": "home"}, ("O1", "home")) == []
    assert bound({"destination_hash": "away"}, ("O1", "")) == []
    assert bound({"order_id": "O2"}, ("O1", "home"), ("O2", "home")) == []
    assert bound({"destination_hash": "away"}, ("O1", "home"), ("O2", "away")) == []
    # What another shop sent is another parcel.
    assert bound({"order_id": "O2"}, ("O1", "home"), ("O2", "home"), shop="S2") == ["on_the_way"]


def test_of_a_parcel_bound_elsewhere_nothing_is_told_that_changes_with_its_scans() -> None:
    mine = replace(use(0, "outbound"), order_id="O1")
    scans = [scan("accepted", order_id="O9"), scan("departed", 1)]
    ((before,),) = journeys_told(scans, [mine]).values()
    ((after,),) = journeys_told([*scans, scan("arrived", 2), scan("out_for_delivery", 3)], [mine]).values()
    assert before == after
    assert before.order_id == "O9"


def test_nobody_is_told_by_a_use_that_no_longer_stands() -> None:
    assert places(told("accepted signed"), use(0, is_held=False)) == {}
    assert places([], use(0)) == {}


def test_each_is_told_of_the_parcel_meant() -> None:
    scans = [scan("accepted"), scan("signed", 5, "recipient"), scan("accepted", 5000), scan("returned", 5001)]
    uses = [use(0, "outbound", "B1"), use(5000, "outbound", "B2"), use(5000, "return", "B3", "圆通")]
    assert places(scans, *uses) == {"B1": ["with_receiver"], "B2": ["coming_home"]}
    assert places(scans, use(0, "outbound"), use(5000)) == {"B1": ["with_receiver", "coming_home"]}


def test_the_only_courier_a_use_names_is_the_parcels() -> None:
    scans = [scan("accepted", carrier=None), scan("signed", 5, carrier=None)]
    (found,) = journeys_told(scans, [use(0, carrier="圆通")])["", "B1"]
    assert found.courier == "yto"
    (found,) = journeys_told(scans, [use(0, carrier="圆通"), use(1, carrier="SF")])["", "B1"]
    assert found.courier is None


def test_two_parcels_that_began_in_one_minute_are_two() -> None:
    scans = [scan("accepted", carrier="SF"), scan("accepted", carrier="圆通", event_id="other")]
    told = told_of(scans, [use(0, carrier="SF"), use(0, buyer="B2", carrier="圆通")])
    assert len(set(told.meant.values())) == 2
    told = told_of(scans, [use(0, carrier="SF"), use(0, buyer="B2", carrier="顺丰")])
    assert len(set(told.meant.values())) == 1


def test_a_return_of_another_courier_is_told_of_the_one_parcel_that_nobody_means() -> None:
    scans = [scan("accepted", carrier="ZTO"), scan("arrived", 5, carrier="ZTO")]
    told = told_of(scans, [use(0, carrier="YTO")])
    assert (told.journeys, told.others["", "B1"].courier, told.others["", "B1"].place) == ({}, "zto", "on_the_way")
    for others in (
        [use(0, carrier="ZTO")],
        [use(0, "outbound", carrier="YTO")],
        [use(0, carrier="YTO"), use(1, buyer="B2", carrier="ZTO")],
        [use(0, carrier="YTO"), use(1, "outbound", buyer="B2", carrier="ZTO")],
        [replace(use(0, carrier="YTO"), is_replaced=True)],
        [use(0, carrier=None)],
    ):
        assert not told_of(scans, others).others
    assert not told_of([*scans, scan("accepted", carrier="STO")], [use(0, carrier="YTO")]).others
    assert not told_of([scan("accepted", carrier=None)], [use(0, carrier="YTO")]).others


def test_a_parcel_that_another_order_was_sent_in_is_meant_under_whatever_name() -> None:
    scans = [scan("accepted", carrier="ZTO", order_id="O1"), scan("signed", 5, carrier="ZTO", order_id="O1")]
    sent = use(1, "outbound", buyer="B2", carrier="SF")
    assert not told_of(scans, [use(0, carrier="YTO"), sent]).others
    assert told_of(scans, [use(0, carrier="YTO"), replace(sent, order_id="O2")]).others


USES = st.lists(
    st.builds(
        use,
        st.integers(-200, 13_000),
        st.just("return"),
        st.sampled_from(("B1", "B2")),
        st.sampled_from((None, "SF", "圆通", "ZTO")),
    ),
    max_size=5,
    # Of one use there is one word at a time.
    unique_by=lambda one: one.internal_id,
)


@given(histories(), USES)
@LAW
def test_each_use_finds_among_what_is_told_what_it_finds_among_all(
    scans: list[ParcelScanned], uses: list[WaybillUsed]
) -> None:
    found = journeys_told(scans, uses)
    codes = {code for one in uses if (code := canonical_courier(one.carrier)) is not None}
    everything = seen(handed_over(journeys_of(scans, codes)), is_return=True)
    for one in uses:
        code = canonical_courier(one.carrier)
        among_all = journey_of_use(everything, one.occurred_at, code)
        assert journey_of_use(found.get(one.party, ()), one.occurred_at, code) == among_all


@given(histories(), USES.filter(bool))
@LAW
def test_the_only_use_of_a_number_is_told_what_two_are_told_that_mean_the_same(
    scans: list[ParcelScanned], uses: list[WaybillUsed]
) -> None:
    for role in ("return", "outbound"):
        one = replace(uses[0], role=role, address_hashes=("D1",))
        alone, both = told_of(scans, [one]), told_of(scans, [one, replace(one, refund_id="another")])
        assert (alone.journeys, dict(alone.others)) == (both.journeys, dict(both.others))
        assert alone.meant == {use_id: at for use_id, at in both.meant.items() if use_id == one.internal_id}
