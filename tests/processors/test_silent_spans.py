"""The hours of a wait in which a courier showed no scan."""

import pytest

from cloudtag.processors.parcels.rows.waiting import silent_spans


@pytest.mark.parametrize(
    ("busy", "current", "spans", "since"),
    [
        ({10, 11, 12}, 13, [], None),
        ({10, 12}, 13, [(11, 12)], None),
        ({12}, 13, [(10, 12)], None),
        ({10}, 12, [], 11),
        ({10}, 11, [], None),
        (set(), 11, [], 10),
        (set(), 10, [], None),
        ({10, 13}, 12, [(11, 13)], None),
        ({9, 10}, 11, [], None),
    ],
)
def test_silences_are_told_by_their_hours(
    busy: set[int], current: int, spans: list[tuple[int, int]], since: int | None
) -> None:
    assert silent_spans(10, busy, current) == (spans, since)
