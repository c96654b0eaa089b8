"""What must come of each case comes of it, in whatever order its events arrive."""

import random

import pytest

from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.driver import replay
from tests.cases.matching import faults, satisfies
from tests.cases.reading import Case, cases, lines_of, milliseconds, records_of

CASES = [pytest.param(name, case, id=name) for name, case in cases().items()]
YEARS_MS = 10 * 365 * 86_400_000
"""Longer than any case takes: nothing of it is too late."""


@pytest.mark.parametrize(("name", "case"), CASES)
def test_it_ends_as_is_fair(name: str, case: Case) -> None:
    records = records_of(replay(lines_of(case), milliseconds(case.until)))
    assert faults(records, case.must, case.must_not) == [], f"{name}: {case.why}"


@pytest.mark.parametrize(("name", "case"), CASES)
def test_so_it_does_in_any_order_and_with_repeats(name: str, case: Case) -> None:
    lines, rng = lines_of(case), random.Random(name)
    lines += rng.sample(lines, min(3, len(lines)))
    rng.shuffle(lines)
    records = records_of(replay_as_delivered(lines, YEARS_MS, milliseconds(case.until)))
    # What was taken back in order of time need never have been told in another.
    must = [match for match in case.must if match.get("status") not in ("withdrawn", "reversed")]
    assert faults(records, must, case.must_not) == [], f"{name}: {case.why}"


@pytest.mark.parametrize(("name", "case"), CASES)
def test_it_says_what_it_is_for(name: str, case: Case) -> None:
    assert case.rule
    assert case.why.endswith((".", "?", "'"))
    assert case.must or case.must_not, name


def test_a_match_asks_for_what_it_says() -> None:
    record = {
        "stream": "alerts",
        "severity": "high",
        "order_ids": ["O1", "O2"],
        "facts": {"n": "1"},
        "at": "2026-03-02T01:00:00Z",
    }
    assert satisfies(record, {"severity": {"in": ["high", "critical"]}, "order_ids": {"all": ["O2"]}})
    assert satisfies(record, {"facts": {"has": {"n": 1}}, "at": "2026-03-02T01:00:00+00:00"})
    assert not satisfies(record, {"severity": {"not": ["high"]}})
    assert not satisfies(record, {"order_ids": {"all": ["O3"]}})
    assert not satisfies(record, {"facts": {"has": {"m": 1}}})
    assert not satisfies({**record, "status": "withdrawn"}, {"severity": "high"})
    assert satisfies({**record, "status": "withdrawn"}, {"severity": "high", "status": "withdrawn"})


def test_a_fault_names_what_is_missing_and_what_is_there() -> None:
    record = {"stream": "alerts", "severity": "high"}
    assert faults([record], [{"severity": "low"}], [{"severity": "high"}]) == [
        "missing {'severity': 'low'}",
        "present {'severity': 'high'}",
    ]
