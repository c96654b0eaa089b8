"""Before, after, or nobody can tell: at the edges of the tolerance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.parcels.clock import CLOCK_TOLERANCE_MS, LOCAL_TIME_MS, StampedTime, moment_of, precedence
from tests.parcels.making import LAW, START_MS, scan

MINUTES_10 = 600_000


@pytest.mark.parametrize(
    ("later_by", "expected"),
    [
        (MINUTES_10, "before"),
        (MINUTES_10 - 1, "uncertain"),
        (1, "uncertain"),
        (0, "uncertain"),
        (1 - MINUTES_10, "uncertain"),
        (-MINUTES_10, "after"),
    ],
)
def test_two_clocks(later_by, expected):
    assert precedence(StampedTime(START_MS), StampedTime(START_MS + later_by)) == expected


def test_one_clock_decides_on_a_millisecond():
    assert precedence(StampedTime(1), StampedTime(2), tolerance_ms=0) == "before"
    assert precedence(StampedTime(2), StampedTime(1), tolerance_ms=0) == "after"
    assert precedence(StampedTime(1), StampedTime(1), tolerance_ms=0) == "uncertain"


def test_a_local_time_is_off_by_up_to_fourteen_hours():
    local = moment_of(scan("signed", time_is_local=True))
    needed = LOCAL_TIME_MS + CLOCK_TOLERANCE_MS
    assert LOCAL_TIME_MS == 14 * 3_600_000
    assert precedence(local, StampedTime(START_MS + needed)) == "before"
    assert precedence(local, StampedTime(START_MS + needed - 1)) == "uncertain"
    assert precedence(moment_of(scan("signed")), StampedTime(START_MS + needed - 1)) == "before"


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
@LAW
def test_turned_round_it_says_the_opposite(later_by, one, other, tolerance):
    first, second = StampedTime(START_MS, one), StampedTime(START_MS + later_by, other)
    opposite = {"before": "after", "after": "before", "uncertain": "uncertain"}
    assert precedence(second, first, tolerance) == opposite[precedence(first, second, tolerance)]
