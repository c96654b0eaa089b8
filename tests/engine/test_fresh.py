"""A stored row names the facts that its last batch brought: what a task that opens after a crash explains itself by."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import Event
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.processor import Processor
from cloudtag.engine.rows import Row, RowCodec
from cloudtag.engine.task_result import RowKey, key_part
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.processors import build
from cloudtag.replay.topology import ORDER, Topology
from tests.effort import examples
from tests.histories.strategies import histories

FEW = 3
"""So many facts make a row overfull where a test wants that."""


class CheckedRows(MemoryRows):
    """Rows that are compared with what was stored before whenever a step changes them."""

    def __init__(self, processor: Processor) -> None:
        super().__init__()
        self._codec = RowCodec(processor.kinds.fact_type, lambda fact: processor.identities[type(fact)](fact))
        self._last: dict[RowKey, Mapping[str, Any]] = {}
        self.checked = 0

    def apply(self, rows: Mapping[RowKey, bytes | None]) -> None:
        for key, data in rows.items():
            if key != TASK_KEY:
                self._check(key, None if data is None else self._codec.decode(key, data))
        super().apply(rows)

    def _check(self, key: RowKey, row: Row | None) -> None:
        before, after = self._last.get(key, {}), {} if row is None else row.facts
        new = {fact_id for fact_id, fact in after.items() if before.get(fact_id) != fact}
        assert {*(row.fresh if row is not None else ())} == new
        self._last[key] = after
        self.checked += len(new)


def made(name: str, policies: Policies, lateness_ms: int) -> Processor:
    """A processor whose rows are overfull soon; of the others none bounds its rows by how many facts there are."""
    processor = build(name, policies, lateness_ms)
    if name == "parcels":
        processor.most_facts = FEW
    return processor


def fed(batches: Sequence[Sequence[Event]], make: Any = build) -> int:
    """How many new facts were compared when these batches are judged one after the other."""
    rows = {name: CheckedRows(build(name, shipped(), 0)) for name in ORDER}
    topology = Topology(shipped(), 0, rows, make=make)
    for batch in batches:
        topology.feed(batch)
    return sum(each.checked for each in rows.values())


def changed(event: Any) -> Any:
    """Another event under the same id, of the same moment or of a later one."""
    return replace(event, occurred_at=event.occurred_at + 1)


@pytest.mark.parametrize("make", [build, made])
@given(histories(), st.lists(st.integers(1, 12), max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=examples(30), deadline=None)
def test_a_stored_row_names_what_its_last_batch_brought(
    make: Any, history: list[Event], sizes: list[int], random: Random
) -> None:
    """Whether it came once or again, whether it took another's place, and whatever an overfull row let go."""
    rest = [
        *history,
        *random.sample(history, len(history) // 3),
        *map(changed, random.sample(history, min(2, len(history)))),
    ]
    random.shuffle(rest)
    batches = []
    for size in (*sizes, len(rest)):
        batches.append(rest[:size])
        rest = rest[size:]
    assert fed(batches, make) > 0 or not history


def test_rows_are_put_under_their_own_keyed_state_in_whatever_order_they_come() -> None:
    """One key begins as another one does; rows of one keyed state come apart from each other."""
    short, long = b"\xf1\x00\x01a", b"\xf1\x00\x02ab"
    rows = MemoryRows()
    rows.apply({short + b"bo1": b"1", long + b"o1": b"2", short + b"o2": b"3", TASK_KEY: b"own"})
    rows.apply({long + b"o1": None, short + b"o2": b"4"})
    assert dict(rows.rows_of(short)) == {short + b"bo1": b"1", short + b"o2": b"4"}
    assert dict(rows.rows_of(long)) == {}
    assert key_part(short + b"bo1") == short
    assert dict(rows.rows_of(key_part(TASK_KEY))) == {TASK_KEY: b"own"}
