"""Working days, years and months at their edges: holidays, weekends that are worked, clocks that change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.types import EARLIEST_MS, LATEST_MS
from cloudtag.policy.calendar import add_months, due, is_working_day, year_end, year_of
from cloudtag.policy.consequence_rules import DeadlineRules

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
CHINA = DeadlineRules()
WEEKDAYS = DeadlineRules(calendar="weekdays")
ABROAD = DeadlineRules(time_zone=NEW_YORK, calendar="weekdays")
DAY_MS = 86_400_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def local_day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("opened", "days", "rules", "until"),
    [
        ("2026-09-30T10:00:00+08:00", 3, CHINA, "2026-10-11T00:00:00+08:00"),
        ("2026-09-30T10:00:00+08:00", 3, WEEKDAYS, "2026-10-06T00:00:00+08:00"),
        ("2026-09-30T00:00:00+08:00", 1, CHINA, "2026-10-09T00:00:00+08:00"),
        ("2026-09-29T23:59:59.999+08:00", 1, CHINA, "2026-10-01T00:00:00+08:00"),
        ("2026-10-03T12:00:00+08:00", 1, CHINA, "2026-10-09T00:00:00+08:00"),
        ("2026-09-30T10:00:00+08:00", 0, CHINA, "2026-10-01T00:00:00+08:00"),
        # The same moment is still Tuesday in New York.
        ("2026-09-30T10:00:00+08:00", 1, ABROAD, "2026-10-01T00:00:00-04:00"),
        # Over the night in which the clocks go forward.
        ("2026-03-06T12:00:00-05:00", 1, ABROAD, "2026-03-10T00:00:00-04:00"),
        # After the last year of the table: New Year's Day 2034 is a Sunday, and Monday is worked.
        ("2033-12-30T12:00:00+08:00", 1, CHINA, "2034-01-03T00:00:00+08:00"),
    ],
)
def test_a_deadline_is_the_end_of_the_nth_working_day(opened: str, days: int, rules: DeadlineRules, until: str) -> None:
    assert due(ms(opened), days, rules) == ms(until)


def test_a_worked_saturday_counts_and_a_holiday_monday_does_not() -> None:
    assert is_working_day(date(2026, 10, 10), "CN")
    assert not is_working_day(date(2026, 10, 10), "weekdays")
    assert not is_working_day(date(2026, 10, 5), "CN")
    assert is_working_day(date(2026, 10, 5), "weekdays")


@pytest.mark.parametrize("year", [2003, 2090])
def test_outside_the_table_monday_to_friday_are_worked(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    assert [is_working_day(day, "CN") for day in days] == [day.weekday() < 5 for day in days]


def test_the_year_turns_at_local_midnight() -> None:
    last, first = ms("2026-12-31T15:59:59.999+00:00"), ms("2026-12-31T16:00:00+00:00")
    assert (year_of(last, SHANGHAI), year_of(first, SHANGHAI)) == (2026, 2027)
    assert year_end(2026, SHANGHAI) == first
    assert year_of(first, NEW_YORK) == 2026
    assert year_end(2026, NEW_YORK) == ms("2027-01-01T00:00:00-05:00")


@pytest.mark.parametrize(
    ("at", "months", "zone", "after"),
    [
        ("2026-08-31T08:30:00.007+08:00", 6, SHANGHAI, "2027-02-28T08:30:00.007+08:00"),
        ("2027-08-31T08:30:00+08:00", 6, SHANGHAI, "2028-02-29T08:30:00+08:00"),
        ("2026-06-15T00:00:00+08:00", 6, SHANGHAI, "2026-12-15T00:00:00+08:00"),
        ("2026-12-31T00:00:00+08:00", 12, SHANGHAI, "2027-12-31T00:00:00+08:00"),
        ("2026-10-30T12:00:00+08:00", 0, SHANGHAI, "2026-10-30T12:00:00+08:00"),
        # Standard time to summer time: the same hour on the clock.
        ("2026-01-15T12:00:00-05:00", 6, NEW_YORK, "2026-07-15T12:00:00-04:00"),
        # 02:30 is skipped on 2026-03-08, and comes twice on 2026-11-01.
        ("2026-02-08T02:30:00-05:00", 1, NEW_YORK, "2026-03-08T03:30:00-04:00"),
        ("2026-10-01T01:30:00-04:00", 1, NEW_YORK, "2026-11-01T01:30:00-04:00"),
    ],
)
def test_months_keep_the_day_and_the_hour(at: str, months: int, zone: str, after: str) -> None:
    assert add_months(ms(at), months, zone) == ms(after)


moments = st.integers(EARLIEST_MS, LATEST_MS - 1)
all_rules = st.sampled_from([CHINA, WEEKDAYS, ABROAD])
few_days = st.integers(0, 20)


@given(moments, few_days, all_rules)
def test_a_deadline_comes_later_and_one_more_day_later_still(at_ms: int, days: int, rules: DeadlineRules) -> None:
    until = due(at_ms, days, rules)
    assert at_ms < until < due(at_ms, days + 1, rules)
    assert datetime.fromtimestamp(until / 1000, ZoneInfo(rules.time_zone)).strftime("%H:%M:%S.%f") == "00:00:00.000000"


@given(moments, st.integers(0, 40 * DAY_MS), few_days, all_rules)
def test_what_was_opened_later_is_not_due_earlier(at_ms: int, later_ms: int, days: int, rules: DeadlineRules) -> None:
    assert due(at_ms, days, rules) <= due(at_ms + later_ms, days, rules)


@given(moments, st.integers(1, 20), all_rules)
def test_exactly_the_working_days_in_between_are_counted(at_ms: int, days: int, rules: DeadlineRules) -> None:
    day, last = local_day(at_ms, rules.time_zone), local_day(due(at_ms, days, rules) - 1, rules.time_zone)
    between = [day + timedelta(n) for n in range(1, (last - day).days + 1)]
    assert sum(is_working_day(d, rules.calendar) for d in between) == days
    assert is_working_day(last, rules.calendar)


table_days = st.dates(date(2004, 1, 1), date(2026, 12, 31))


@given(table_days)
def test_no_holiday_is_worked_and_every_day_worked_instead_is(day: date) -> None:
    if day in chinese_calendar.holidays:
        assert not is_working_day(day, "CN")
    elif day in chinese_calendar.workdays:
        assert is_working_day(day, "CN")
    else:
        assert is_working_day(day, "CN") is (day.weekday() < 5)


@given(moments, st.sampled_from([SHANGHAI, NEW_YORK]))
def test_a_moment_lies_in_its_year(at_ms: int, zone: str) -> None:
    year = year_of(at_ms, zone)
    assert year_end(year - 1, zone) <= at_ms < year_end(year, zone)


@given(moments, st.integers(0, 24), st.sampled_from([SHANGHAI, NEW_YORK]))
def test_months_later_is_the_same_day_or_the_last_of_the_month(at_ms: int, months: int, zone: str) -> None:
    before, after = local_day(at_ms, zone), local_day(add_months(at_ms, months, zone), zone)
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months
    assert after.day == before.day or (after.day < before.day and (after + timedelta(1)).day == 1)
    assert add_months(at_ms, months, zone) <= add_months(at_ms, months + 1, zone)
