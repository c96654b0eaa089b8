"""Whether a parcel circulated, and what it weighed."""

import pytest

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import ScanKind, SignerKind
from cloudtag.parcels.circulation import Circulation, are_near, circulation
from cloudtag.parcels.journey import journeys_of
from tests.parcels.making import scan, told


def of(scans: list[ParcelScanned]) -> Circulation:
    (journey,) = journeys_of(scans)
    return circulation(journey)


def stops(
    *facilities: str | None, last: ScanKind = "signed", signer: SignerKind | None = "station"
) -> list[ParcelScanned]:
    travels: list[ScanKind] = ["arrived"] * (len(facilities) - 2)
    every: list[ScanKind] = ["accepted", *travels, last]
    kinds = every[-len(facilities) :]
    return [
        scan(kind, n, signer if kind == "signed" else None, facility=facility)
        for n, (kind, facility) in enumerate(zip(kinds, facilities, strict=True))
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [("label_created", None), ("label_created exception", 1), ("label_created accepted", 1), ("unknown", 0)],
)
def test_a_label_alone_does_not_circulate(text: str, first: int | None) -> None:
    scans = told(text)
    assert of(scans).first == (None if first is None else scans[first])


def test_a_number_that_was_never_scanned_does_not_circulate() -> None:
    found = circulation(None)
    assert (found.first, found.last, found.stayed_inside, found.was_turned_round) == (None, None, False, False)


@pytest.mark.parametrize(
    ("scans", "stayed", "facilities"),
    [
        (stops("F1", "F1", "F1"), True, ("F1",)),
        (stops("F1", "HUB", "F1"), True, ("F1", "HUB")),
        (stops("F1", "F2"), False, ("F1", "F2")),
        (stops("F1", None), False, ("F1",)),
        (stops(None, None), False, ()),
        (stops("F1"), False, ("F1",)),
        (stops("F1", "F1", last="departed"), False, ("F1",)),
        ([scan("label_created", -1, facility="F9"), *stops("F1", "F1")], True, ("F1",)),
        ([*stops("F1", "F1"), scan("arrived", 9, facility="F2")], False, ("F1", "F2")),
        # Where a parcel was handed in that is first seen to arrive, nobody knows.
        ([scan("arrived", 1, facility="F1"), *stops("F1", "F1")[1:]], False, ("F1",)),
        ([scan("departed", 1, facility="F1"), *stops("F1", "F1")[1:]], True, ("F1",)),
    ],
)
def test_in_and_out_at_one_facility(scans: list[ParcelScanned], stayed: bool, facilities: tuple[str, ...]) -> None:
    found = of(scans)
    assert found.stayed_inside is stayed
    assert found.came_round is (stayed and len(facilities) > 1)
    assert found.facilities == facilities


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("accepted arrived exception returned signed:recipient", True),
        ("accepted signed:recipient returned signed:station", True),
        ("accepted returned", False),
        ("accepted arrived signed:recipient", False),
        # The shop refuses the return: it comes back by right.
        ("accepted refused returned signed:recipient", False),
        ("accepted refused signed:recipient", False),
        ("accepted refused out_for_delivery returned signed:recipient", True),
        ("accepted returned signed departed", False),
    ],
)
def test_turned_round(text: str, turned: bool) -> None:
    assert of(told(text)).was_turned_round is turned


def test_the_signature_that_stands() -> None:
    scans = told("accepted signed:recipient departed signed:station")
    assert of(scans).signed == scans[3]
    assert of(scans[:3]).signed is None
    assert of(scans[:2]).signed == scans[1]
    assert of(told("accepted refused")).signed is None


def test_what_it_weighed() -> None:
    scans = [
        scan("accepted", weight_grams=0),
        scan("arrived", 1, weight_grams=850),
        scan("departed", 2, weight_grams=40),
    ]
    found = of(scans)
    assert found.weights == (850, 40)
    assert found.weighs_like(1000, 15)
    assert not found.weighs_like(1001, 15)
    assert found.weighs_less(3401, 25)
    assert not found.weighs_less(3400, 25)
    # Never weighed: neither.
    assert not of(scans[:1]).weighs_like(0, 15)
    assert not of(scans[:1]).weighs_less(10**6, 25)


@pytest.mark.parametrize(("grams", "is_near"), [(1150, True), (1151, False), (850, True), (849, False), (1000, True)])
def test_within_a_share_of_the_other(grams: int, is_near: bool) -> None:
    assert are_near(grams, 1000, 15) is is_near


def test_the_package_somebody_named() -> None:
    assert of([scan("accepted"), scan("arrived", 1, package="envelope")]).package == "envelope"
    assert of([scan("accepted")]).package == "unknown"
