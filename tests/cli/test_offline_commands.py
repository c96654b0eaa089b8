"""The commands that need no server: simulate, replay, score, detectors, schemas, import."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

pa = pytest.importorskip("pyarrow", reason="reading Parquet needs the `import` extra")
pq = pytest.importorskip("pyarrow.parquet", reason="reading Parquet needs the `import` extra")

UNTIL = "2025-03-25"


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def by_line(text: str) -> list[str]:
    return sorted(text.splitlines())


def test_what_is_simulated_is_found_and_nothing_else(run: Run, week: tuple[Path, Path], tmp_path: Path) -> None:
    events, labels = week
    published = tmp_path / "published.jsonl"
    assert run("replay", events, "--until", UNTIL, "-o", published).code == 0
    scored = run("score", labels, published)
    assert (scored.code, scored.err) == (0, "")
    assert "reused_waybill" in scored.out


def test_score_fails_when_something_is_missed(run: Run, week: tuple[Path, Path], tmp_path: Path) -> None:
    _, labels = week
    (tmp_path / "nothing").write_text("")
    scored = run("score", labels, tmp_path / "nothing")
    assert scored.code == 1
    assert "missed short_return" in scored.err


def test_score_refuses_inputs(run: Run, week: tuple[Path, Path]) -> None:
    events, labels = week
    scored = run("score", labels, events)
    assert (scored.code, scored.out) == (2, "")
    assert "is an input" in scored.err


def test_order_and_repeats_do_not_matter_to_replay(run: Run, week: tuple[Path, Path], tmp_path: Path) -> None:
    events, _ = week
    lines = events.read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    shuffled = tmp_path / "shuffled.jsonl"
    shuffled.write_bytes(b"".join([*lines, *lines[:500]]))
    first = run("replay", events, "--until", UNTIL, "--final")
    second = run("replay", shuffled, "--until", UNTIL, "--final")
    assert first.out
    assert by_line(first.out) == by_line(second.out)


def test_final_keeps_the_latest_revision_only(run: Run, week: tuple[Path, Path]) -> None:
    events, _ = week
    every = records(run("replay", events, "--until", UNTIL).out)
    final = records(run("replay", events, "--until", UNTIL, "--final").out)
    alerts = {r["alert_id"]: r["revision"] for r in every if r["stream"] == "alerts"}
    assert len(final) < len(every)
    assert {r["alert_id"]: r["revision"] for r in final if r["stream"] == "alerts"} == alerts
    assert max(alerts.values()) > 0


def test_time_alone_decides_with_until(run: Run, week: tuple[Path, Path]) -> None:
    events, _ = week
    early = run("replay", events, "--final").out
    later = run("replay", events, "--until", UNTIL, "--final").out
    assert early.count('"no_circulation"') <= later.count('"no_circulation"')


def test_a_bad_line_becomes_a_dead_letter(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"stream": "orders"}\nnot json\n\n{"stream": "nosuch"}\n')
    done = run("replay", file)
    assert done.code == 0
    assert [(r["stream"], r["offset"], r["reason"]) for r in records(done.out)] == [
        ("dead-letters", 0, "invalid_value"),
        ("dead-letters", 1, "not_json"),
        ("dead-letters", 3, "unknown_stream"),
    ]


def test_replay_reads_standard_input(process: Run, week: tuple[Path, Path]) -> None:
    events, _ = week
    done = process("replay", "-", "--final", stdin=events.read_bytes())
    assert done.code == 0
    assert done.out


def test_simulate_is_reproducible_and_writes_to_a_pipe(process: Run) -> None:
    first, second = (process("simulate", "--events", 3000, "--seed", 9) for _ in range(2))
    assert first.code == 0
    assert first.out == second.out
    assert int(first.err.partition(" events")[0].replace(",", "")) == len(first.out.splitlines()) >= 3000


def test_detectors_are_listed_and_explained(run: Run) -> None:
    listed = run("detectors")
    assert listed.code == 0
    assert "reused_waybill" in listed.out
    told = run("detectors", "reused_waybill")
    assert "How it decides" in told.out
    assert run("detectors", "nosuch").code == 2


def test_schemas_are_checked(run: Run, tmp_path: Path) -> None:
    assert run("schemas", "check").code == 0
    (tmp_path / "strays.avsc").write_text("{}")
    assert run("schemas", "check", tmp_path).code == 1


def test_the_import_accounts_for_every_line(run: Run, tmp_path: Path) -> None:
    from cloudtag.datasets.retail_rows import COLUMNS

    rows = [
        ("500001", "A1", 3, "2009-12-07 10:00:00", 2.0, 7.0, "EIRE"),
        ("C500002", "A1", -1, "2009-12-08 10:00:00", 2.0, 7.0, "EIRE"),
        ("500003", "A1", 3, "2009-12-08 11:00:00", 2.0, None, "EIRE"),
    ]
    columns = {name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)}
    pq.write_table(pa.table(columns), tmp_path / "retail.parquet")
    done = run("import", "online-retail", tmp_path / "retail.parquet", "-o", "-")
    assert done.code == 0
    assert [r["status"] for r in records(done.out)] == [
        "placed", "paid", "shipped", "completed", "opened", "agreed", "completed",
    ]  # fmt: skip
    assert "every line is accounted for" in done.err


@pytest.mark.parametrize("most", [20_000, pytest.param(None, marks=pytest.mark.long, id="the whole year")])
def test_imported_events_replay_without_an_alert_or_a_dead_letter(run: Run, tmp_path: Path, most: int | None) -> None:
    from tests.datasets.test_online_retail import first_rows, real_file

    if not real_file().exists():
        pytest.skip(f"{real_file().name} is not on this machine (set CLOUDTAG_SHARED)")
    lines, rows = tmp_path / "retail.jsonl", first_rows(tmp_path / "first.parquet", most)
    assert run("import", "online-retail", rows, "-o", lines).code == 0
    assert lines.stat().st_size
    done = run("replay", lines, "--final")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize("seconds", ["0", "3600"])
def test_a_lateness_without_an_order_is_refused(run: Run, week: tuple[Path, Path], seconds: str) -> None:
    events, _ = week
    refused = run("replay", events, "--lateness", seconds)
    assert (refused.code, refused.out) == (2, "")
    assert "give --as-delivered too" in refused.err
    assert run("replay", events, "--as-delivered", "--lateness", seconds, "--final").code == 0
