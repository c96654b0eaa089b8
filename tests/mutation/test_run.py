"""A run over a toy: what its tests hold is killed, what they do not is told, and it goes on where it stopped."""

import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from tests.mutation import results as kept
from tests.mutation.__main__ import _faults
from tests.mutation.children import TIMED_OUT, Work, done
from tests.mutation.results import ModuleResults, Result
from tests.mutation.run import Run, collected, modules_of

ROOT = Path(__file__).parents[2]
TOY = "tests.mutation.toy"
CASES = "tests/mutation/toy_cases.py"


def judged(results: kept.Results) -> ModuleResults:
    """The toy, judged by a fresh interpreter: one forked here would inherit locks of threads that it has not."""
    command = [sys.executable, "-c", "from tests.mutation.test_run import judge; judge()"]
    given = msgspec.json.encode(results)
    told = subprocess.run(command, input=given, capture_output=True, check=True, cwd=ROOT, timeout=240)
    return msgspec.json.decode(told.stdout.splitlines()[-1], type=ModuleResults)


def judge() -> None:
    """Go on with the results that come in, and print what the toy's are, as the last line."""
    results = msgspec.json.decode(sys.stdin.buffer.read(), type=kept.Results)
    if collected(Run([TOY], results, frozenset(), processes=2, by_call=(CASES,)), [CASES]):
        raise SystemExit("the toy could not be judged")
    sys.stdout.buffer.write(b"\n" + msgspec.json.encode(results[TOY]) + b"\n")


@pytest.fixture(scope="module")
def toy() -> ModuleResults:
    return judged({})


def outcome(toy: ModuleResults, end: str) -> Result:
    (found,) = (result for key, result in toy.mutants.items() if key.endswith(end))
    return found


@pytest.mark.long
def test_what_is_held_on_both_sides_is_killed_by_the_test_that_holds_it(toy: ModuleResults) -> None:
    held = {key: result for key, result in toy.mutants.items() if ":is_late: " in key}
    assert len(held) == 5
    assert {result.outcome for result in held.values()} == {"killed"}
    assert {result.by.partition("[")[0] for result in held.values()} == {f"{CASES}::test_late"}


@pytest.mark.long
def test_an_edge_that_no_test_stands_on_survives(toy: ModuleResults) -> None:
    fees = {key.partition(":fee: ")[2]: r.outcome for key, r in toy.mutants.items() if ":fee: " in key}
    assert fees == {
        "if days >= 3 -> if True": "killed",
        "if days >= 3 -> if False": "killed",
        "days >= 3 -> days > 3": "survived",
        "days >= 3 -> days >= 4": "survived",
        "days >= 3 -> days >= 2": "survived",
    }


@pytest.mark.long
def test_functions_behind_a_table_a_property_and_a_cache_are_changed(toy: ModuleResults) -> None:
    assert outcome(toy, "<lambda>: days < 3 -> days <= 3").outcome == "killed"
    assert outcome(toy, "Shelf.is_full: len(filled(4)) >= 4 -> len(filled(4)) > 4").outcome == "killed"
    assert outcome(toy, "filled: while len(found) != count -> while False").outcome == "killed"


@pytest.mark.long
def test_what_no_test_runs_survives(toy: ModuleResults) -> None:
    assert outcome(toy, "unused: days > 1 -> days >= 1").outcome == "survived"


@pytest.mark.long
def test_a_run_goes_on_where_it_stopped(toy: ModuleResults) -> None:
    first, *rest = toy.mutants
    marked = {first: Result("killed", 1, "kept"), **{key: toy.mutants[key] for key in rest[:3]}}
    again = judged({TOY: ModuleResults(toy.digest, marked)})
    assert list(again.mutants) == list(toy.mutants)
    assert again.mutants[first].by == "kept"
    anew = judged({TOY: ModuleResults("of another source", marked)})
    assert anew.mutants[first] == toy.mutants[first]


def test_children_that_never_end_or_break_are_told() -> None:
    def never() -> None:
        while True:
            pass

    works = (Work("never", never, 0.2), Work("breaks", lambda: 1 / 0, 5.0), Work("answers", lambda: [1], 5.0))
    found = {each.name: each for each in done(iter(works), 2)}
    assert found["never"].failure == TIMED_OUT
    assert found["breaks"].failure == "ZeroDivisionError: division by zero"
    assert (found["answers"].answer, found["answers"].failure) == ([1], "")


def test_children_that_wait_are_ended_too() -> None:
    (found,) = done(iter((Work("waits", lambda: time.sleep(600), 0.05),)), 1)
    assert found.failure == TIMED_OUT


def test_results_are_kept_whole(tmp_path: Path) -> None:
    results = {"m": ModuleResults("d", {"m:f: a -> b": Result("survived", 3, "", ("{}",))})}
    kept.write(results, tmp_path / "a" / "kept.json")
    assert kept.read(tmp_path / "a" / "kept.json") == results
    assert kept.read(tmp_path / "none.json") == {}
    assert json.loads((tmp_path / "a" / "kept.json").read_text())["m"]["mutants"]


@pytest.mark.parametrize(
    ("outcome", "known", "whole", "code"),
    [
        ("killed", {}, True, 0),
        ("survived", {}, True, 1),
        ("equivalent", {"k"}, True, 0),
        ("killed", {"k"}, True, 1),
        ("survived", {"k"}, False, 1),
        ("killed", {"gone"}, True, 1),
        ("killed", {"gone"}, False, 0),
    ],
)
def test_what_a_run_finds_fault_with(outcome: kept.Outcome, known: set[str], whole: bool, code: int) -> None:
    found = {"m": ModuleResults("d", {"k": Result(outcome, 1)})}
    assert _faults(found, dict.fromkeys(known, "a reason"), whole) == code


def test_a_module_whose_tests_fail_unchanged_is_at_fault() -> None:
    assert _faults({"m": ModuleResults("d", {}, "no test concerns it")}, {}, whole=False) == 1


def test_what_is_called_equivalent_has_a_reason_once(tmp_path: Path) -> None:
    entry = '[[equivalent]]\nmutant = "k"\nreason = "why"\n'
    (tmp_path / "e.toml").write_text(entry)
    assert kept.equivalents(tmp_path / "e.toml") == {"k": "why"}
    for text in (entry * 2, entry.replace("why", " ")):
        (tmp_path / "e.toml").write_text(text)
        with pytest.raises(ValueError, match="k is told twice or without reason"):
            kept.equivalents(tmp_path / "e.toml")
    assert all(kept.equivalents().values())


def test_modules_are_asked_for_by_name_or_room() -> None:
    assert list(modules_of(["worn_return"])) == ["cloudtag.detectors.worn_return"]
    assert {"cloudtag.decisions.tags", "cloudtag.decisions.consequences.case"} <= set(modules_of(["decisions"]))
    assert {"cloudtag.detectors.worn_return", "cloudtag.decisions.tags"} <= set(modules_of([]))
    with pytest.raises(LookupError, match="'none'"):
        list(modules_of(["none"]))


def test_the_page_counts_what_was_judged_and_names_what_was_not() -> None:
    made = (Result("killed", 1), Result("killed", 2), Result("survived", 3), Result("equivalent", 4))
    judged = ModuleResults("d", {str(n): result for n, result in enumerate(made)})
    results = {"cloudtag.a": judged, "cloudtag.b": ModuleResults("d", {}, "fails")}
    lines = kept.page(results, ["cloudtag.a", "cloudtag.b", "cloudtag.c"]).splitlines()
    assert "| `a` | 4 | 2 | 1 | 1 | 66.7% |" in lines
    assert "| **all** | 4 | 2 | 1 | 1 | 66.7% |" in lines
    assert lines[-1] == "Not judged: `b`, `c`."


def test_survivors_are_told_in_the_order_of_their_lines() -> None:
    found = {"m:f: late": Result("survived", 9), "m:f: early": Result("survived", 2, "why", ("{}",))}
    told = list(kept.survivors({"m": ModuleResults("d", {**found, "m:f: no": Result("killed", 1)})}))
    assert told[1:] == ["- line 2: `f: early` (why)", "      {}", "- line 9: `f: late`"]
