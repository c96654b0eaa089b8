"""A demonstration's week: cut into slices of event time, in the order in which it would arrive."""

from collections import Counter
from pathlib import Path

import pytest

from cloudtag.cli.demo.next import program
from cloudtag.cli.demo.place import usual_port
from cloudtag.cli.demo.play import AGO_DAYS, QUIET_DAYS, WORKING_DAYS, working_week_before
from cloudtag.cli.demo.watch import Patience
from cloudtag.cli.demo.week import FEW, REFERRED_TO, Slice, imagine, slices
from cloudtag.cli.failure import FailureError
from cloudtag.cli.lines import line_of
from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.times import millis
from cloudtag.detectors.registry import all_detectors
from cloudtag.replay.driver import replay
from cloudtag.simulate import AlertLabel, Profile, score
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from tests.servers.brokers import tansu

PROFILE = Profile(events=6000, seed=1, catalogue="demo")


def order(number: int, at: int) -> OrderChanged:
    return OrderChanged(f"e{number}", at, "jd", f"o{number}", "b", "s", "placed")


def test_every_event_is_in_one_slice_and_in_its_order() -> None:
    week = imagine(PROFILE)
    parts = list(slices(week.events))
    assert [event for part in parts for event in part.events] == week.events
    for part in parts:
        first, rest = [*part.parts(), [], []][:2]
        assert Counter(map(id, first + rest)) == Counter(map(id, part.events))
        assert all(STREAM_OF[type(event)] not in REFERRED_TO for event in rest) or not first


def test_a_slice_ends_after_its_hours_when_it_holds_enough_and_at_the_latest_when_it_is_long() -> None:
    start = 1_740_960_000_000
    busy = [order(n, start + n) for n in range(FEW)]
    assert len(list(slices([*busy, order(999, start + 6 * HOUR_MS - 1)], 6, 24))) == 1
    assert len(list(slices([*busy, order(999, start + 6 * HOUR_MS)], 6, 24))) == 2
    assert len(list(slices([*busy[1:], order(999, start + 6 * HOUR_MS)], 6, 24))) == 1
    assert len(list(slices([order(1, start), order(2, start + DAY_MS)], 6, 24))) == 2
    assert len(list(slices([order(1, start), order(2, start + DAY_MS - 1)], 6, 24))) == 1


def test_a_late_event_belongs_to_the_slice_in_which_it_arrives() -> None:
    start = 1_740_960_000_000
    late = order(3, start)
    first, second = slices([order(1, start), order(2, start + 2 * DAY_MS), late], 6, 24)
    assert second.events[-1] is late
    assert (first.reaches_at, second.reaches_at) == (start, start + 2 * DAY_MS)


def test_what_refunds_are_about_is_sent_before_them() -> None:
    refund = RefundChanged("e1", 1_740_960_000_000, "jd", "r", "o", "b", "s", "opened")
    scan = ParcelScanned("e2", 1_740_960_000_001, "jd", "sf", "w")
    assert list(Slice(1, [refund, scan]).parts()) == [[scan], [refund]]
    assert list(Slice(1, [refund]).parts()) == [[refund]]


def test_late_is_what_newer_events_overtook_by_minutes_and_no_repeat() -> None:
    week = imagine(PROFILE)
    late, newest = week.late(), 0
    overtaken: set[str] = set()
    prompt: set[str] = set()
    for event in (*week.history, *week.events):
        (overtaken if newest - event.occurred_at > 600_000 else prompt).add(event.event_id)
        newest = max(newest, event.occurred_at)
    assert late.keys() == overtaken - prompt
    assert late


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_week_and_the_quiet_days_after_it_are_over(seed: int) -> None:
    """Else its last events lie in the future, where they are dead letters and nobody is found by them."""
    profile = Profile(events=5_000, seed=seed, catalogue="demo")
    lasted_days = (imagine(profile).ends_at - profile.starts_at) / DAY_MS
    assert lasted_days + QUIET_DAYS < AGO_DAYS


def test_it_begins_on_the_latest_day_that_no_holiday_follows() -> None:
    """In 2026 those of mid-autumn and of the national day lie between 25 September and 7 October."""
    after, before = (millis(f"2026-{day}T00:00:00Z") for day in ("10-08", "09-10"))
    assert working_week_before(after + AGO_DAYS * DAY_MS) == after
    assert working_week_before(after + (AGO_DAYS - 1) * DAY_MS) == before
    assert WORKING_DAYS == 14


def test_the_week_shows_every_detector_and_what_replay_finds_is_what_its_labels_say() -> None:
    week = imagine(PROFILE)
    lines = [line_of(event) for event in (*week.history, *week.events)]
    records = [record for _, record in replay(lines, week.ends_at + 4 * DAY_MS)]
    tallies = score(week.labels, records)
    assert {label.detector for label in week.labels if isinstance(label, AlertLabel)} == set(all_detectors())
    assert all(tally.is_clean for tally in tallies.values()), tallies
    assert all(tallies[name].standing for name in all_detectors())


def test_a_taken_port_is_left_alone_and_said(capfd: pytest.CaptureFixture[str]) -> None:
    with tansu() as address:
        taken = int(address.rpartition(":")[2])
        assert usual_port(taken, "Kafka") != taken
    assert f"port {taken} is taken: Kafka is at" in capfd.readouterr().err
    assert usual_port(taken, "Kafka") == taken


def test_the_program_is_called_as_it_can_be_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "env" / "bin"
    place.mkdir(parents=True)
    (place / "cloudtag").touch(0o755)
    monkeypatch.setattr("sys.executable", str(place / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    assert program() == "env/bin/cloudtag"
    monkeypatch.setenv("PATH", str(place))
    assert program() == "cloudtag"
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir("/")
    assert program() == str(place / "cloudtag").removeprefix("/")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert program() == str(place / "cloudtag")


def test_waiting_ends_when_nothing_has_moved_for_long_and_not_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("cloudtag.cli.demo.watch.time.monotonic", lambda: clock[0])
    patience = Patience(10.0)
    for at, done in ((1.0, 5), (11.0, 5), (11.5, 6), (21.5, 6)):
        clock[0] = at
        patience.wait("7 records are waiting", done)
    clock[0] = 21.6
    with pytest.raises(FailureError, match="7 records are waiting, and nothing has moved for 10 s"):
        patience.wait("7 records are waiting", 6)
    # Told at 11.0 and 21.5: not more often than every few seconds.
    assert capsys.readouterr().err.count("7 records are waiting") == 2
