"""A small model of the real system: a log per processor, offsets, rows made durable one by one, and crashes.

What a worker does with topics and a changelog is done here with lists, so that a test can cut it anywhere.
"""

from __future__ import annotations

from typing import Any

from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INTERNAL, READS, STREAM_OF
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import TaskResult
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.model import Policies
from cloudtag.processors import build

MOST_DUE = 2
"""So few rows are judged in a step because of the time, that it often takes several."""
READER = {stream: name for name, streams in READS.items() for stream in streams}


class Crash(Exception):  # noqa: N818 - an event of the model, not an error
    """The worker dies here."""


class Cluster:
    """Four tasks on logs. `turn` judges the next records of one log, and may be told where to die."""

    def __init__(self, policies: Policies, lateness_ms: int, live_since_ms: int | None = None) -> None:
        """All logs are empty; every task is open."""
        self.policies, self.lateness_ms, self.live_since_ms = policies, lateness_ms, live_since_ms
        self.logs: dict[str, list[Any]] = {name: [] for name in READS}
        self.offsets = dict.fromkeys(READS, 0)
        self.rows = {name: MemoryRows() for name in READS}
        self.published: list[Any] = []
        self.budget: int | None = None
        self.start()

    def start(self) -> None:
        """Open every task on what is durable."""
        self.tasks: dict[str, Task] = {}
        for name in READS:
            processor = build(name, self.policies, self.lateness_ms)
            self.tasks[name] = Task(processor, self.rows[name], CacheBudget(1), self.live_since_ms, MOST_DUE)
            self.settle(name, self.tasks[name].open())

    def append(self, fact: Any) -> None:
        """Put a fact on the log of the processor that reads it."""
        self.logs[READER[STREAM_OF[type(fact)]]].append(with_canonical_numbers(fact))

    def turn(self, name: str, count: int, budget: int | None = None) -> None:
        """Judge up to `count` records; with a budget, die after that many durable writes or sends, and come back."""
        self.budget = budget
        try:
            batch = self.logs[name][self.offsets[name] : self.offsets[name] + count]
            facts = [fact for fact in batch if not isinstance(fact, WatermarkRecord)]
            reached = (fact.occurred_at for fact in batch if isinstance(fact, WatermarkRecord))
            step = self.tasks[name].advance(facts, max(reached, default=0))
            self.settle(name, step)
            while step.is_more_due:
                step = self.tasks[name].advance(())
                self.settle(name, step)
            self.spend()
            self.offsets[name] += len(batch)
        except Crash:
            self.budget = None
            self.start()
        self.budget = None

    def settle(self, name: str, step: TaskResult) -> None:
        """Make rows durable one by one, then send what is published."""
        for key, value in step.rows.items():
            self.spend()
            self.rows[name].apply({key: value})
        for output in step.outputs:
            self.spend()
            if output.stream in INTERNAL:
                self.append(output.record)
            else:
                self.published.append(output.record)

    def spend(self) -> None:
        """One durable write or send. Raises Crash when none is left."""
        if self.budget is not None:
            if self.budget == 0:
                raise Crash
            self.budget -= 1

    def drain(self) -> None:
        """Judge until every log is read."""
        while any(self.offsets[name] < len(log) for name, log in self.logs.items()):
            for name in READS:
                self.turn(name, 1000)
