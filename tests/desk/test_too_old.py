"""A case whose facts are older than the engine holds stays as it is, whatever is said of it: the page says so first."""

from collections.abc import Iterator
from datetime import UTC

import pytest

from cloudtag.desk.offers import HELD_DAYS, MAY_STAY, TOO_OLD, WILL_STAY, too_old
from cloudtag.detectors.registry import all_detectors
from cloudtag.processors.buyers.reading import HELD_MS
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.stories import empty_parcel
from tests.detectors.judged import events_of

_SAID = "a verdict is recorded, and the case stays as it is."


@pytest.fixture
def aged(warehouse_url: str) -> Iterator[DeskWorld]:
    """A case that nobody has answered."""
    with desk_world(warehouse_url, events_of(empty_parcel(60, "s1", 19900))) as made:
        yield made


def _first_ms(world: DeskWorld) -> int:
    return int(str(world.one("SELECT toUnixTimestamp64Milli(min(first_event_at)) FROM alerts_latest")))


def test_a_verdict_on_what_is_held_resolves_and_nothing_is_said(aged: DeskWorld) -> None:
    aged.seconds = (_first_ms(aged) + HELD_MS) / 1000
    case = case_of(aged, "o60")
    mei = aged.visitor("mei")
    assert not any(text.partition("{")[0] in mei.get(case).text for text in TOO_OLD)
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    assert aged.one("SELECT status FROM alerts_latest WHERE has(order_ids, 'o60')") == "resolved"


def test_a_verdict_on_what_is_no_longer_held_is_kept_and_changes_nothing_as_was_said(aged: DeskWorld) -> None:
    aged.seconds = (_first_ms(aged) + HELD_MS + 2) / 1000
    case = case_of(aged, "o60")
    mei = aged.visitor("mei")
    page = mei.get(case).text
    assert f"The engine holds facts for {HELD_DAYS} days. Those of this case are older: {_SAID}" in page
    assert page.index(_SAID) < page.index('id="verdict"'), "before anything is sent"
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    assert aged.one("SELECT count() FROM verdicts") == 1
    assert aged.one("SELECT status FROM alerts_latest WHERE has(order_ids, 'o60')") != "resolved"
    assert "此案件的事实已超期" in aged.visitor("mei", "zh").get(case).text


def test_what_was_resolved_already_is_not_said_to_stay(aged: DeskWorld) -> None:
    case = case_of(aged, "o60")
    aged.seconds = (_first_ms(aged) + HELD_MS) / 1000
    aged.visitor("mei").act(case, f"{case}/verdict", verdict="normal")
    aged.seconds += 60
    assert _SAID not in aged.visitor("mei").get(case).text


def test_an_alert_about_the_whole_buyer_may_be_judged_anew(aged: DeskWorld) -> None:
    first = aged.client.query("SELECT min(first_event_at) FROM alerts_latest").result_rows[0][0].replace(tzinfo=UTC)
    later_ms = int(first.timestamp() * 1000) + HELD_MS + 1
    for name, detector in all_detectors().items():
        row = {"detector": name, "first_event_at": first}
        said = MAY_STAY if detector.rule.scope in ("buyer", "alerted", "risk") else WILL_STAY
        assert too_old(row, later_ms) == said
        assert too_old(row, later_ms - 1) == ""
