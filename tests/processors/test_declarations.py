"""What the row kinds declare is what the processors do: streams in and out, letters, and who knows whom."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

import cloudtag
from cloudtag.contract.events import Event
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import READS, STREAM_OF, WRITES
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.base import KeyedProcessor
from cloudtag.processors.buyers.published import BELOW
from cloudtag.replay.topology import Topology
from tests.effort import examples
from tests.histories.strategies import START_MS, histories

PROCESSORS = Path(cloudtag.__file__).parent / "processors"
TESTS = Path(__file__).parent
LETTERS = {
    "buyers": {
        "order": "o", "parcel": "w", "links": "l", "shops": "q", "buyer": "b", "appeals": "a", "risk": "r", "tags": "t",
        "consequences": "c", "unheard": "u", "erasure": "e", "alerted": "x", "passes": "g",
    },
    "parcels": {"parcel": "p", "seen": "s", "hours": "h", "waiting": "q"},
    "links": {"uses": "u"},
    "shops": {"permission": "p", "submission": "s", "violation": "v", "description": "d", "question": "q"},
}  # fmt: skip
"""Stored keys begin with these: a letter that changes orphans every stored row of its kind."""


def kinds_of(name: str) -> RowKinds:
    return build(name, shipped()).kinds


@pytest.mark.parametrize("name", READS)
def test_a_processor_reads_the_streams_of_the_facts_its_rows_hold(name: str) -> None:
    processor = build(name, shipped())
    assert isinstance(processor, KeyedProcessor)
    held = set(kinds_of(name).facts) - set(processor.derives)
    assert {STREAM_OF[fact] for fact in held} == set(READS[name])


@pytest.mark.parametrize("name", READS)
def test_stored_letters_stay(name: str) -> None:
    assert dict(kinds_of(name).letters) == LETTERS[name]


@pytest.mark.parametrize("name", READS)
def test_every_kind_has_a_module_of_its_name_and_every_module_is_a_kind(name: str) -> None:
    modules = {path.stem for path in (PROCESSORS / name / "rows").glob("*.py")} - {"__init__"}
    assert modules == set(kinds_of(name).letters)


@pytest.mark.parametrize("name", READS)
def test_every_kind_has_tests_in_a_file_of_its_name_and_every_such_file_is_of_a_kind(name: str) -> None:
    files = {path.stem.removeprefix("test_"): path for path in (TESTS / name / "rows").glob("test_*.py")}
    assert files.keys() == kinds_of(name).letters.keys()
    assert [kind for kind, path in files.items() if "\ndef test_" not in path.read_text(encoding="utf-8")] == []


def test_alerts_are_told_of_the_rows_below_and_of_the_risk() -> None:
    assert {kind.name for kind in kinds_of("buyers").kinds if Alert in kind.tells} == {*BELOW, "risk"}


@pytest.mark.parametrize("name", WRITES)
def test_a_processor_writes_the_streams_of_the_records_its_rows_tell(name: str) -> None:
    assert {STREAM_OF[record] for record in kinds_of(name).tells} == set(WRITES[name])


@given(histories())
@settings(max_examples=examples(60), deadline=None)
def test_nothing_is_published_about_a_row_that_its_kind_does_not_tell(history: list[Event]) -> None:
    topology = Topology(shipped())
    topology.feed(history)
    list(topology.pass_time(START_MS + 40 * 86_400_000))
    for name, task in topology.tasks.items():
        declared = {k.letter: {STREAM_OF[record] for record in k.tells} for k in kinds_of(name).kinds}
        for state in task.cache._files.values():
            for row in state.rows.values():
                assert {published.stream for published in row.published.values()} <= declared[row.id[0]]


def test_no_letter_is_compared_but_where_the_declarations_are_read() -> None:
    looked_at = re.compile(r"row(_id)?(\.id)?\[[01]:?\]|\.id\[|row\.id\.startswith")
    found = {
        str(path.relative_to(PROCESSORS))
        for path in PROCESSORS.rglob("*.py")
        if path.name not in ("base.py", "buyers.py") and looked_at.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()
