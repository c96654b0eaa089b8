"""What is sustained, how times are counted, and how growth is told: reckoned on figures that are given."""

import pytest

from benchmarks.pipeline.causes import Cause
from benchmarks.pipeline.growth import of_history, of_state
from benchmarks.pipeline.histogram import BOUNDS, FACTOR, Histogram, of
from benchmarks.pipeline.lag import Tried, bisect, is_flat, slope, sustained
from benchmarks.pipeline.open_loop import timed


def machine(limit: float) -> tuple[list[float], list[Tried]]:
    """The rates asked of a machine that does so many a second, and what came of them."""
    asked: list[float] = []

    def attempt(rate: float) -> Tried:
        asked.append(rate)
        return Tried(rate, max(0.0, rate - limit), rate <= limit)

    return asked, bisect(1_000, 8_000, 9, attempt)


@pytest.mark.parametrize("limit", [300, 1_000, 2_900, 7_999, 8_000, 20_000])
def test_bisection_comes_near_the_limit_from_below(limit: float) -> None:
    asked, tried = machine(limit)
    assert [one.rate for one in tried] == asked
    assert len(asked) == len(set(asked)) <= 9
    assert 0.8 * limit <= sustained(tried) <= limit


def test_a_rate_above_one_that_failed_does_not_count() -> None:
    assert sustained([Tried(1, 0, True), Tried(2, 1, False), Tried(3, 0, True)]) == 1
    assert sustained([Tried(2, 1, False)]) == 0


@pytest.mark.parametrize(("low", "high"), [(0, 1), (2, 2), (3, 2)])
def test_what_is_no_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="no range"):
        bisect(low, high, 3, lambda rate: Tried(rate, 0, True))


def test_the_warm_up_does_not_count_for_the_slope() -> None:
    looks = [(float(second), 5_000 if second < 20 else 100 + 3 * second) for second in range(100)]
    assert slope(looks) == pytest.approx(3)


@pytest.mark.parametrize(("grows", "flat"), [(0, True), (20, True), (21, False), (-50, True)])
def test_lag_is_flat_up_to_a_fiftieth(grows: int, flat: bool) -> None:
    looks = [(float(second), 10_000 + grows * second) for second in range(100)]
    assert is_flat(looks, 1_000) is flat


def test_a_short_run_may_grow_by_the_rhythm_of_commits() -> None:
    looks = [(float(second), 90 * second) for second in range(11)]
    assert is_flat(looks, 1_000)
    assert not is_flat(looks, 800)


def test_one_look_has_no_slope() -> None:
    with pytest.raises(ValueError, match="different moments"):
        slope([(1.0, 5), (1.0, 6)])
    with pytest.raises(ValueError, match="different moments"):
        slope([])


def test_percentiles_are_true_to_the_width_of_a_class_and_never_too_good() -> None:
    times = [float(ms) for ms in range(1, 1_001)]
    histogram = of(times)
    assert histogram.total == 1_000
    for percent, true in ((50, 500), (95, 950), (99, 990)):
        assert true <= histogram.percentile(percent) <= true * FACTOR
    assert histogram.percentile(100) == 1_000


def test_bounds_belong_to_the_class_below() -> None:
    assert of([BOUNDS[3]]).counts == {3: 1}
    assert of([BOUNDS[3] * 1.001]).counts == {4: 1}
    assert of([0.0]).counts == {0: 1}
    assert of([BOUNDS[-1] * 2]).counts == {len(BOUNDS) - 1: 1}


def test_nothing_counted_has_no_percentile_and_time_does_not_run_back() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Histogram().percentile(50)
    with pytest.raises(ValueError, match="no duration"):
        of([-0.1])


def test_alerts_are_timed_from_when_their_event_was_due_by_hops() -> None:
    causes = {"warm": Cause(10, 0), "plain": Cause(50, 0), "far": Cause(60, 2), "unsent": Cause(100, 0)}
    causes |= {"overtaken": Cause(70, 0), "never": Cause(80, 0)}
    first = {"warm": 9.0, "plain": 5.6, "far": 7.5, "unsent": 11.0, "overtaken": 5.0}
    found = timed(first, causes, begun=0.0, rate=10.0, count=100)
    assert {hops: one.largest_ms for hops, one in found.items()} == {0: pytest.approx(600), 2: pytest.approx(1500)}
    assert {hops: one.total for hops, one in found.items()} == {0: 1, 2: 1}


def test_growth_is_measured_at_each_size() -> None:
    assert [one.held for one in of_state([10, 50])] == [10, 50]
    assert all(one.cpu_us > 0 for one in of_history([1, 20], measured=20))
