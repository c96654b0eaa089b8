"""The pages of sources: no rule without code and a test, and a checker that notices when one is gone."""

import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.docs.sources.check import entry_faults, faults, named_ids
from cloudtag.docs.sources.defined import ids_in, ids_meant
from cloudtag.docs.sources.pages import index_page, source_page, source_pages
from cloudtag.docs.sources.parameters import parameter
from cloudtag.docs.sources.stated import ROOT, SourceDocument, SourceEntry, read_source, read_sources

SOURCES = read_sources()
ENTRIES = [
    pytest.param(entry, id=f"{source.name}: {', '.join(entry.ids)}: {entry.says[:40]}")
    for source in SOURCES
    for entry in source.rule
]
LADDER = "S4"
"""What the last source says without a number of its own."""


def specification() -> Path:
    """Where the page lies that states the rules: under CLOUDTAG_SHARED, or beside the checkout."""
    return Path(os.environ.get("CLOUDTAG_SHARED") or ROOT.parent / "shared") / "domain.md"


def test_every_rule_has_code_and_a_test() -> None:
    assert faults(SOURCES, ROOT) == []


def test_the_sources_are_five_and_the_field() -> None:
    assert [source.source for source in SOURCES] == ["S0", "S1", "S2", "S3", "S4", "F"]
    assert [source.letter for source in SOURCES] == ["T", "B", "J", "A", "P", "F"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_an_id_is_stated_once_and_has_a_line(source: SourceDocument) -> None:
    assert len(set(source.stated)) == len(source.stated)
    assert {rule_id for entry in source.rule for rule_id in entry.ids} == set(source.stated)


@pytest.mark.skipif(not specification().is_file(), reason="the specification does not lie beside the checkout")
def test_every_id_of_the_specification_is_stated() -> None:
    told = ids_in(specification().read_text(encoding="utf-8")) - {LADDER}
    named = {rule_id for source in SOURCES for rule_id in source.named} - {LADDER}
    # A family of rules that all have lines of their own (T3 for T3.1 to T3.5) needs none.
    assert named == {one for one in told if not any(other.startswith(f"{one}.") for other in told)}


def test_what_is_not_claimed_is_claimed_nowhere_else() -> None:
    for source in SOURCES:
        unclaimed = [rule_id for line in source.unclaimed for rule_id in line.ids]
        assert len(set(unclaimed)) == len(unclaimed)
        assert not {*unclaimed} & {*source.stated}


def test_the_code_names_rules_at_all() -> None:
    named = named_ids(ROOT)
    assert "T1a" in named["src/cloudtag/detectors/short_return.py"]
    assert "A17" in named["src/cloudtag/policy/packs/aliexpress.toml"]
    assert "J8" in named["src/cloudtag/scenarios/files/three_shops_confirm.toml"]


@pytest.mark.parametrize("entry", ENTRIES)
def test_whatever_a_line_points_at_is_missed_under_another_name(entry: SourceEntry) -> None:
    for number, test in enumerate(entry.tests):
        others = (*entry.tests[:number], _renamed(test), *entry.tests[number + 1 :])
        assert list(entry_faults(replace(entry, tests=others), ROOT)) == [f"{_fault_of(test)}: {_renamed(test)}"]
    for number, place in enumerate(entry.where):
        others = (*entry.where[:number], place + "_anew", *entry.where[number + 1 :])
        assert f"no such code: {place}_anew" in list(entry_faults(replace(entry, where=others), ROOT))
    for key in entry.parameters:
        (fault,) = entry_faults(replace(entry, parameters=(f"{key}_anew",)), ROOT)
        assert fault == f"no such parameter: {key}_anew"


def _renamed(test: str) -> str:
    return test.removesuffix('"') + ' anew"' if test.endswith('"') else f"{test}_anew"


def _fault_of(test: str) -> str:
    if test.endswith('"'):
        return "no such example"
    return "no such story" if "/scenarios/files/" in test and test.endswith(".toml") else "no such test"


GOOD = SourceEntry(
    ids=("T1a",),
    says="One alert.",
    where=("src/cloudtag/detectors/short_return.py::detect",),
    tests=("src/cloudtag/scenarios/files/five_orders_one_parcel.toml",),
)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"ids": ("T2",)}, "T2 is not named by the code it points at"),
        ({"ids": ("T1",)}, None),
        ({"ids": ("T9",)}, "a story of other rules"),
        ({"where": ("src/cloudtag/detectors/short_return.py::Rule",)}, "no such code"),
        ({"where": ("src/cloudtag/detectors/no_such.py::detect",)}, "no such code"),
        ({"where": ("src/cloudtag/detectors/short_return.py",)}, "no such code"),
        ({"where": ("src/cloudtag/processors/base.py::Keyed",)}, "T1a is not named"),
        ({"tests": ("src/cloudtag/scenarios/files/three_shops_confirm.toml",)}, "a story of other rules"),
        ({"tests": ('src/cloudtag/detectors/switched_goods.py "an imitation of the watch"',)}, "an example of other"),
        ({"tests": ("tests/replay/test_driver.py::lines",)}, "no such test"),
        ({"tests": ("tests/replay/test_driver.py",)}, "no such test"),
    ],
)
def test_a_broken_line_is_told(change: dict[str, Any], fault: str | None) -> None:
    told = list(entry_faults(replace(GOOD, **change), ROOT))
    assert (told == []) if fault is None else any(fault in line for line in told)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def test_it():\n    assert 1\n", None),
        ("async def test_it():\n    assert 1\n", None),
        ("def test_it_differently():\n    assert 1\n", "no such test"),
        ("# def test_it\n", "no such test"),
        ("test_it = 1\n", "no such test"),
        (
            "import pytest\n\n@pytest.mark.skip(reason='later')\ndef test_it():\n    assert 1\n",
            "a test that is not run",
        ),
        ("import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert 1\n", "a test that is not run"),
    ],
)
def test_a_test_must_be_there_and_run(tmp_path: Path, code: str, fault: str | None) -> None:
    (tmp_path / "code.py").write_text('"""It does (T1a)."""\n\nclass Thing:\n    def do(self): ...\n')
    (tmp_path / "test_code.py").write_text(code)
    entry = replace(GOOD, where=("code.py::Thing.do",), tests=("test_code.py::test_it",))
    assert list(entry_faults(entry, tmp_path)) == ([] if fault is None else [f"{fault}: test_code.py::test_it"])


def test_ids_without_a_line_and_lines_without_an_id_are_told(tmp_path: Path) -> None:
    code = tmp_path / "src" / "thing.py"
    code.parent.mkdir()
    code.write_text('"""It does (T1a, T1b)."""\n\ndef do(): ...\n')
    (tmp_path / "test_code.py").write_text("def test_it():\n    assert 1\n")
    entry = replace(GOOD, where=("src/thing.py::do",), tests=("test_code.py::test_it",))
    source = replace(SOURCES[0], name="s0", stated=("T1a",), rule=(entry,))
    assert faults([source], tmp_path) == ["src/thing.py: T1b has no row"]
    assert faults([replace(source, stated=("T1a", "T1b"))], tmp_path) == ["s0: T1b is stated and has no row"]
    assert "s0: T1a has a row and is not stated" in faults([replace(source, stated=())], tmp_path)
    assert "s0: J1 belongs to another source" in faults([replace(source, stated=("T1a", "J1"))], tmp_path)


@pytest.mark.parametrize(
    "line", ["ids = []", 'ids = ["X1"]', "tests = []", "where = []", 'says = "no sentence"', 'more = "x"']
)
def test_a_file_of_another_form_is_refused(line: str) -> None:
    head = 'source = "S0"\nabout = "It."\nstated = ["T1"]\n[[rule]]\n'
    good = {"ids": '["T1"]', "says": '"It is."', "where": '["a.py::b"]', "tests": '["b.py::test_c"]'}
    assert (
        read_source("s", head + "\n".join(f"{key} = {value}" for key, value in good.items())).rule[0].says == "It is."
    )
    good[line.partition(" = ")[0]] = line.partition(" = ")[2]
    with pytest.raises(msgspec.ValidationError):
        read_source("s", head + "\n".join(f"{key} = {value}" for key, value in good.items()))


def test_what_a_file_says_in_short_is_written_out() -> None:
    head = 'source = "S0"\nabout = "It."\nstated = ["T1"]\n[[rule]]\nids = ["T1"]\nsays = "It is."\n'
    (entry,) = read_source("s", head + 'detector = "d"\nexamples = ["an x"]\nstories = ["y"]\ntests = ["z"]\n').rule
    assert entry.where == ("src/cloudtag/detectors/d.py::detect",)
    assert entry.tests == ('src/cloudtag/detectors/d.py "an x"', "src/cloudtag/scenarios/files/y.toml", "z")


def test_ranges_and_pairs() -> None:
    assert ids_in("T5a/b, A2/A6 (J3 to J5) and A21–A24; S4, not S0, x1 or T123") == {
        *("T5a", "T5b", "A2", "A6", "J3", "J5", "A21", "A24", "S4")
    }
    assert ids_meant("J3 to J5, A21–A23") == {"J3", "J4", "J5", "A21", "A22", "A23"}


def test_a_parameter_tells_where_platforms_differ() -> None:
    assert parameter("tags.threshold_shops") == "`tags.threshold_shops` 3"
    assert parameter("tags.pending_shown_as") == "`tags.pending_shown_as` pending (JD: mark failed)"
    words = parameter("reports.due_working_days")
    assert words == "`reports.due_working_days` 3 (AliExpress v1: 15; AliExpress v2: 0; AliExpress v3: 0)"
    assert "JD: none" in parameter("sanctions.ladder")
    with pytest.raises(KeyError):
        parameter("tags.no_such")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_page_has_a_line_per_entry_and_its_links_lead_somewhere(source: SourceDocument) -> None:
    page = source_page(source)
    claimed, _, unclaimed = page.partition("## Not claimed")
    lines = [line for line in claimed.splitlines() if line.startswith("| ")][1:]
    assert len(lines) == len(source.rule)
    for told in source.unclaimed:
        assert f"| {', '.join(told.ids)} | {told.because} |" in unclaimed.splitlines()
    for line, entry in zip(lines, source.rule, strict=True):
        assert line.startswith(f"| {', '.join(entry.ids)} | {entry.says} |")
    links = set(re.findall(r"\]\(([^)#]+)", page))
    assert len(links) > 2
    for link in links:
        assert (ROOT / "docs/sources" / link).exists(), link


def test_the_index_leads_to_every_page() -> None:
    assert [name for name in source_pages() if not name.endswith("README.md")] == [
        f"sources/{source.name}.md" for source in SOURCES
    ]
    for source in SOURCES:
        assert f"({source.name}.md)" in index_page()


def test_numbers_without_words_are_named_and_nothing_is_said_of_them() -> None:
    source = SOURCES[1]
    assert source.unstated() == ["B1"]
    assert source_page(source).splitlines()[-1].startswith("B1: ")
