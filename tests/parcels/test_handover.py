"""One parcel under the names of two couriers, and two parcels that have the same digits."""

from typing import Any

import pytest

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import Role, WaybillUsed
from cloudtag.contract.types import ScanKind, SignerKind
from cloudtag.parcels.handover import handed_over
from cloudtag.parcels.journey import journeys_of
from cloudtag.parcels.told import told_of
from tests.parcels.making import START_MS, scan


def _abroad(first: ScanKind = "arrived", signed: SignerKind | None = None, **said: Any) -> list[ParcelScanned]:
    """Handed in at one courier, and delivered by another."""
    own = {"destination_hash": "home", **said}
    return [
        scan("accepted", 0, carrier="China Post", destination_hash="home"),
        *([scan("signed", 2, signed, carrier="China Post")] if signed else []),
        scan(first, 100, carrier="USPS", **own),
        scan("signed", 120, "recipient", carrier="USPS", **own),
    ]


def _use(carrier: str | None = "China Post", role: Role = "outbound", buyer: str = "B1", **said: Any) -> WaybillUsed:
    return WaybillUsed(
        revision=0, is_held=True, waybill_no="W1", role=role, occurred_at=START_MS, event_id="u", platform="taobao",
        buyer_id=buyer, shop_id="S1", order_id="O1", refund_id="R1" if role == "return" else None, carrier=carrier,
        **said,
    )  # fmt: skip


def _ways(scans: list[ParcelScanned]) -> list[tuple[str | None, int]]:
    return [(journey.courier, len(journey.scans)) for journey in handed_over(journeys_of(scans))]


def test_a_parcel_handed_over_goes_one_way_under_both_names() -> None:
    assert sorted(_ways(_abroad())) == [("china_post", 3), ("usps", 3)]


@pytest.mark.parametrize(
    "scans",
    [
        _abroad(destination_hash="elsewhere"),
        _abroad(destination_hash=None),
        _abroad("accepted"),
        _abroad("label_created"),
        _abroad(signed="recipient"),
    ],
    ids=["bound elsewhere", "bound for nobody knows where", "handed in anew", "a label of its own", "had arrived"],
)
def test_the_same_digits_are_two_parcels_where_nothing_says_otherwise(scans: list[ParcelScanned]) -> None:
    assert sum(count for _, count in _ways(scans)) == len(scans)


def test_one_order_makes_one_parcel() -> None:
    scans = _abroad(destination_hash=None, order_id="O1")
    scans.append(scan("departed", 5, carrier="China Post", order_id="O1"))
    assert sorted(_ways(scans)) == [("china_post", 4), ("usps", 4)]


@pytest.mark.parametrize("carrier", ["China Post", "USPS"])
def test_whoever_was_sent_it_is_told_that_it_came(carrier: str) -> None:
    (found,) = told_of(_abroad(), [_use(carrier)]).journeys["", "B1"]
    assert found.place == "with_receiver"


def test_it_is_one_parcel_to_all_who_name_it() -> None:
    told = told_of(_abroad(), [_use("USPS", "return"), _use("China Post", "return", "B2")])
    assert len(set(told.meant.values())) == 1


@pytest.mark.parametrize(
    ("said", "is_told"),
    [({"address_hashes": ("home",)}, True), ({"address_hashes": ("flat",)}, False), ({}, False)],
)
def test_a_shop_may_name_another_courier_than_carries_it(said: dict[str, Any], is_told: bool) -> None:
    told = told_of(_abroad()[2:], [_use("SF", **said)]).journeys
    assert [journey.place for journeys in told.values() for journey in journeys] == ["with_receiver"] * is_told


def test_the_order_that_scans_name_is_as_good_as_its_address() -> None:
    told = told_of(_abroad(order_id="O1")[2:], [_use("SF")]).journeys
    assert [journey.courier for journey in told["", "B1"]] == ["sf"]


def test_a_return_means_the_courier_that_it_names() -> None:
    assert not told_of(_abroad(order_id="O1"), [_use("SF", "return", address_hashes=("home",))]).journeys
