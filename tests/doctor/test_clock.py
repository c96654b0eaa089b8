"""When events say they happened: units, zones, the future and the far past, and what is none of these."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.doctor import limits
from cloudtag.doctor.checks.clock import clock, duration, step_of, unit_of
from cloudtag.doctor.diagnosis import Diagnosis
from cloudtag.doctor.reading import InputTopic
from cloudtag.doctor.sample import SampledBatch, SampledRecord
from cloudtag.wire.varints import written
from tests.doctor.material import DAY, HOUR, LOOK, NOW, order, record, topic


def sent(delays: Sequence[int]) -> InputTopic:
    """Orders that arrive so many milliseconds after they happened."""
    return topic([record(order(n), offset=n, broker_ms=NOW + delay) for n, delay in enumerate(delays)])


def told(delays: Sequence[int]) -> dict[float | str, Diagnosis]:
    return {f.figures.get("kind", "ages"): f for f in clock(sent(delays), LOOK)}


def stamped(count: int, at: int) -> list[SampledRecord]:
    """Orders whose bytes hold a time that no check let through."""
    good = record(order())
    old, new = written(NOW), written(at)
    return [
        SampledRecord(good.partition, n, good.key, (good.value or b"").replace(old, new), NOW) for n in range(count)
    ]


def test_events_in_time_are_no_fault_and_their_age_is_told() -> None:
    found = told([1000 * n for n in range(101)])
    assert set(found) == {"ages"}
    assert found["ages"].severity == "ok"
    assert (found["ages"].figures["median_ms"], found["ages"].figures["p95_ms"]) == (50_000, 95_000)
    assert "median 50.0 s, 95 % at most 1.6 min" in found["ages"].text


@pytest.mark.parametrize(
    ("at", "kind"),
    [(NOW // 1000, "seconds"), (NOW * 1000, "microseconds"), (NOW * 1_000_000, "nanoseconds"), (0, "no time")],
)
def test_other_units_are_told_although_such_records_cannot_be_judged(at: int, kind: str) -> None:
    found = {f.figures.get("kind"): f for f in clock(topic(stamped(5, at)), LOOK)}
    assert set(found) == {kind}
    assert found[kind].severity == "bad"
    assert found[kind].figures["records"] == 5


def test_a_unit_is_only_told_of_times_that_cannot_be_milliseconds() -> None:
    assert unit_of(NOW) is None
    assert unit_of(946_684_800_000) is None
    assert unit_of(946_684_799_999) == "no time"
    assert unit_of(4_102_444_800_000) == "no time"
    assert unit_of(946_684_800) == "seconds"
    assert unit_of(946_684_799) == "no time"


def test_local_time_stamped_as_utc_is_told_with_its_zone() -> None:
    found = told([-8 * HOUR + 500 * n for n in range(60)] + list(range(200)))
    assert found["zone_ahead"].severity == "bad"
    assert "UTC+8" in found["zone_ahead"].text
    assert found["zone_ahead"].figures["records"] == 60
    assert "future" not in found, "what a zone explains is not told twice"
    half = told([-11 * HOUR // 2] * 40)
    assert "UTC+5.5" in half["zone_ahead"].text


def test_what_comes_late_by_whole_hours_may_be_a_zone_west_of_utc() -> None:
    found = told([5 * HOUR] * 40)
    assert found["zone_behind"].severity == "warn"
    assert "UTC-5" in (found["zone_behind"].advice or "")


@pytest.mark.parametrize(
    "delays",
    [
        [-8 * HOUR] * (limits.ZONE_RECORDS - 1),
        [-8 * HOUR + limits.ZONE_WIDTH_MS + 60_000] * 60,
        [-8 * HOUR] * 39 + [0] * 161,
        [-limits.ZONE_STEP_MS] * 60,
        [DAY * n // 500 for n in range(500)],
        [HOUR * n // 500 for n in range(500)],
        [15 * HOUR] * 60,
    ],
    ids=["too few", "beside", "too small a share", "half an hour", "a day's batch", "an hour's batch", "no zone"],
)
def test_no_zone_is_told_of_what_only_resembles_one(delays: list[int]) -> None:
    assert not {"zone_ahead", "zone_behind"} & set(told(delays))


def test_the_future_begins_where_clocks_in_step_end() -> None:
    assert set(told([-limits.FUTURE_MS] * 5)) == {"ages"}
    found = told([-limits.FUTURE_MS - 1] * 5)
    assert found["future"].severity == "bad"
    assert "NTP" in (found["future"].advice or "")


def test_what_becomes_a_dead_letter_is_told_apart_from_the_rest_of_the_future() -> None:
    found = told([-DAY] * 3 + [-DAY - 1] * 2 + [0] * 95)
    assert (found["future"].figures["records"], found["far_future"].figures["records"]) == (3, 2)
    assert "dead letters" in found["far_future"].text


def test_one_wrong_clock_among_a_thousand_is_told_and_not_called_bad() -> None:
    assert told([-2 * HOUR - 1_200_000] + [0] * 999)["future"].severity == "warn"


def test_history_is_told_and_not_called_bad() -> None:
    assert set(told([limits.FAR_PAST_MS] * 5)) == {"ages"}
    assert told([limits.FAR_PAST_MS + 1] * 5)["far_past"].severity == "warn"


def test_timestamps_of_producers_are_said_to_be_theirs() -> None:
    (found,) = clock(topic([record(order())], batches=[SampledBatch("none", 2, False, 1)]), LOOK)
    assert "by the producers' own clocks" in found.text
    (found,) = clock(topic([record(order())], batches=[SampledBatch("none", 2, True, 1)]), LOOK)
    assert "producers" not in found.text


@given(st.integers(-40 * DAY, 40 * DAY))
def test_a_delay_lies_near_at_most_one_zone(delay: int) -> None:
    step = step_of(delay)
    assert step == 0 or abs(delay - step * limits.ZONE_STEP_MS) <= limits.ZONE_WIDTH_MS
    assert abs(step) <= limits.ZONE_MOST_STEPS


@given(st.lists(st.integers(-3 * DAY, 60 * DAY), min_size=1, max_size=60))
def test_no_record_is_counted_under_two_faults(delays: Sequence[int]) -> None:
    found = told(delays)
    assert sum(int(f.figures["records"]) for name, f in found.items() if name != "ages") <= len(delays)
    ahead = sum(int(found[name].figures["records"]) for name in ("future", "far_future", "zone_ahead") if name in found)
    assert ahead <= sum(delay < 0 for delay in delays)


def test_durations_read_well() -> None:
    assert [duration(ms) for ms in (5, 1500, -90_000, 8 * HOUR, 3 * DAY)] == [
        "5 ms",
        "1.5 s",
        "-1.5 min",
        "8.0 h",
        "3.0 d",
    ]
