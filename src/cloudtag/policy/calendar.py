"""Working days, calendar years and months: spans of time that are not a number of milliseconds (J12, B11, P11).

Pure: the days are those of a table that comes with the package, the offsets those of the time zone database; nothing
here asks what time it is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from cloudtag.policy.consequence_rules import DeadlineRules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_FRIDAY = 4
_DECEMBER = 12


def due(at_ms: int, working_days: int, rules: DeadlineRules) -> int:
    """When the n-th working day after the day of `at_ms` is over, in milliseconds UTC: the midnight that ends it.

    The day of `at_ms` (in `rules.time_zone`) never counts itself, whatever the hour and whether it is worked or not;
    for 0 working days the answer is the end of that very day. The deadline is met before the answer, missed at it.
    In Shanghai, three working days from Wednesday 2026-09-30: the 1st to the 7th of October are the National Day
    holidays, the 8th and 9th count, Saturday the 10th is worked in place of a holiday and counts, so the answer is
    2026-10-11T00:00+08:00. On the calendar `weekdays` it is 2026-10-06T00:00+08:00, after Thursday, Friday and Monday.
    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    zone = ZoneInfo(rules.time_zone)
    day, left = _local(at_ms, zone).date(), working_days
    while left > 0:
        day += _DAY
        left -= is_working_day(day, rules.calendar)
    return _midnight(day + _DAY, zone)


@lru_cache(maxsize=4096)
def is_working_day(day: date, calendar: str) -> bool:
    """Whether people work on that day: `CN` knows China's holidays and the weekend days worked in place of them.

    The table of `CN` is published a year at a time and begins with 2004. Outside its years, and on every other
    calendar, Monday to Friday are worked.
    """
    if calendar == "CN":
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            pass  # A year that is not in the table.
    return day.weekday() <= _FRIDAY


def year_of(at_ms: int, zone: str) -> int:
    """The calendar year of a moment in a time zone."""
    return _local(at_ms, ZoneInfo(zone)).year


def year_end(year: int, zone: str) -> int:
    """When a calendar year is over in a time zone, in milliseconds UTC: the first moment of the next one."""
    return _midnight(date(year + 1, 1, 1), ZoneInfo(zone))


def add_months(at_ms: int, months: int, zone: str) -> int:
    """The same time of the same day so many months later, in milliseconds UTC; the last day of a month too short.

    Six months from 31 August are 28 February, or the 29th of a leap year. A time the clocks skip is as much later as
    they are set forward; one they pass twice is the first.
    """
    local = _local(at_ms, ZoneInfo(zone))
    month = local.month - 1 + months
    first = local.replace(year=local.year + month // _DECEMBER, month=month % _DECEMBER + 1, day=1, fold=0)
    after = (first.date() + 31 * _DAY).replace(day=1)
    last_day = (after - _DAY).day
    return _millis(first.replace(day=min(local.day, last_day)))


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    # From whole milliseconds, so that no fraction is ever rounded across midnight.
    return (_EPOCH + at_ms * _MS).astimezone(zone)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return _millis(datetime.combine(day, time(), zone))


def _millis(local: datetime) -> int:
    return (local.astimezone(UTC) - _EPOCH) // _MS
