"""A case as of a moment is what a replay up to that moment says, fact by fact and revision by revision."""

import asyncio
from bisect import bisect_right
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudtag.contract.records import Alert
from cloudtag.desk.case import DeskCase, case_of
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from tests.desk.cases import alert_of_case
from tests.desk.cases import case_of as address_of
from tests.desk.conftest import DeskWorld
from tests.desk.people import PEOPLE
from tests.desk.stories import story
from tests.effort import examples

CASES = {"o1": "short_return", "o12": "reused_waybill", "o31": "short_return", "o41-1": "short_return"}
EVENTS = sorted(story(), key=lambda event: event.occurred_at)
TIMES = sorted({event.occurred_at for event in EVENTS})
MOMENTS = st.sampled_from(TIMES).flatmap(lambda at: st.sampled_from((at - 1, at, at + 1, at + 3_600_000)))


def _shown(world: DeskWorld, order: str, at_ms: int) -> DeskCase | None:
    alert_id = alert_of_case(address_of(world, order, CASES[order]))
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return asyncio.run(case_of(world.desk.asking, PEOPLE["petra"], alert_id, at))


def _replayed(order: str, at_ms: int) -> list[Alert]:
    """The revisions that a replay up to then publishes."""
    events = [event for event in EVENTS if event.occurred_at <= at_ms]
    told = [record for _, record in judge(list(events), at_ms, shipped()) if isinstance(record, Alert)]
    return [alert for alert in told if order in alert.order_ids and alert.detector == CASES[order]]


def _said(alert: Alert) -> Any:
    """What does not depend on how buyers are called."""
    rests = sorted(reference.event_id for reference in alert.evidence)
    return (alert.revision, alert.status, alert.severity, alert.amount_at_stake_minor, alert.order_ids, rests)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.sampled_from(sorted(CASES)), at_ms=MOMENTS)
def test_it_is_what_a_replay_up_to_then_says(world: DeskWorld, order: str, at_ms: int) -> None:
    case, told = _shown(world, order, at_ms), _replayed(order, at_ms)
    told = [alert for alert in told if alert.decided_at <= at_ms]
    if not told:
        assert case is None
        return
    assert case is not None
    assert [_said(each.alert) for each in case.revisions] == [_said(alert) for alert in told]
    known = {event.event_id for event in EVENTS[: bisect_right(EVENTS, at_ms, key=lambda event: event.occurred_at)]}
    assert {fact.event.event_id for fact in case.facts} <= known
    orders = set(case.alert.order_ids)
    due = {e.event_id for e in EVENTS if e.event_id in known and getattr(e, "order_id", "") in orders}
    assert due <= {fact.event.event_id for fact in case.facts}


def test_the_page_of_then_says_so_and_offers_nothing(world: DeskWorld) -> None:
    mei, case = world.visitor("mei"), address_of(world, "o1")
    page = mei.get(f"{case}?at=2026-03-10T23:30").text
    assert "As it was on 2026-03-10 23:30 UTC" in page
    assert "What to do" not in page
    assert "withdrawn" not in page
    assert "withdrawn" in mei.get(case).text
    assert mei.get(f"{case}?at=2026-01-01T00:00").status == 404, "it was not there yet"


@pytest.mark.parametrize("at", ["x", "2026-13-01", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59"])
def test_what_is_no_moment_is_refused(world: DeskWorld, at: str) -> None:
    address = f"{address_of(world, 'o1')}?at={at.replace('+', '%2B')}"
    assert world.visitor("mei").get(address).status == 400
