"""The four processors wired together in one process: what Kafka does between them, done with queues.

Replay, tests and back-tests run on it; the worker runs the same tasks with topics in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cloudtag.contract.streams import INTERNAL, READS, STREAM_OF
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.processor import Processor
from cloudtag.engine.rows import NEVER, earliest
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import Output, TaskResult
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.model import Policies
from cloudtag.processors import build

ORDER = ("shops", "parcels", "links", "buyers")
"""Who goes first when several have something to do: the buyers last, so that they judge on all there is."""
_READER = {stream: name for name, streams in READS.items() for stream in streams}
_READER_OF: dict[type[Struct], str] = {
    struct: _READER[stream] for struct, stream in STREAM_OF.items() if stream in _READER
}
_TELLS = {stream: _READER[stream] for stream in INTERNAL if stream in _READER}
"""Who reads what processors publish for each other, by stream."""


def memory_rows() -> dict[str, MemoryRows]:
    """Empty stores, one for each task, for a topology that stores its rows."""
    return {name: MemoryRows() for name in ORDER}


class Topology:
    """One task per processor."""

    def __init__(
        self,
        policies: Policies,
        lateness_ms: int = 0,
        rows: Mapping[str, MemoryRows] | None = None,
        make: Callable[[str, Policies, int], Processor] = build,
        live_since_ms: int | None = None,
    ) -> None:
        """`rows`: where the tasks store their rows, those of an earlier topology to go on where it stopped. Without
        them nothing is stored: a topology that lives once needs no more than its tasks' memory.

        `make`: what makes each processor. `live_since_ms`: what was decided before is published as historical.
        """
        self.rows = rows
        self.tasks = {
            name: Task(
                make(name, policies, lateness_ms), None if rows is None else rows[name], live_since_ms=live_since_ms
            )
            for name in ORDER
        }
        self._waiting: dict[str, list[Any]] = {name: [] for name in ORDER}
        self._reached: dict[str, int] = {}
        """How far event time is to be moved on, by task."""
        self.too_late: list[Any] = []
        self.refused: list[Any] = []
        self.conflicting: list[Any] = []
        """Events in whose place another one stands under the same id, whether or not they were accepted before."""
        self.internal_records = 0

    @property
    def next_timer_ms(self) -> int:
        """The earliest event time at which time alone may change an answer, or 0."""
        return earliest(task.next_timer_ms for task in self.tasks.values())

    def open(self) -> list[Output]:
        """Open every task; what a stop may have kept unsent comes out again."""
        outputs: list[Output] = []
        for name in ORDER:
            self._settle(name, (), self.tasks[name].open(), outputs)
        return outputs + self._run()

    def feed(self, facts: Iterable[Any]) -> list[Output]:
        """Judge events as one batch, internal records and all; what is published comes out in order."""
        for fact in map(with_canonical_numbers, facts):
            reader = _READER_OF.get(type(fact))
            if reader is not None:
                self._waiting[reader].append(fact)
        return self._run()

    def pass_time(self, now_ms: int) -> Iterator[Output]:
        """Move event time on to `now_ms` on every task, firing each timer at its own moment."""
        while True:
            due_ms = self.next_timer_ms
            timer_ms = now_ms if due_ms == NEVER else min(due_ms, now_ms)
            self._reached = dict.fromkeys(ORDER, timer_ms)
            yield from self._run()
            if timer_ms == now_ms:
                return

    def fire_before(self, now_ms: int) -> Iterator[Output]:
        """Fire the timers before an event time; cheap when nothing is."""
        due_ms = self.next_timer_ms
        if due_ms != NEVER and due_ms < now_ms:
            yield from self.pass_time(now_ms - 1)

    def _run(self) -> list[Output]:
        outputs: list[Output] = []
        while name := next((n for n in ORDER if self._waiting[n] or n in self._reached), None):
            facts, self._waiting[name] = self._waiting[name], []
            step = self.tasks[name].advance(facts, self._reached.pop(name, 0))
            self._settle(name, facts, step, outputs)
        return outputs

    def _settle(self, name: str, facts: Sequence[Any], step: TaskResult, outputs: list[Output]) -> None:
        if self.rows is not None:
            self.rows[name].apply(step.rows)
        self.too_late += [facts[place] for place in step.too_late]
        self.refused += [facts[place] for place in step.refused]
        self.conflicting += [facts[place] for place in step.conflicting]
        self.conflicting += [loser for _, loser in step.replaced]
        waiting, count = self._waiting, len(outputs)
        for output in step.outputs:
            reader = _TELLS.get(output.stream)
            if reader is None:
                outputs.append(output)
            else:
                waiting[reader].append(output.record)
        self.internal_records += len(step.outputs) - (len(outputs) - count)
