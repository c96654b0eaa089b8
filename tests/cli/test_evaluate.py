"""`cloudtag evaluate`: attackers and honest buyers in one report, and what its exit code says."""

import json
from pathlib import Path

from cloudtag.cli.failure import FAILED, UNREADABLE
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


IN_PARTS = ("evaluate", "--processes", 1, "--honest", 40, "--seeds", 2, "--json", "--parts")


def test_parts_are_judged_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "crowd.jsonl"
    first = run(*IN_PARTS, path)
    written = path.read_bytes()
    told = json.loads(first.out)
    assert told["buyers"] == 80
    assert len(written.splitlines()) == 2
    assert "seed 2, from number 0 on" in first.err

    again = run(*IN_PARTS, path)
    assert json.loads(again.out) == told
    assert "from number" not in again.err
    assert path.read_bytes() == written

    path.write_bytes(written[:-20])
    mended = run(*IN_PARTS, path)
    assert json.loads(mended.out) == told
    assert "seed 1, from number" not in mended.err
    assert path.read_bytes() == written


def test_parts_of_other_code_are_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "crowd.jsonl"
    run(*IN_PARTS, path)
    path.write_bytes(path.read_bytes().replace(b'"code":"', b'"code":"x'))
    ended = run(*IN_PARTS, path)
    assert ended.code == UNREADABLE
    assert "use another file" in ended.err


def test_a_file_that_is_no_parts_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "crowd.jsonl"
    path.write_bytes(b"{}\n")
    ended = run(*IN_PARTS, path)
    assert ended.code == UNREADABLE
    assert "line 1" in ended.err
    assert path.read_bytes() == b"{}\n"


def test_no_parts_are_no_figures(run: Run, tmp_path: Path) -> None:
    ended = run("evaluate", "--honest", 0, "--parts", tmp_path / "crowd.jsonl")
    assert ended.code == FAILED
    assert "no part" in ended.err
