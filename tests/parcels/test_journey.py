"""Where one journey of a number ends and the next begins, and whose scan one without a courier is."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import ScanKind, SignerKind
from cloudtag.parcels.journey import journeys_of
from cloudtag.parcels.scan_order import in_order
from tests.parcels.making import DAY_MS, HOUR_MS, LAW, START_MS, histories, scan, told

DAYS_180 = 180 * 24
MS = 1 / HOUR_MS


def cut(scans: list[ParcelScanned], **more: Any) -> list[list[str]]:
    return [[s.event_id for s in journey.scans] for journey in journeys_of(scans, **more)]


@pytest.mark.parametrize("kind", ["accepted", "label_created"])
@pytest.mark.parametrize(("gap", "journeys"), [(DAYS_180, 2), (DAYS_180 - MS, 1)])
def test_a_number_comes_again_after_its_days(kind: ScanKind, gap: float | int, journeys: int) -> None:
    scans = [scan("accepted"), scan("departed", 10), scan(kind, 10 + gap)]
    assert len(cut(scans)) == journeys


@pytest.mark.parametrize(("courier", "gap", "journeys"), [("USPS", 120, 2), ("USPS", 119.9, 1), ("SF", 120, 1)])
def test_each_courier_has_its_days(courier: str, gap: float | int, journeys: int) -> None:
    scans = [scan("accepted", carrier=courier), scan("accepted", gap * 24, carrier=courier)]
    assert len(cut(scans)) == journeys


def test_days_may_be_given() -> None:
    scans = [scan("accepted"), scan("accepted", 24)]
    assert len(cut(scans, reuse_days=lambda code: 1 if code == "sf" else 2)) == 2
    assert len(cut(scans, reuse_days=lambda code: 2)) == 1


@pytest.mark.parametrize("kind", ["departed", "arrived", "out_for_delivery", "signed", "exception", "unknown"])
def test_only_being_handed_in_begins_a_journey(kind: ScanKind) -> None:
    assert len(cut([scan("accepted"), scan(kind, 2 * DAYS_180)])) == 1


def test_the_days_run_from_the_last_scan() -> None:
    scans = [scan("accepted"), scan("exception", 2), scan("accepted", DAYS_180)]
    assert len(cut(scans)) == 1


ENDS = [
    ("signed", "recipient", True),
    ("signed", "household", True),
    ("collected", None, True),
    ("signed", "locker", False),
    ("signed", "station", False),
    ("signed", "other", False),
    ("signed", None, False),
    ("arrived", None, False),
]


@pytest.mark.parametrize(("kind", "signer", "ends"), ENDS)
def test_after_an_end_another_destination_is_another_journey(
    kind: ScanKind, signer: SignerKind | None, ends: bool
) -> None:
    scans = [
        scan("accepted", destination_hash="D1"),
        scan(kind, 24, signer),
        scan("accepted", 48, destination_hash="D2"),
    ]
    assert len(cut(scans)) == (2 if ends else 1)


@pytest.mark.parametrize("turned", ["refused", "returned"])
def test_the_senders_signature_is_an_end(turned: ScanKind) -> None:
    home = [scan("accepted", destination_hash="D1"), scan(turned, 24)]
    again = scan("accepted", 72, destination_hash="D2")
    assert len(cut([*home, scan("signed", 48, "other"), again])) == 2
    assert len(cut([*home, again])) == 1


@pytest.mark.parametrize(("first", "second", "journeys"), [("D1", "D1", 1), (None, "D2", 1), ("D1", None, 1)])
def test_the_same_or_an_unknown_destination_is_no_other(first: str | None, second: str | None, journeys: int) -> None:
    scans = [
        scan("accepted", destination_hash=first),
        scan("signed", 24, "recipient"),
        scan("accepted", 48, destination_hash=second),
    ]
    assert len(cut(scans)) == journeys


def test_a_refuted_signature_is_no_end() -> None:
    scans = [
        scan("accepted", destination_hash="D1"),
        scan("signed", 24, "recipient"),
        scan("departed", 30),
        scan("accepted", 48, destination_hash="D2"),
    ]
    assert len(cut(scans)) == 1


def test_the_new_destination_may_be_said_later() -> None:
    old = [scan("accepted", destination_hash="D1"), scan("signed", 24, "recipient")]
    new = [scan("label_created", 40), scan("accepted", 48), scan("arrived", 60, destination_hash="D2")]
    assert [len(part) for part in cut([*old, *new])] == [2, 3]
    # What is said after this one was delivered, or on its way back, is not its destination.
    signed = scan("signed", 50, "recipient")
    assert len(cut([*old, scan("accepted", 48), signed, scan("departed", 60, destination_hash="D2")])) == 1
    back = scan("returned", 50, destination_hash="D2")
    assert len(cut([*old, scan("accepted", 48), back])) == 1


def test_two_couriers_have_two_parcels_of_one_number() -> None:
    scans = [scan("accepted"), scan("accepted", 1, carrier="YTO"), scan("signed", 2, carrier="顺丰")]
    found = [(j.courier, len(j.scans), j.start_ms, j.end_ms) for j in journeys_of(scans)]
    assert found == [
        ("sf", 2, START_MS, START_MS + 2 * HOUR_MS),
        ("yto", 1, START_MS + HOUR_MS, START_MS + HOUR_MS),
    ]


def test_a_nameless_scan_belongs_to_the_only_courier() -> None:
    found = journeys_of([scan("accepted"), scan("signed", 9, carrier=None), scan("arrived", 5, carrier="其他")])
    assert [(j.courier, len(j.scans)) for j in found] == [("sf", 3)]


@pytest.mark.parametrize(("hours", "courier"), [(1, "sf"), (30, "sf"), (80, "yto"), (110, "yto"), (500, "yto")])
def test_a_nameless_scan_belongs_to_the_journey_that_fits(hours: int, courier: str) -> None:
    scans = [scan("accepted"), scan("signed", 10)]
    scans += [scan("accepted", 100, carrier="YTO"), scan("signed", 120, carrier="YTO")]
    nameless = scan("exception", hours, carrier=None)
    (found,) = [j.courier for j in journeys_of([*scans, nameless]) if nameless in j.scans]
    assert found == courier


def test_nobody_scanned_under_a_name() -> None:
    scans = [scan("accepted", carrier=None), scan("signed", 5, carrier="未知")]
    assert [j.courier for j in journeys_of(scans)] == [None]
    assert [j.courier for j in journeys_of(scans, ["yto", "yto"])] == ["yto"]
    assert [j.courier for j in journeys_of(scans, ["yto", "sf"])] == [None]


def test_scans_of_one_minute_are_read_as_a_journey_goes() -> None:
    at_once = told("signed:recipient out_for_delivery accepted label_created")
    same = [scan(s.scan, 0, s.signer) for s in at_once]
    assert [s.scan for s in in_order(same)] == ["label_created", "accepted", "out_for_delivery", "signed"]


@given(histories(), st.randoms(use_true_random=False))
@LAW
def test_order_of_arrival_and_repeats_do_not_matter(scans: list[ParcelScanned], random: Random) -> None:
    again = scans + random.choices(scans, k=len(scans))
    random.shuffle(again)
    assert journeys_of(again) == journeys_of(scans)


@given(histories(), st.integers(0, 14))
@LAW
def test_two_halves_make_the_whole(scans: list[ParcelScanned], at: int) -> None:
    halves = [*journeys_of(scans[:at]), *journeys_of(scans[at:])]
    assert journeys_of([s for journey in halves for s in journey.scans]) == journeys_of(scans)


@given(histories())
@LAW
def test_every_scan_has_one_journey_and_a_journey_one_courier(scans: list[ParcelScanned]) -> None:
    found = journeys_of(scans)
    assert sorted(s.event_id for j in found for s in j.scans) == sorted({s.event_id for s in scans})
    by_courier: dict[str | None, int] = {}
    for journey in sorted(found, key=lambda j: j.start_ms):
        assert journey.scans == in_order(journey.scans)
        assert journey.start_ms >= by_courier.get(journey.courier, 0)
        by_courier[journey.courier] = journey.end_ms


@given(histories(carriers=("SF",)))
@LAW
def test_a_long_gap_before_an_accepted_scan_always_cuts(scans: list[ParcelScanned]) -> None:
    for journey in journeys_of(scans):
        for before, after in zip(journey.scans, journey.scans[1:], strict=False):
            if after.scan in ("accepted", "label_created"):
                assert after.occurred_at - before.occurred_at < 180 * DAY_MS


@given(histories(("SF",)))
@LAW
def test_a_number_of_one_name_has_the_journeys_it_has_under_two_spellings_of_it(scans: list[ParcelScanned]) -> None:
    mixed = [replace(one, carrier="顺丰") if n % 2 else one for n, one in enumerate(in_order(scans))]
    assert spans(scans) == spans(mixed)


def spans(scans: list[ParcelScanned]) -> list[tuple[str | None, list[str]]]:
    return [(journey.courier, [one.event_id for one in journey.scans]) for journey in journeys_of(scans)]
