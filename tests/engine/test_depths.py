"""Internal records follow only from records of smaller depth: as declared, in code, and in every judgement."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

import cloudtag
from cloudtag.contract import events as ev
from cloudtag.contract.depths import DepthError, depths
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS, READS, WRITES
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.scenarios.run import play
from tests.detectors.judged import events_of
from tests.effort import examples
from tests.engine.derivation import ANNOTATED, Witness
from tests.histories.strategies import HOUR_MS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
SOURCE = Path(cloudtag.__file__).parent


def test_the_depths() -> None:
    assert depths() == {
        "waybill-uses": 1, "attribute-uses": 3, "tag-requests": 1, "parcel-reports": 2, "link-reports": 4,
        "shop-questions": 5, "sku-answers": 5, "link-passes": 5, "shop-answers": 6,
        "courier-hours": 1, "courier-questions": 3, "courier-answers": 4,
    }  # fmt: skip


def test_streams_that_follow_from_each_other_have_no_depth() -> None:
    back = replace(INTERNAL["shop-questions"], derived_from=("orders", "shop-answers"))
    with pytest.raises(DepthError, match="no depth for shop-answers, shop-questions"):
        depths({**INTERNAL, "shop-questions": back})
    itself = replace(INTERNAL["link-reports"], derived_from=("attribute-uses", "link-reports"))
    with pytest.raises(DepthError, match="link-reports"):
        depths({**INTERNAL, "link-reports": itself})


@pytest.mark.parametrize("source", ["alerts", "order"])
def test_outputs_and_unknown_streams_are_no_source(source: str) -> None:
    with pytest.raises(DepthError, match="waybill-uses"):
        depths({**INTERNAL, "waybill-uses": replace(INTERNAL["waybill-uses"], derived_from=(source,))})


def test_whoever_writes_a_stream_reads_what_it_follows_from() -> None:
    """One of the writers at least: shops show attributes without having seen an order."""
    for name, stream in INTERNAL.items():
        writers = [processor for processor, written in WRITES.items() if name in written]
        read = {source for processor in writers for source in READS[processor]}
        assert set(stream.derived_from) <= read, name
    written = {stream for streams in WRITES.values() for stream in streams}
    assert written == {*INTERNAL, *OUTPUTS}
    assert {stream for streams in READS.values() for stream in streams} == {*INPUTS, *INTERNAL}


def test_annotations_are_read_by_those_alone_who_may() -> None:
    """What follows from alerts must never flow back into what processors tell each other."""
    may_read = {field: set(modules) for stream in INTERNAL.values() for field, modules in stream.annotations.items()}
    readers: dict[str, set[str]] = {field: set() for field in may_read}
    for path in SOURCE.rglob("*.py"):
        module = ".".join(("cloudtag", *path.relative_to(SOURCE).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in may_read:
                readers[node.attr].add(module)
    assert readers == may_read
    for struct, fields in ANNOTATED.items():
        assert set(fields) <= set(struct.__struct_fields__)


FEW = 60
"""Examples and stories with more events than that show nothing that others do not."""


def courses() -> Iterator[tuple[list[ev.Event], int]]:
    """The events of detectors' examples and of stories, with how far time goes on after them."""
    for detector in all_detectors().values():
        for example in detector.examples:
            yield events_of(example.events), 24 * HOUR_MS
    for story in shipped_scenarios().values():
        yield list(play(story).events) if len(story.events) <= FEW else [], 200 * 24 * HOUR_MS


@pytest.fixture(scope="module")
def witness() -> Witness:
    """What examples and stories show."""
    seen = Witness()
    for events, later_ms in courses():
        if 0 < len(events) <= FEW:
            watch(seen, events, max(event.occurred_at for event in events) + later_ms)
    return seen


def watch(seen: Witness, events: list[ev.Event], until_ms: int) -> None:
    topology = Topology(shipped(), make=seen.make)
    for event in sorted(events, key=lambda e: e.occurred_at):
        topology.feed([event])
    list(topology.pass_time(until_ms))


def test_no_record_follows_from_more_than_is_declared(witness: Witness) -> None:
    assert witness.faults == []


def test_each_record_follows_from_all_that_is_declared(witness: Witness) -> None:
    """So that the depths are the true ones, and the page that shows them says nothing that is not so."""
    assert witness.sources == {name: set(stream.derived_from) for name, stream in INTERNAL.items()}


def test_each_processor_writes_what_is_declared(witness: Witness) -> None:
    assert witness.written == {name: set(streams) for name, streams in WRITES.items()}


@given(histories())
@settings(max_examples=examples(15), deadline=None)
def test_no_record_of_any_history_follows_from_more_than_is_declared(history: list[ev.Event]) -> None:
    seen = Witness()
    watch(seen, history, UNTIL_MS)
    assert seen.faults == []
    assert all(seen.written[name] <= set(WRITES[name]) for name in seen.written)
