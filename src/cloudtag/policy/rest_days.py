"""Days on which couriers rest: the public holidays of a policy's calendar, weekends as such are none (F10).

Pure, like `calendar`: the days are those of a table that comes with the package.
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


@lru_cache(maxsize=4096)
def is_public_holiday(day: date, calendar: str) -> bool:
    """Whether a day is a public holiday of a calendar: `CN` knows China's, from 2004 to the last published year.

    Couriers work on weekends: a Saturday counts only as part of a holiday. Outside those years, and on every other
    calendar, there are none.
    """
    if calendar != "CN":
        return False
    try:
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(is_holiday) and name is not None


def rest_spans(from_ms: int, until_ms: int, rules: DeadlineRules) -> tuple[tuple[int, int], ...]:
    """The public holidays that touch a span, each from midnight to midnight of `rules.time_zone`, milliseconds UTC.

    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    zone = ZoneInfo(rules.time_zone)
    return _rests(_day(from_ms, zone), _day(until_ms, zone), rules.calendar, zone)


@lru_cache(maxsize=4096)
def _rests(day: date, last: date, calendar: str, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """Those from one day to another: asked again and again of the same few days."""
    spans: list[tuple[int, int]] = []
    while day <= last:
        if is_public_holiday(day, calendar):
            spans.append((_midnight(day, zone), _midnight(day + _DAY, zone)))
        day += _DAY
    return tuple(spans)


def _day(at_ms: int, zone: ZoneInfo) -> date:
    return (_EPOCH + at_ms * _MS).astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    return (datetime.combine(day, time(), zone).astimezone(UTC) - _EPOCH) // _MS
