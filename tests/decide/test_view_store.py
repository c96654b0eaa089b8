"""What stands survives a restart in a file: whole or not at all, and only what the topics do not say otherwise."""

import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtag.cli.decide.keeping import ViewKeeper
from cloudtag.cli.decide.state import DecideState
from cloudtag.config import Config
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.standing_view import StandingView
from cloudtag.decide.view_store import TURN_RECORDS, ViewFileError, read_view, write_view
from cloudtag.policy.load import shipped
from tests.decisions.test_decide import alert, follows, tag

OLD, NEW = alert("critical"), replace(alert("high"), alert_id="new")


def standing(*records: object) -> StandingView:
    view = StandingView(NETWORKS)
    for record in records:
        view.apply(record)
    return view


def kept(tmp_path: Path) -> Path:
    path = tmp_path / "view"
    write_view(path, "here", standing(OLD, NEW, tag(), follows("order_hold")).entries())
    return path


def test_it_is_as_it_was(tmp_path: Path) -> None:
    view = standing()
    assert read_view(kept(tmp_path), "here", view) == 4
    assert list(view.records()) == [OLD, NEW, tag(), follows("order_hold")]
    assert [path.name for path in tmp_path.iterdir()] == ["view"]


def test_what_the_topics_say_later_counts_and_what_they_no_longer_say_stays(tmp_path: Path) -> None:
    view = standing()
    read_view(kept(tmp_path), "here", view)
    for record in (NEW, replace(NEW, revision=1, status="withdrawn")):
        view.apply(record)
    assert view.alert(OLD.alert_id) == OLD
    assert view.alert("new") is None


@pytest.mark.parametrize("cut", [0, 3, 20, 200, -1])
def test_half_a_file_is_none(tmp_path: Path, cut: int) -> None:
    path, view = kept(tmp_path), standing()
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ViewFileError):
        read_view(path, "here", view)
    assert len(view) == 0


def test_another_installations_file_is_none(tmp_path: Path) -> None:
    view = standing()
    with pytest.raises(ViewFileError, match="it is of here"):
        read_view(kept(tmp_path), "there", view)
    assert len(view) == 0


class CaughtUp:
    """A follower that has read all there is."""

    is_caught_up, as_of_ms, unreadable = True, 1 << 60, 0


async def test_an_instance_that_starts_again_knows_what_the_one_before_knew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, states = tmp_path / "view", [DecideState(Config(), shipped()) for _ in range(3)]
    first, second, third = (ViewKeeper(path, "here", state) for state in states)
    first.restore()
    states[0].take("alerts", OLD)
    await first.keep()
    assert not path.exists(), "not all that stands is known yet"
    for state in states:
        state.follower = CaughtUp()  # type: ignore[assignment]
    await first.keep()
    second.restore()
    assert states[1].view.alert(OLD.alert_id) == OLD
    written = path.stat().st_mtime_ns
    await first.keep()
    assert path.stat().st_mtime_ns == written, "nothing has changed"
    path.write_bytes(b"no view")
    with caplog.at_level(logging.ERROR):
        third.restore()
    assert "is not used" in caplog.text
    assert len(states[2].view) == 0


@pytest.mark.parametrize(
    ("records", "breaths"), [(0, 1), (TURN_RECORDS - 1, 1), (TURN_RECORDS, 2), (3 * TURN_RECORDS, 4)]
)
def test_whoever_writes_beside_others_lets_them_breathe(tmp_path: Path, records: int, breaths: int) -> None:
    view = standing(*(replace(NEW, alert_id=f"a{number}") for number in range(records)))
    taken: list[None] = []
    write_view(tmp_path / "view", "here", view.entries(), lambda: taken.append(None))
    again = standing()
    assert (read_view(tmp_path / "view", "here", again), len(taken)) == (records, breaths)
    assert list(again.records()) == list(view.records())
