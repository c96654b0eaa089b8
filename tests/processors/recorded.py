"""Topologies that keep all that is published, and such as go by other declarations of who reads what."""

from collections.abc import Sequence, Set
from dataclasses import replace as declared_anew
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import Output, TaskResult
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.replay.topology import ORDER, Topology


class Recorded(Topology):
    """A topology that keeps all that its tasks publish, internal records included."""

    def __init__(self, lateness_ms: int = 0) -> None:
        self.published: list[Any] = []
        """Outputs: of what type the record of each is, its stream says."""
        super().__init__(shipped(), lateness_ms)

    def _settle(self, name: str, facts: Sequence[Any], step: TaskResult, outputs: list[Output]) -> None:
        self.published += step.outputs
        super()._settle(name, facts, step, outputs)


class Whole(RowKinds):
    """As if nothing were declared of who reads what: every row is judged whenever any changes."""

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        return self.every(state) | super().touched(state, row_ids)

    def is_followed(self, state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
        return True

    def is_asked(self, layer: str, state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
        return True


def whole(lateness_ms: int) -> Recorded:
    topology = Recorded(lateness_ms)
    for name in ORDER:
        processor: Any = build(name, shipped(), lateness_ms)
        processor.kinds = Whole(processor.kinds.kinds)
        topology.tasks[name] = Task(processor, None)
    return topology


def told_last(topology: Recorded) -> dict[tuple[str, str, str], Any]:
    """What was last told under each id. In one batch links may be judged before an alert or after it: of what they tell
    the count of revisions does not matter."""
    last: dict[tuple[str, str, str], Any] = {}
    for output in topology.published:
        record: Any = output.record
        about = record.__struct_fields__[0]
        if isinstance(record, InternalRecord):
            record, about = replace(record, revision=0, because=()), "internal_id"
        last[output.stream, output.key, getattr(record, about)] = record
    return last


def without(name: str, kind: str, read: str) -> Recorded:
    """As if a kind of row of a processor did not say that it reads another."""
    topology, processor = Recorded(), build(name, shipped())
    declared = list(processor.kinds.kinds)
    (place,) = [n for n, each in enumerate(declared) if each.name == kind]
    reads = tuple(each for each in declared[place].reads if each.kind != read)
    declared[place] = declared_anew(declared[place], reads=reads)
    changed: Any = processor
    changed.kinds = RowKinds(declared)
    changed._indexes = changed.kinds.indexes
    topology.tasks[name] = Task(changed, None)
    return topology
