"""The page of detectors: whole, the same every time, and made of what the engine says."""

from pathlib import Path

import pytest

from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.docs.__main__ import main
from cloudtag.docs.architecture import ROOT
from cloudtag.docs.detectors import detectors_page
from cloudtag.docs.parameters import parameter_lines, unit_of
from cloudtag.docs.section import section
from cloudtag.explain.proof import proof_of, reason_of
from cloudtag.testing import HEADINGS


@pytest.fixture(scope="module")
def page() -> str:
    return detectors_page()


def test_it_is_always_made_the_same(page: str) -> None:
    """The page that is kept was made by another process, whose sets had another order."""
    assert (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("detector", all_detectors().values(), ids=lambda d: d.name)
def test_each_detector_has_all_of_its_parts(detector: Detector, page: str) -> None:
    part = page.split(f"\n### {detector.name}\n")[1].split("\n### ")[0]
    assert f"| [`{detector.name}`](#{detector.name}) |" in page
    for heading in (*HEADINGS, "Parameters", "Example"):
        assert f"**{heading}:**" in part
    for field in detector.parameters.__struct_fields__:
        assert f"| `{field}` |" in part
    for rule in detector.rule.rules:
        assert rule in part
    quiet = sum(not example.fires for example in detector.examples)
    assert part.split("It stays quiet on:\n")[1].count("\n- ") == quiet
    first = proof_of(detector, next(example for example in detector.examples if example.fires))
    assert "**alert " in part
    assert first.revisions[-1].alert.explanation_zh.replace("_", "\\_").replace("|", "\\|") in part


def test_what_keeps_an_example_quiet_is_found_by_leaving_it_out() -> None:
    detector = all_detectors()["refund_before_delivery"]
    late = next(e for e in detector.examples if "nine minutes before" in e.name)
    reason = reason_of(detector, late)
    assert reason is not None
    assert reason.is_withdrawn
    assert reason.event.waybill_no == "OUT1"
    early = next(e for e in all_detectors()["no_circulation"].examples if "but for a minute" in e.name)
    assert reason_of(all_detectors()["no_circulation"], early) is None


def test_units_come_from_names() -> None:
    assert unit_of("window_days", 180) == "days"
    assert unit_of("bad_rating", 2) == "stars"
    assert unit_of("orders", 5) == "number"
    assert unit_of("share_percent", 60) == "percent"


def test_a_detector_without_numbers_says_so() -> None:
    (line,) = parameter_lines(all_detectors()["switched_goods"])
    assert line.startswith("**Parameters:** nothing to set")


def test_a_stale_page_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, names = str(tmp_path), ["parcel-journey.md", "record-flow.md"]
    assert main([folder, *names, "--check"]) == 1, "there is none yet"
    assert main([folder, *names]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {*names}
    assert main([folder, *names, "--check"]) == 0
    path = tmp_path / "record-flow.md"
    path.write_text(path.read_text() + "more\n")
    capsys.readouterr()
    assert main([folder, *names, "--check"]) == 1
    told = capsys.readouterr().err
    assert "make docs" in told
    assert str(path) in told
    assert "parcel-journey.md" not in told


def test_a_page_that_nobody_makes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "journeys.md", "record-flow.md"]) == 2
    assert capsys.readouterr().err.startswith("no page is called journeys.md; there are architecture.md, ")
    assert list(tmp_path.iterdir()) == []


def test_a_section_may_be_told_by_itself() -> None:
    lines = section(all_detectors()["reused_waybill"])
    assert "### reused_waybill" in lines
