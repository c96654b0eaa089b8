"""Public holidays at their edges: weekends are none, days worked in place of one are none."""

from datetime import date, datetime

import pytest

from cloudtag.policy.consequence_rules import DeadlineRules
from cloudtag.policy.rest_days import is_public_holiday, rest_spans

CHINA = DeadlineRules()


def ms(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        ("2026-02-14", False),
        ("2026-02-15", True),
        ("2026-02-21", True),
        ("2026-02-23", True),
        ("2026-02-24", False),
        ("2026-02-28", False),
        ("2026-03-07", False),
        ("2026-03-08", False),
        ("1999-10-01", False),
    ],
)
def test_spring_festival_and_weekends(day, is_holiday):
    assert is_public_holiday(date.fromisoformat(day), "CN") is is_holiday
    assert not is_public_holiday(date.fromisoformat(day), "weekdays")


def test_spans_are_days_of_the_zone():
    found = rest_spans(ms("2026-02-14T23:59:00+08:00"), ms("2026-02-16T00:00:00+08:00"), CHINA)
    fifteenth, sixteenth, seventeenth = (ms(f"2026-02-{day}T00:00:00+08:00") for day in (15, 16, 17))
    assert found == ((fifteenth, sixteenth), (sixteenth, seventeenth))


def test_a_span_within_one_day():
    noon, evening = ms("2026-02-17T12:00:00+08:00"), ms("2026-02-17T18:00:00+08:00")
    assert len(rest_spans(noon, evening, CHINA)) == 1
    assert rest_spans(noon, evening, DeadlineRules(calendar="weekdays")) == ()
    worked = ms("2026-02-14T12:00:00+08:00")
    assert rest_spans(worked, worked, CHINA) == ()
