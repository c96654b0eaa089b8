"""`cloudtag evaluate`: attackers and honest buyers in one report, and what its exit code says."""

import json
from pathlib import Path

from cloudtag.cli.failure import FAILED
from tests.cli.conftest import Run

SMALL = ("evaluate", "--events", 2000, "--fraud", 0.05, "--processes", 1)


def test_clean_buyers_are_not_accused(run: Run) -> None:
    ended = run(*SMALL, "--honest", 60, "--profile", "clean", "--seeds", 2, "--json")
    told = json.loads(ended.out)
    assert ended.code == 0
    assert told["is_good"] is True
    assert told["profile"]["catalogue"] == "full"
    assert told["honest"]["buyers"] == 120
    assert {rate["name"]: rate["accused"] for rate in told["honest"]["by_severity"]} == dict.fromkeys(
        ("low", "medium", "high", "critical", "medium or above"), 0
    )
    assert told["honest"]["by_kind"] == []


def test_mess_is_the_default_and_progress_is_reported(run: Run) -> None:
    ended = run(*SMALL, "--honest", 60)
    assert ended.code in (0, FAILED)
    assert "60 honest buyers" in ended.out
    assert "at most (95 %)" in ended.out
    assert "known losses" in ended.out
    assert "60 of 60 honest buyers" in ended.err


def test_examples_are_event_files(run: Run, tmp_path: Path) -> None:
    ended = run(*SMALL, "--honest", 150, "--examples", tmp_path / "examples", "--json")
    pairs = {f"{pair['detector']}--{pair['kind']}.jsonl" for pair in json.loads(ended.out)["honest"]["pairs"]}
    written = {path.name for path in (tmp_path / "examples").iterdir()}
    assert written == pairs
    for name in written:
        detector = name.split("--")[0]
        replayed = run("replay", tmp_path / "examples" / name, "--final", "--until", "2025-05-01T00:00:00Z")
        found = [json.loads(line) for line in replayed.lines]
        assert replayed.code == 0
        assert detector in {record.get("detector") for record in found}


def test_without_honest_buyers_only_attackers_are_told_of(run: Run) -> None:
    ended = run(*SMALL, "--honest", 0, "--json")
    assert json.loads(ended.out)["honest"] is None
