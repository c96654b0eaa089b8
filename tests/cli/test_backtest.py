"""`cloudtag backtest`: what is read, what is told, and how it ends."""

import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from cloudtag.detection.example import day, ordered, refunded
from tests.backtest.versions import DEFAULT, JD, LATER, examined, lines, reopened, table, tagged, version
from tests.cli.conftest import Outcome, Run

FOUR_TRIES = table("repeat_reopen", "reopenings = 4")
REOPENED = [*reopened(1, 3), *reopened(2, 5)]


Write = Callable[[str, str], Path]
"""Writes a file of that name and content."""
Folders = tuple[Path, Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, content: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return path

    return to_file


@pytest.fixture
def events(write: Write) -> Path:
    return write("events.jsonl", "".join(line.decode() + "\n" for line in lines(REOPENED)))


@pytest.fixture
def folders(write: Write) -> Folders:
    """The packs of before, and those with one try more."""
    old = write("old/default.toml", DEFAULT)
    write("new/jd.toml", JD)
    return old.parent, write("new/default.toml", DEFAULT + version(FOUR_TRIES)).parent


def cells(outcome: Outcome) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("│┃ ").split("│")] for line in outcome.lines]


def test_the_report_tells_parameters_counts_and_money(run: Run, events: Path, folders: Folders) -> None:
    old, new = folders
    told = run("backtest", "--base", old, "--policy", new, events)
    assert (told.code, told.err) == (0, "")
    rows = cells(told)
    assert ["detectors.repeat_reopen.reopenings", "3", "4", "default", "from 2000-01-02T00:00:00Z"] in rows
    assert ["alerts", "2", "1", "0", "1", "1"] in rows
    assert ["alerts", "facts.reopenings", "1"] in rows
    assert ["alerts", "repeat_reopen", "0", "1", "1"] in rows
    assert ["alerts", "b1", "0", "1", "0"] in rows
    assert ["withdrawn", "CNY", "1", "1,500", "0", "0", "1,500"] in rows
    assert "After the shop refused" not in told.out


def test_examples_are_lines_of_their_own(run: Run, events: Path, folders: Folders) -> None:
    old, new = folders
    told = run("backtest", "--base", old, "--policy", new, "--show", 1, events)
    gone = told.lines.index("alerts withdrawn:")
    assert told.lines[gone + 1].startswith("  repeat_reopen-")
    assert "  repeat_reopen  b1: After the shop refused, the refund of order o1" in told.lines[gone + 1]
    assert not told.lines[gone + 2].strip()
    changed = told.lines.index("alerts changed:")
    assert "b2: " in told.lines[changed + 1]
    assert "decided_at 2026-03-10T00:00:00Z → 2026-03-11T00:00:00Z" in told.lines[changed + 1]


def test_json_holds_every_record(run: Run, events: Path, folders: Folders) -> None:
    old, new = folders
    done = run("backtest", "--base", old, "--policy", new, "--json", events)
    told = json.loads(done.out)
    assert (told["events"], told["unread"], told["is_same"]) == (len(REOPENED), 0, False)
    assert told["streams"]["alerts"]["withdrawn"] == 1
    assert [(each["stream"], each["detector"]) for each in told["withdrawn"]] == [("alerts", "repeat_reopen")]
    (change,) = told["changed"]
    assert (change["base"]["facts"]["reopenings"], change["new"]["facts"]["reopenings"]) == ("5/3", "5/4")
    assert change["id"] == change["new"]["alert_id"]
    assert told["money"]["withdrawn"]["sums"][0]["total_minor"] == 1500
    assert told["money"]["opened"]["sums"] == []


def test_a_single_file_takes_the_place_of_the_shipped_pack(run: Run, events: Path, write: Write) -> None:
    jd = write("jd.toml", JD + version(FOUR_TRIES))
    other = json.loads(run("backtest", "--policy", jd, "--json", events).out)
    assert other["streams"]["alerts"]["withdrawn"] == 0
    (tries,) = (p for p in other["parameters"] if p["name"] == "detectors.repeat_reopen.reopenings")
    assert tries["platforms"] == ["jd"]
    taobao = write("taobao.toml", JD.replace('"jd"', '"taobao"') + version(FOUR_TRIES))
    told = json.loads(run("backtest", "--policy", taobao, "--json", events).out)
    assert told["by_detector"][:1] == [
        {"stream": "alerts", "name": "repeat_reopen", "opened": 0, "withdrawn": 1, "changed": 1}
    ]


def test_a_dated_version_touches_only_what_happens_from_its_date_on(run: Run, write: Write, folders: Folders) -> None:
    old, _ = folders
    early, late = ([tagged(shop, buyer, at) for shop in ("s1", "s2")] for buyer, at in (("b1", 5), ("b2", 12)))
    content = b"\n".join(lines([*examined("s1", "s2"), *early, *late])).decode()
    rules = "[version.tags]\nthreshold_shops = 2\n"
    new = write("dated/default.toml", DEFAULT + version(rules, LATER)).parent
    told = json.loads(run("backtest", "--base", old, "--policy", new, "--json", write("tags.jsonl", content)).out)
    assert {each["new"]["buyer_id"] for each in told["changed"]} == {"b2"}
    assert [r["buyer_id"] for r in told["opened"] if r["stream"] == "tag-confirmations"] == ["b2"]
    assert [(p["name"], p["base"], p["new"], p["from"]) for p in told["parameters"]] == [
        ("tags.threshold_shops", 3, 2, LATER)
    ]


def test_the_same_policy_shows_nothing(run: Run, week: tuple[Path, Path]) -> None:
    events, _ = week
    told = run("backtest", "--policy", files("cloudtag.policy") / "packs", events, "--until", "2025-03-25")
    assert (told.code, told.err) == (0, "")
    assert "no parameter differs" in told.out
    assert "nothing that stands differs" in told.out
    (alerts,) = (row for row in cells(told) if row[0] == "alerts")
    assert alerts[1] == alerts[2] != "0"
    assert alerts[3:] == ["0", "0", "0"]


def test_time_alone_decides_with_until(run: Run, write: Write, folders: Folders) -> None:
    old, _ = folders
    filled = refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1")
    content = b"\n".join(lines([ordered("placed", day(0)), filled])).decode()
    events = write("filled.jsonl", content)
    new = write("hours/default.toml", DEFAULT + version(table("no_circulation", "without_scan_hours = 96"))).parent
    sides = ("backtest", "--base", old, "--policy", new, "--json", events)
    assert json.loads(run(*sides).out)["is_same"]
    told = json.loads(run(*sides, "--until", day(9)).out)
    assert "no_circulation" in {each["detector"] for each in told["withdrawn"]}
    later = json.loads(run(*sides, "--until", day(10)).out)
    assert (later["withdrawn"], later["opened"]) == ([], [])


def test_standard_input_is_read_and_bad_lines_are_counted(
    run: Run, monkeypatch: pytest.MonkeyPatch, events: Path, folders: Folders
) -> None:
    old, new = folders
    stdin = io.TextIOWrapper(io.BytesIO(b"{not json\n\n" + events.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    told = run("backtest", "--base", old, "--policy", new, "--json", "-")
    assert told.code == 0
    first, second = told.err.splitlines()
    assert first == "1 bad line left out: 1 not_json"
    assert second.startswith("  standard input:1: not_json: JSON is malformed")
    assert (json.loads(told.out)["unread"], json.loads(told.out)["streams"]["alerts"]["withdrawn"]) == (1, 1)


@pytest.mark.parametrize("option", ["--policy", "--base"])
def test_a_faulty_pack_ends_with_2_and_its_file_and_line(
    run: Run, events: Path, folders: Folders, write: Write, option: str
) -> None:
    faulty = write("faulty/default.toml", DEFAULT + version(table("repeat_reopen", "reopening = 4")))
    for path in (faulty, faulty.parent):
        # Given twice, the last one counts.
        done = run("backtest", "--policy", folders[1], option, path, events)
        assert (done.code, done.out) == (2, "")
        line = faulty.read_text().splitlines().index("reopening = 4") + 1
        assert done.err.startswith(f"{faulty}:{line}: detectors.repeat_reopen.reopening: unknown parameter")
        assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("{new}", "/nonexistent/file"), "cannot read or write /nonexistent/file"),
        (("/nonexistent/packs", "{events}"), "cannot read or write /nonexistent/packs"),
        (("{new}", "{events}", "--until", "tomorrow"), "not a time"),
        (("{new}",), "Missing argument 'FILE"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_one_line(
    run: Run, events: Path, folders: Folders, arguments: tuple[str, ...], reason: str
) -> None:
    given = [each.format(new=folders[1], events=events) for each in arguments]
    done = run("backtest", "--policy", *given)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert done.err.count("\n") == 1


def test_help_teaches_with_an_example(run: Run) -> None:
    done = run("backtest", "--help")
    assert done.code == 0
    assert "Example:" in done.out


def test_a_file_without_any_event_is_told_with_its_lines(run: Run, folders: Folders) -> None:
    done = run("backtest", "--policy", folders[1], f"{folders[1]}/default.toml")
    assert (done.code, done.out) == (2, "")
    *lines, last = done.err.splitlines()
    assert "lines is an event in the replay form" in last
    assert all("not_json" in line for line in lines)
