"""`cloudtag detectors`: the whole list, and all about one."""

import pytest

from cloudtag.detectors.registry import all_detectors
from tests.cli.conftest import Run

WIDEST = max(map(len, all_detectors()))


def test_all_are_listed_with_family_label_scope_and_rules(run: Run) -> None:
    listed = run("detectors")
    assert listed.code == 0
    assert f"{len(all_detectors())} detectors" in listed.err
    for detector in all_detectors().values():
        (line,) = (line for line in listed.lines if line.split("│")[2:3] == [f" {detector.name:{WIDEST}} "])
        assert f"│ {detector.rule.family} " in line
        assert f"│ {detector.rule.scenario} " in line
        assert detector.rule.scope in line


@pytest.mark.parametrize("name", all_detectors())
def test_one_is_told_whole(run: Run, name: str) -> None:
    told = run("detectors", name)
    assert told.code == 0
    for words in ("How it decides", "What would clear it", "Parameters", "Example", "It stays quiet on"):
        assert words in told.out


def test_a_wrong_name_is_answered_with_the_nearest(run: Run) -> None:
    told = run("detectors", "reused_waybil")
    assert (told.code, told.out) == (2, "")
    assert "did you mean 'reused_waybill'?" in told.err
