"""Which event each alert follows from, and how often what it says went from one processor to another on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from benchmarks.load import Load
from cloudtag.contract.depths import depths
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.task_result import Output, TaskResult
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology


class Cause(Struct, frozen=True):
    """The place of the event among all, and the hops from it to the alert."""

    place: int
    hops: int


class Counting(Topology):
    """A topology that knows of each alert how deep the records were that brought it about."""

    def __init__(self) -> None:
        super().__init__(shipped(), 0)
        self._depths = depths()
        self.hops: dict[str, int] = {}
        """By alert, when it was first published."""

    def _settle(self, name: str, facts: Sequence[Any], step: TaskResult, outputs: list[Output]) -> None:
        deepest = max((self._depths.get(STREAM_OF[type(fact)], 0) for fact in facts), default=0)
        for output in step.outputs:
            if isinstance(output.record, Alert):
                self.hops.setdefault(output.record.alert_id, deepest)
        super()._settle(name, facts, step, outputs)


def causes(load: Load) -> dict[str, Cause]:
    """By alert, what brings it about when one event comes after the other; not those that time alone brings."""
    network, found = Counting(), dict[str, Cause]()
    by_time = set[str]()
    for place, event in enumerate(load.events):
        for output in network.fire_before(event.occurred_at):
            if isinstance(output.record, Alert):
                by_time.add(output.record.alert_id)
        for output in network.feed([event]):
            record = output.record
            if isinstance(record, Alert) and record.alert_id not in found and record.alert_id not in by_time:
                found[record.alert_id] = Cause(place, network.hops[record.alert_id])
    return found
