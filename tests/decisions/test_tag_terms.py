"""When a tag is told anew and when it is over, and of which nothing is told at all."""

import pytest
from msgspec.structs import replace

from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.test_tags import DAY, T0, judged, request

HOUR = 3_600_000


def terms(window_days: int, hours: int) -> Policies:
    """JD's pack with another window, and another term for a tag (hours; none: no limit)."""
    policy = shipped().at("jd", T0)
    tags = replace(policy.tags, window_days=window_days)
    deadlines = replace(policy.deadlines, tag_hours=hours, tag_working_days=0)
    return Policies({"default": [replace(policy, tags=tags, deadlines=deadlines)]})


@pytest.mark.parametrize(
    ("days", "hours", "wakes"),
    [(3, 48, [2, 3]), (2, 48, [2, 2]), (1, 48, [1]), (2, 0, [2])],
    ids=["due within the window", "with its last moment", "after it", "never"],
)
def test_a_tag_is_told_anew_only_while_it_counts(days: int, hours: int, wakes: list[int]) -> None:
    """Wakes in days; a window is over one millisecond after its last day."""
    policies, now, found = terms(days, hours), T0, []
    (put,) = judged([request(1)], T0, policies=policies)[0].values()
    assert (put.reason, put.due_at) == (None, T0 + hours * HOUR if hours else None)
    while wake_ms := judged([request(1)], now, policies=policies)[1].timer_ms:
        found.append(wake_ms)
        now = wake_ms
    *told, over = [T0 + day * DAY for day in wakes]
    assert found == [*told, over + 1]
    for at in told:
        (status,) = judged([request(1)], at, policies=policies)[0].values()
        assert (status.status, status.reason, status.decided_at) == ("pending", "no_evidence_yet", at)
    (status,) = judged([request(1)], now, policies=policies)[0].values()
    assert (status.status, status.decided_at) == ("expired", over)


def test_a_confirmed_tag_is_told_as_confirmed_and_wakes_nobody() -> None:
    tags = [request(n, T0 + n * DAY) for n in (1, 2, 3)]
    statuses, result = judged(tags, T0 + 3 * DAY)
    assert result.timer_ms == 0
    assert {(s.shown_as, s.decided_at) for s in statuses.values()} == {("confirmed", T0 + 3 * DAY)}


def test_a_request_that_is_held_no_more_neither_counts_nor_is_told_of() -> None:
    """Its submission names the order no longer."""
    gone = replace(request(3), is_held=False)
    statuses, result = judged([request(1), request(2), gone])
    assert (sorted(statuses), result.confirmations) == (["sub1/o1", "sub2/o2"], [])
