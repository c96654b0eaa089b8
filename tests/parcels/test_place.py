"""Where the goods are, told by words: each situation with the one beside it."""

from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import ScanKind, SignerKind
from cloudtag.parcels.journey import Journey, journeys_of
from cloudtag.parcels.place import OrderSide, Whereabouts, whereabouts
from tests.parcels.making import LAW, histories, scan, told


def where(scans: list[ParcelScanned], order: OrderSide | None = None) -> Whereabouts:
    (journey,) = journeys_of(scans, reuse_days=lambda code: 10_000)
    return whereabouts(journey, order)


@pytest.mark.parametrize(
    ("text", "place", "since"),
    [
        ("label_created", "not_handed_in", None),
        ("label_created exception", "not_handed_in", None),
        ("accepted", "on_the_way", 0),
        ("label_created arrived departed", "on_the_way", 1),
        ("accepted signed:recipient", "with_receiver", 1),
        ("accepted signed:household", "with_receiver", 1),
        ("accepted signed:locker", "waiting", 1),
        ("accepted signed:station", "waiting", 1),
        ("accepted signed:other", "handed_over", 1),
        ("accepted signed", "handed_over", 1),
        ("accepted signed:locker collected", "with_receiver", 2),
        ("accepted signed:locker exception", "waiting", 1),
        ("accepted collected", "with_receiver", 1),
        # Told twice, it is where it was.
        ("accepted signed:recipient signed:recipient", "with_receiver", 1),
        ("accepted signed:recipient exception unknown label_created", "with_receiver", 1),
        # A parcel that travels on was not signed for.
        ("accepted signed:recipient out_for_delivery", "on_the_way", 0),
        ("accepted signed:recipient arrived", "on_the_way", 0),
        ("accepted signed:locker departed", "on_the_way", 0),
        ("accepted signed:recipient exception out_for_delivery signed:recipient", "with_receiver", 4),
        # Refused, and not, and again.
        ("accepted out_for_delivery refused", "coming_home", 2),
        ("accepted refused arrived departed", "coming_home", 1),
        ("accepted refused signed:recipient", "coming_home", 1),
        ("accepted refused out_for_delivery", "on_the_way", 2),
        ("accepted refused out_for_delivery signed:recipient", "with_receiver", 3),
        ("accepted refused out_for_delivery refused", "coming_home", 3),
        ("accepted refused collected", "coming_home", 1),
        # Sent back for good.
        ("accepted returned", "coming_home", 1),
        ("accepted returned out_for_delivery", "coming_home", 1),
        ("accepted returned out_for_delivery signed:recipient", "coming_home", 1),
        ("accepted refused returned out_for_delivery signed:recipient", "coming_home", 1),
        ("accepted signed:recipient returned signed:other", "coming_home", 2),
        ("accepted signed:recipient refused", "coming_home", 2),
    ],
)
def test_where_it_is(text: str, place: str, since: int | None) -> None:
    scans = told(text)
    found = where(scans)
    assert found.place == place
    assert found.since == (None if since is None else scans[since])


@pytest.mark.parametrize(
    ("text", "ended_by"),
    [
        ("accepted signed:recipient", 1),
        ("accepted signed:household", 1),
        ("accepted signed:locker", None),
        ("accepted signed:station collected", 2),
        ("accepted signed", None),
        ("accepted signed:recipient departed", None),
        ("accepted refused", None),
        ("accepted refused signed", 2),
        ("accepted refused signed arrived", None),
        ("accepted refused signed returned", None),
        ("accepted returned signed:station", 2),
        ("accepted returned signed departed signed", 4),
        ("accepted signed:recipient returned", None),
    ],
)
def test_what_ends_a_journey(text: str, ended_by: int | None) -> None:
    scans = told(text)
    assert where(scans).ended_by == (None if ended_by is None else scans[ended_by])


def test_a_false_signature_is_told_with_what_refuted_it() -> None:
    scans = told("accepted signed:recipient exception out_for_delivery signed:recipient")
    found = where(scans)
    assert found.refuted == (scans[1],)
    assert found.rests_on == (scans[4],)
    assert found.delivered is not None
    delivered = found.delivered
    assert delivered is not None
    assert delivered.since == scans[4]
    assert where(scans[:4]).rests_on == (scans[0], scans[1], scans[3])
    assert where(scans[:4]).delivered is None


def test_a_new_attempt_refutes_whatever_was_signed_before_the_refusal() -> None:
    scans = told("accepted signed:recipient refused out_for_delivery")
    assert where(scans).refuted == (scans[1],)
    assert where(scans).delivered is None
    # On its way home it is refuted by nothing: it was there, and was handed back.
    back = told("accepted signed:recipient returned departed arrived")
    assert where(back).refuted == ()
    delivered = where(back).delivered
    assert delivered is not None
    assert delivered.since == back[1]


def test_it_was_delivered_when_it_first_lay_ready() -> None:
    scans = told("accepted signed:locker collected")
    found = where(scans)
    delivered = found.delivered
    assert delivered is not None
    assert delivered.since == scans[1]
    assert found.received == scans[2]
    assert where(scans[:2]).received is None
    assert [stay.place for stay in found.stays] == ["on_the_way", "waiting", "with_receiver"]


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("accepted signed:recipient", 1),
        ("accepted signed:household", None),
        ("accepted signed:household signed:recipient signed:recipient", 2),
        ("accepted signed:household collected", 2),
        ("accepted signed:other", None),
        ("accepted signed:locker", None),
        ("accepted signed:locker collected", 2),
        ("accepted signed:recipient departed", None),
        ("accepted signed:recipient departed signed:household", None),
        ("accepted signed:recipient exception", 1),
        ("accepted signed:recipient returned", None),
        ("accepted refused signed:recipient", None),
        ("accepted returned collected", None),
    ],
)
def test_what_the_recipient_has(text: str, received: int | None) -> None:
    scans = told(text)
    assert where(scans).received == (None if received is None else scans[received])


HERE = OrderSide(frozenset(("O1",)), frozenset(("HOME",)))


@pytest.mark.parametrize(
    ("fields", "order", "place"),
    [
        ({"destination_hash": "HOME"}, HERE, "with_receiver"),
        ({"destination_hash": "STRANGER"}, HERE, "elsewhere"),
        ({"destination_hash": "STRANGER"}, None, "with_receiver"),
        ({"destination_hash": "STRANGER"}, OrderSide(), "with_receiver"),
        ({}, HERE, "with_receiver"),
        ({"order_id": "O1"}, HERE, "with_receiver"),
        ({"order_id": "O9"}, HERE, "elsewhere"),
        ({"order_id": "O9"}, OrderSide(frozenset(("O1", "O9"))), "with_receiver"),
        ({"order_id": "O1", "destination_hash": "STRANGER"}, HERE, "elsewhere"),
    ],
)
def test_a_parcel_that_is_not_the_orders(fields: dict[str, Any], order: OrderSide | None, place: str) -> None:
    found = where([scan("accepted", **fields), scan("signed", 5, "recipient")], order)
    assert found.place == place
    if place == "elsewhere":
        assert found.since is not None
        assert found.since.scan == "accepted"
        assert found.rests_on == (found.since,)
        assert found.received is None


def test_what_was_said_last_counts() -> None:
    slip = [scan("accepted", destination_hash="TYPO"), scan("arrived", 1, destination_hash="HOME")]
    assert where(slip, HERE).place == "on_the_way"
    gone = scan("arrived", 2, destination_hash="STRANGER")
    assert where([*slip, gone, scan("departed", 3, destination_hash="STRANGER")], HERE).since == gone


@pytest.mark.parametrize("turned", ["refused", "returned"])
def test_home_is_not_elsewhere(turned: ScanKind) -> None:
    scans = [scan("accepted", destination_hash="HOME"), scan(turned, 1), scan("arrived", 2, destination_hash="SHOP")]
    assert where(scans, HERE).place == "coming_home"
    assert where(scans, HERE).destination == scans[0]


def test_the_scan_that_sends_it_back_may_say_where_to() -> None:
    scans = [scan("accepted"), scan("returned", 1, destination_hash="SHOP")]
    assert where(scans, HERE).place == "coming_home"
    refused = [scan("accepted"), scan("refused", 1, destination_hash="STRANGER")]
    assert where(refused, HERE).place == "elsewhere"


def test_a_number_that_was_never_scanned_is_nowhere() -> None:
    assert whereabouts(None).place == "not_handed_in"
    assert whereabouts(None, HERE).since is None


@pytest.mark.parametrize(
    ("local", "hours", "is_uncertain"),
    [
        ("signed", 20, True),
        ("accepted", 14, True),
        ("accepted", 14.1, False),
        ("exception", 1, False),
        (None, 1, False),
    ],
)
def test_a_local_time_makes_it_uncertain(local: str | None, hours: float | int, is_uncertain: bool) -> None:
    first = scan(
        "exception" if local == "exception" else "departed", 20, time_is_local=local in ("accepted", "exception")
    )
    signed = scan("signed", 20 + hours, "recipient", time_is_local=local == "signed")
    found = whereabouts(Journey("sf", (first, signed)))
    assert found.place == "with_receiver"
    # The scan on the way is a part of what it rests on only where its own time is asked about.
    assert any(s.time_is_local for s in found.rests_on) == (local == "signed")
    assert found.is_time_uncertain == is_uncertain


@given(histories(), st.randoms(use_true_random=False))
@LAW
def test_order_of_arrival_and_repeats_do_not_matter(scans: list[ParcelScanned], random: Random) -> None:
    again = scans + random.choices(scans, k=len(scans))
    random.shuffle(again)
    one = [whereabouts(journey, HERE) for journey in journeys_of(scans)]
    assert [whereabouts(journey, HERE) for journey in journeys_of(again)] == one


@given(histories(), st.integers(0, 14))
@LAW
def test_two_halves_make_the_whole(scans: list[ParcelScanned], at: int) -> None:
    halves = [*journeys_of(scans[:at]), *journeys_of(scans[at:])]
    merged = journeys_of(s for journey in halves for s in journey.scans)
    assert list(map(whereabouts, merged)) == list(map(whereabouts, journeys_of(scans)))


@given(histories())
@LAW
def test_what_says_nothing_changes_nothing(scans: list[ParcelScanned]) -> None:
    for journey in journeys_of(scans):
        told_nothing = tuple(s for s in journey.scans if s.scan not in ("exception", "unknown", "label_created"))
        one, other = whereabouts(journey), whereabouts(Journey(journey.courier, told_nothing))
        assert (one.place, one.stays, one.refuted, one.ended_by) == (
            other.place,
            other.stays,
            other.refuted,
            other.ended_by,
        )


@given(histories())
@LAW
def test_stays_are_in_order_and_rest_on_scans(scans: list[ParcelScanned]) -> None:
    for journey in journeys_of(scans):
        found = whereabouts(journey)
        times = [stay.since.occurred_at for stay in found.stays]
        assert times == sorted(times)
        assert all(scan in journey.scans for stay in found.stays for scan in stay.rests_on)
        assert not {s.event_id for s in found.refuted} & {
            s.event_id for stay in found.stays if stay.place != "on_the_way" for s in stay.rests_on
        }


_UNDER_WAY: tuple[ScanKind, ...] = (
    "label_created", "accepted", "departed", "arrived", "out_for_delivery", "exception", "unknown", "signed"
)  # fmt: skip


@st.composite
def ways(draw: st.DrawFn) -> list[ParcelScanned]:
    """Scans of a parcel that nearly always arrives with the last of them."""
    kinds: list[ScanKind] = draw(st.lists(st.sampled_from(_UNDER_WAY), max_size=6))
    kinds.append(draw(st.sampled_from(("signed", "signed", "collected", "refused", "returned", "exception"))))
    found = []
    for n, kind in enumerate(kinds):
        fields: dict[str, Any] = {
            "destination_hash": draw(st.sampled_from((None, "", "D1", "D2"))),
            "order_id": draw(st.sampled_from((None, "", "O1", "O2"))),
            "time_is_local": draw(st.integers(0, 20)) == 0,
        }
        signer = draw(st.sampled_from(get_args(SignerKind))) if kind == "signed" else None
        found.append(scan(kind, n, signer, **fields))
    return found


@given(st.one_of(ways(), histories(("SF",))))
@settings(LAW, max_examples=300)
def test_of_a_parcel_that_simply_came_the_same_is_known_at_a_glance_as_scan_by_scan(scans: list[ParcelScanned]) -> None:
    for journey in journeys_of(scans):
        # An order that says nothing contradicts nothing, but is asked about scan by scan.
        assert whereabouts(journey) == whereabouts(journey, OrderSide())
