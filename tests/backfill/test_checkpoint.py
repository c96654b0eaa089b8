"""A load goes on exactly behind what the broker has, and never with another history."""

import os
import stat
from pathlib import Path

import pytest

from cloudtag.backfill.checkpoint import Checkpoint, CheckpointError
from cloudtag.backfill.ordered import HistoryRecord

LIVE_MS = 1_772_409_600_000
HERE = "cluster-1/shop."


def record(number: int, value: bytes = b"x") -> HistoryRecord:
    return HistoryRecord(number, "orders", f"e{number}", "b1", value)


HISTORY = [record(n) for n in range(6)]


def test_nothing_is_done_where_there_is_no_file(tmp_path: Path) -> None:
    for path in (None, tmp_path / "none"):
        assert list(Checkpoint.read(path, HERE, LIVE_MS).left_of(HISTORY)) == HISTORY


@pytest.mark.parametrize("sent", [1, 5, 6])
def test_what_was_written_is_read_back(tmp_path: Path, sent: int) -> None:
    path = tmp_path / "checkpoint"
    Checkpoint(HERE, LIVE_MS, sent, HISTORY[sent - 1].position).write(path)
    assert list(Checkpoint.read(path, HERE, LIVE_MS).left_of(HISTORY)) == HISTORY[sent:]
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]


def test_events_that_differ_in_content_alone_are_told_apart() -> None:
    """A chunk may end between them: the second is not taken for the first."""
    history = [record(1, b"one"), record(1, b"two"), record(2)]
    assert list(Checkpoint(HERE, LIVE_MS, 1, history[0].position).left_of(history)) == history[1:]


@pytest.mark.parametrize("other", [HISTORY[1:], [record(-1), *HISTORY], HISTORY[:2]])
def test_another_history_is_refused(other: list[HistoryRecord]) -> None:
    with pytest.raises(CheckpointError, match="not the one that was begun"):
        Checkpoint(HERE, LIVE_MS, 3, HISTORY[2].position).left_of(sorted(other))


def test_another_moment_is_another_history(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    Checkpoint(HERE, LIVE_MS, 1, HISTORY[0].position).write(path)
    with pytest.raises(CheckpointError, match="another live_since"):
        Checkpoint.read(path, HERE, LIVE_MS + 1)


@pytest.mark.parametrize("other", ["cluster-2/shop.", "cluster-1/"])
def test_what_another_installation_has_was_not_sent_here(tmp_path: Path, other: str) -> None:
    path = tmp_path / "checkpoint"
    Checkpoint(HERE, LIVE_MS, 1, HISTORY[0].position).write(path)
    with pytest.raises(CheckpointError, match=r"another installation \(cluster-1/shop\."):
        Checkpoint.read(path, other, LIVE_MS)


def test_it_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut loses what was not synced: first the new file is, then the directory that names it."""
    path, synced = tmp_path / "checkpoint", list[tuple[bool, int]]()
    Checkpoint(HERE, LIVE_MS, 1, HISTORY[0].position).write(path)
    before, sync = path.read_bytes(), os.fsync

    def watched(handle: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(handle).st_mode)
        synced.append((is_directory, os.fstat(handle).st_size if not is_directory else 0))
        assert (path.read_bytes() == before) is not is_directory
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    Checkpoint(HERE, LIVE_MS, 22, HISTORY[1].position).write(path)
    assert synced == [(False, path.stat().st_size), (True, 0)]


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("[1, 2]")
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        Checkpoint.read(tmp_path / "notes", HERE, LIVE_MS)
