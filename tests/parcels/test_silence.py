"""Which hours of a wait count: silent ones, parts of hours, holidays, couriers without a feed and unknown ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.parcels.silence import FEED_MS, busy_hours, has_feed, hour_of, wait_for_scan
from tests.parcels.making import DAY_MS, HOUR_MS, LAW, START_MS

WAIT_MS = 72 * HOUR_MS
ALWAYS = frozenset(range(hour_of(START_MS) - 200, hour_of(START_MS) + 2000))


def wait(until_ms, busy=ALWAYS, courier="yto", start_ms=START_MS, rest=()):
    return wait_for_scan(start_ms, until_ms, WAIT_MS, courier, busy, rest)


@pytest.mark.parametrize("start_ms", [START_MS, START_MS + 1, START_MS + 1_234_567])
def test_a_courier_that_always_scans(start_ms):
    end = start_ms + WAIT_MS
    over = wait(end, start_ms=start_ms)
    assert (over.status, over.is_over_at, over.counted_ms) == ("over", end, WAIT_MS)
    short = wait(end - 1, start_ms=start_ms)
    assert (short.status, short.is_over_at, short.counted_ms) == ("waiting", None, WAIT_MS - 1)
    assert short.earliest_end == end
    assert wait(end + DAY_MS, start_ms=start_ms).is_over_at == end


def test_a_silent_hour_does_not_count():
    busy = ALWAYS - {hour_of(START_MS) + 5}
    assert wait(START_MS + WAIT_MS, busy).counted_ms == WAIT_MS - HOUR_MS
    assert wait(START_MS + WAIT_MS, busy).earliest_end == START_MS + WAIT_MS + HOUR_MS
    assert wait(START_MS + WAIT_MS + HOUR_MS, busy).is_over_at == START_MS + WAIT_MS + HOUR_MS


def test_of_an_hour_the_part_counts():
    start = START_MS + HOUR_MS // 4
    first = {hour_of(START_MS)}
    assert wait(start + 10 * HOUR_MS, first, start_ms=start).counted_ms == HOUR_MS * 3 // 4
    silent = ALWAYS - first
    assert wait(start + WAIT_MS, silent, start_ms=start).counted_ms == WAIT_MS - HOUR_MS * 3 // 4
    assert wait(start + HOUR_MS // 8, first, start_ms=start).counted_ms == HOUR_MS // 8


def test_a_courier_without_a_scan_for_seven_days_has_no_feed():
    now = START_MS + 10 * DAY_MS
    last = hour_of(now - FEED_MS)
    assert wait(now, frozenset((last,))).status == "waiting"
    assert wait(now, frozenset((last - 1,))).status == "no_feed"
    assert wait(now, frozenset()).status == "no_feed"
    # Before the wait could have run out at all there is nothing to say.
    assert wait(START_MS + WAIT_MS - 1, frozenset()).status == "waiting"
    assert wait(START_MS + WAIT_MS, frozenset()).status == "no_feed"


def test_a_wait_that_ran_out_stays_so_when_the_feed_falls_silent():
    busy = frozenset(range(hour_of(START_MS), hour_of(START_MS) + 72))
    later = wait(START_MS + 60 * DAY_MS, busy)
    assert (later.status, later.is_over_at) == ("over", START_MS + WAIT_MS)


@pytest.mark.parametrize("courier", [None, "ponypost"])
def test_for_an_unknown_courier_every_hour_counts(courier):
    over = wait(START_MS + WAIT_MS, frozenset(), courier)
    assert (over.status, over.is_over_at, over.is_courier_unknown) == ("over", START_MS + WAIT_MS, True)
    assert wait(START_MS + WAIT_MS - 1, frozenset(), courier).status == "waiting"
    assert not wait(START_MS + WAIT_MS).is_courier_unknown


@pytest.mark.parametrize("courier", ["yto", None])
def test_holidays_do_not_count(courier):
    rest = [(START_MS + 2 * DAY_MS, START_MS + 3 * DAY_MS), (START_MS + DAY_MS, START_MS + 2 * DAY_MS)]
    end = START_MS + WAIT_MS + 2 * DAY_MS
    assert wait(end, courier=courier, rest=rest).is_over_at == end
    assert wait(end - 1, courier=courier, rest=rest).status == "waiting"
    assert wait(START_MS + DAY_MS // 2, courier=courier, rest=rest).earliest_end == end
    assert wait(START_MS + DAY_MS * 3 // 2, courier=courier, rest=rest).earliest_end == end


def test_a_courier_that_rests_on_holidays_has_a_feed_all_the_same():
    rest = [(START_MS + DAY_MS, START_MS + 9 * DAY_MS)]
    assert wait(START_MS + 9 * DAY_MS, frozenset(), rest=rest).status == "waiting"
    assert wait(START_MS + 11 * DAY_MS, frozenset(), rest=rest).status == "no_feed"


def test_the_hours_of_scans():
    times = [START_MS, START_MS + 1, START_MS + HOUR_MS - 1, START_MS + HOUR_MS]
    assert busy_hours(times) == {hour_of(START_MS), hour_of(START_MS) + 1}
    assert not has_feed(START_MS, frozenset((hour_of(START_MS),)))


HOURS = st.frozensets(st.integers(0, 300)).map(lambda hours: frozenset(hour_of(START_MS) + hour for hour in hours))
SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
        lambda span: (START_MS + span[0] * HOUR_MS, START_MS + (span[0] + span[1]) * HOUR_MS)
    ),
    max_size=4,
)


@given(HOURS, SPANS, st.integers(0, 300 * HOUR_MS), st.integers(0, 300 * HOUR_MS))
@LAW
def test_time_and_scans_only_ever_add(busy, rest, one, other):
    start, early, late = START_MS + 1234, START_MS + min(one, other), START_MS + max(one, other)
    before, after = wait(early, busy, start_ms=start, rest=rest), wait(late, busy, start_ms=start, rest=rest)
    assert 0 <= before.counted_ms <= after.counted_ms <= WAIT_MS
    assert before.earliest_end <= after.earliest_end
    if before.is_over_at is not None:
        assert after.is_over_at == before.is_over_at
    assert before.counted_ms <= wait(early, busy | {hour_of(START_MS)}, start_ms=start, rest=rest).counted_ms


@given(HOURS, SPANS, st.integers(0, 300))
@LAW
def test_counting_hour_by_hour_says_the_same(busy, rest, hours):
    resting = {hour for start, end in rest for hour in range(hour_of(start), hour_of(end))}
    counted = sum(hour in busy and hour not in resting for hour in range(hour_of(START_MS), hour_of(START_MS) + hours))
    assert wait(START_MS + hours * HOUR_MS, busy, rest=rest).counted_ms == min(counted * HOUR_MS, WAIT_MS)
