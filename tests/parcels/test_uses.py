"""Which journey a use means, at the edges of the wait and of the number's days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.parcels.journey import begin, distance_ms, journeys_of
from cloudtag.parcels.uses import journey_of_use
from tests.parcels.making import HOUR_MS, LAW, START_MS, histories, scan

MS = 1 / HOUR_MS
NEXT = 24 + 180 * 24
TWO = journeys_of(
    [scan("accepted"), scan("signed", 24, "recipient"), scan("accepted", NEXT), scan("arrived", NEXT + 9)]
)


def meant(hours, journeys=TWO, **more):
    found = journey_of_use(journeys, START_MS + round(hours * HOUR_MS), **more)
    return None if found is None else journeys.index(found)


@pytest.mark.parametrize(
    ("hours", "journey"),
    [
        (0, 0),
        (24, 0),
        (24 + MS, 0),
        (NEXT - 72 - MS, 0),
        (NEXT - 72, 1),
        (NEXT, 1),
        (NEXT + 9, 1),
        (NEXT + 10, 1),
        (NEXT + 10_000, 1),
    ],
)
def test_between_two_journeys(hours, journey):
    assert meant(hours) == journey


def test_the_wait_is_a_parameter():
    assert meant(NEXT - 10, wait_ms=9 * HOUR_MS) == 0
    assert meant(NEXT - 10, wait_ms=10 * HOUR_MS) == 1


@pytest.mark.parametrize(("before", "journey"), [(MS, 0), (73, 0), (180 * 24 - MS, 0), (180 * 24, None)])
def test_before_all_journeys(before, journey):
    assert meant(-before) == journey


def test_no_journey_at_all():
    assert journey_of_use((), START_MS) is None


def test_a_named_courier_means_no_other_ones_parcel():
    both = journeys_of([scan("accepted"), scan("accepted", 5, carrier="YTO")])
    assert meant(3, both, courier="sf") == 0
    assert meant(3, both, courier="yto") == 1
    assert meant(3, both, courier="zto") is None
    # Who names none means the next one to begin, or the one in whose time it is.
    assert meant(3, both) == 1
    assert meant(0, both) == 0
    assert meant(9, both) == 1


def test_a_parcel_without_a_courier_may_be_anybodys():
    nobodys = journeys_of([scan("accepted", carrier=None)])
    assert meant(3, nobodys, courier="yto") == 0


@given(histories(), st.integers(-20_000, 20_000))
@LAW
def test_a_use_means_a_journey_it_touches_or_a_neighbour(scans, hours):
    journeys, at_ms = journeys_of(scans), START_MS + hours * HOUR_MS
    found = journey_of_use(journeys, at_ms)
    touched = [journey for journey in journeys if distance_ms(journey, at_ms) == 0]
    if touched:
        assert found == max(touched, key=begin)
    elif found is not None and found.start_ms > at_ms:
        assert found == min((j for j in journeys if j.start_ms > at_ms), key=begin)
    elif found is not None:
        assert found.end_ms == max(j.end_ms for j in journeys if j.end_ms < at_ms)
    else:
        assert all(journey.start_ms > at_ms for journey in journeys)
