"""The four processors wired together in one process: what Kafka does between them, done with queues.

Replay, tests and back-tests run on it; the worker runs the same lanes with topics in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cloudtag.contract.forwards import TimePassed
from cloudtag.contract.streams import FORWARDS, READS, STREAM_OF
from cloudtag.engine.lane import Lane
from cloudtag.engine.memory import MemoryRows
from cloudtag.engine.rows import NEVER
from cloudtag.engine.step import Output, Step
from cloudtag.policy.model import Policies
from cloudtag.processors import build

ORDER = ("shops", "parcels", "links", "buyers")
"""Who goes first when several have something to do: the buyers last, so that they judge on all there is."""
_READER = {stream: name for name, streams in READS.items() for stream in streams}


class Network:
    """One lane per processor, on rows in memory."""

    def __init__(self, policies: Policies, lateness_ms: int = 0, rows: dict[str, MemoryRows] | None = None) -> None:
        """`rows`: those of an earlier network, to go on where it stopped."""
        self.rows = rows or {name: MemoryRows() for name in ORDER}
        self.lanes = {name: Lane(build(name, policies, lateness_ms), self.rows[name]) for name in ORDER}
        self._waiting: dict[str, list[Any]] = {name: [] for name in ORDER}
        self.too_late: list[Any] = []
        self.forwarded = 0

    def open(self) -> list[Output]:
        """Open every lane; what a stop may have kept unsent comes out again."""
        outputs: list[Output] = []
        for name in ORDER:
            self._settle(name, self.lanes[name].open(), outputs)
        return outputs + self._run()

    def feed(self, facts: Iterable[Any]) -> list[Output]:
        """Judge events as one batch, forwards and all; what is published comes out in order."""
        for fact in facts:
            reader = _READER.get(STREAM_OF[type(fact)])
            if reader is not None:
                self._waiting[reader].append(fact)
        return self._run()

    def pass_time(self, now_ms: int) -> Iterator[Output]:
        """Move event time on to `now_ms` on every lane, waking each file at its own moment."""
        while True:
            wakes = [lane.next_wake_ms for lane in self.lanes.values()]
            wake_ms = min((w for w in wakes if w != NEVER and w <= now_ms), default=now_ms)
            for waiting in self._waiting.values():
                waiting.append(TimePassed(wake_ms))
            yield from self._run()
            if wake_ms == now_ms:
                return

    def wake_before(self, now_ms: int) -> Iterator[Output]:
        """Wake what is due before an event time; cheap when nothing is."""
        wakes = [w for lane in self.lanes.values() if (w := lane.next_wake_ms) != NEVER]
        if wakes and min(wakes) < now_ms:
            yield from self.pass_time(now_ms - 1)

    def _run(self) -> list[Output]:
        outputs: list[Output] = []
        while name := next((n for n in ORDER if self._waiting[n]), None):
            facts, self._waiting[name] = self._waiting[name], []
            self._settle(name, self.lanes[name].advance(facts), outputs)
        return outputs

    def _settle(self, name: str, step: Step, outputs: list[Output]) -> None:
        self.rows[name].apply(step.rows)
        self.too_late += step.too_late
        for output in step.outputs:
            if output.stream in FORWARDS:
                self.forwarded += 1
                self._waiting[_READER[output.stream]].append(output.record)
            else:
                outputs.append(output)
