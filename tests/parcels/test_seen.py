"""What is told of journeys means the same as the journeys themselves, and changes only where it matters."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import JourneySeen
from cloudtag.parcels.journey import journeys_of
from cloudtag.parcels.place import OrderSide, whereabouts
from cloudtag.parcels.seen import contradiction, place_for, seen
from cloudtag.parcels.uses import journey_of_use
from tests.parcels.making import HOUR_MS, LAW, START_MS, histories, scan, told

ORDERS = [
    OrderSide(),
    OrderSide(frozenset(("O1",))),
    OrderSide(frozenset(("O1", "O2")), frozenset(("D1",))),
    OrderSide(frozenset(("O9",)), frozenset(("D9",))),
]


@given(histories(), st.sampled_from(ORDERS), st.booleans())
@LAW
def test_what_is_told_places_the_parcel_like_its_scans(
    scans: list[ParcelScanned], order: OrderSide, is_return: bool
) -> None:
    journeys = journeys_of(scans)
    for journey, told_of in zip(journeys, seen(journeys, is_return), strict=True):
        found = whereabouts(journey, order)
        assert place_for(told_of, order) == found.place
        against = contradiction(told_of, order)
        assert (against and against.event_id) == (found.contradicted_by and found.contradicted_by.event_id)
        assert told_of.place == whereabouts(journey).place


@given(histories(), st.integers(-20_000, 20_000), st.sampled_from((None, "sf", "yto", "zto")))
@LAW
def test_what_is_told_is_found_by_a_use_like_its_scans(
    scans: list[ParcelScanned], hours: int, courier: str | None
) -> None:
    journeys, at_ms = journeys_of(scans), START_MS + hours * HOUR_MS
    told_of = seen(journeys, is_return=True)
    found, told_one = journey_of_use(journeys, at_ms, courier), journey_of_use(told_of, at_ms, courier)
    assert (found is None) == (told_one is None)
    assert found is None or told_of[journeys.index(found)] == told_one


@given(histories())
@LAW
def test_it_survives_the_wire(scans: list[ParcelScanned]) -> None:
    told_of = seen(journeys_of(scans), is_return=True)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(told_of), type=tuple[JourneySeen, ...]) == told_of


@pytest.mark.parametrize("more", ["arrived", "departed arrived departed", "arrived exception"])
@pytest.mark.parametrize("is_return", [False, True])
def test_a_parcel_under_way_is_told_of_once(more: str, is_return: bool) -> None:
    begun = told("label_created accepted departed")
    later = told("label_created accepted departed " + more)
    assert seen(journeys_of(later), is_return) == seen(journeys_of(begun), is_return)
    signed = told("label_created accepted departed " + more + " signed:recipient")
    assert seen(journeys_of(signed), is_return) != seen(journeys_of(begun), is_return)


def test_only_a_return_is_told_of_its_circulation() -> None:
    scans = [
        scan("accepted", facility="F1", weight_grams=300),
        scan("signed", 5, "station", facility="F1", weight_grams=280),
    ]
    (sent,), (sent_back,) = (seen(journeys_of(scans), is_return) for is_return in (False, True))
    assert (sent.first, sent.last, sent.stayed_inside) == (None, None, True)
    assert sent_back.first is not None
    assert sent_back.last is not None
    assert (sent_back.first.event_id, sent_back.last.event_id) == (scans[0].event_id, scans[1].event_id)
    assert sent_back.stayed_inside
    assert sent.weights == sent_back.weights == (280, 300)
    assert sent.delivered == sent_back.delivered == sent.since


def test_a_parcel_nobody_tells_of_was_not_handed_in() -> None:
    assert place_for(None, ORDERS[3]) == "not_handed_in"
