"""The job as cloudtag does it: by its engine, from a set of facts, or by the least code that fits its transport."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.peers.job import ORDER, REFUND, Window
from benchmarks.peers.own_processor import JobProcessor
from benchmarks.peers.own_streams import TASK, Dealing, Opened
from benchmarks.peers.own_told import Told, span
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row, key_prefix, row_key
from cloudtag.engine.task_result import Output, RowReader, TaskResult

DAY_MS = 86_400_000
HELD_MS = 19 * DAY_MS
"""Two windows, the four days that 16 000 records of a partition span, and one more: of every dealing of a batch it is
known whether an alert was open before it."""


def _index(state: KeyedState, row: Row, dealing: Dealing) -> Iterable[str]:
    del row
    state.index.add(dealing)
    return ()


def _leave(state: KeyedState, row: Row) -> bool:
    return bool(state.index.drop(row.name, len(row.facts)))


def _judge(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    """Every alert that the held dealings open: a late dealing changes what it must."""
    del row, policies
    told: Told = state.index
    told.go_on(state.id, now_ms - HELD_MS)
    return told.judgement


def _nothing(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    del state, row, policies, now_ms
    return EMPTY


class Processor(JobProcessor):
    """A buyer's dealings in a row for each four days, and one row that is judged by all of them."""

    kinds = RowKinds(
        (
            RowKind(name="span", letter="d", judge=_nothing, holds=(Holds(Dealing, span),), index=_index, leave=_leave),
            RowKind(
                name="alerts", letter="a", judge=_judge, tells=(Opened,), reads=(Reads("span"),), stays_with=("span",)
            ),
        )
    )
    id_of: Callable[[Any], str] = attrgetter("buyer_id")
    retention_ms = HELD_MS

    def new_index(self, network: str) -> Told:
        """The dealings in order."""
        del network
        return Told(Opened)


class MinimalLane:
    """One window for each buyer, stored whole when it changed: what the transport takes beside the job itself.

    Nothing is taken back, and a crash between rows and alerts would lose those: it stands for no promise of cloudtag.
    """

    watermark_ms = 0

    def __init__(self, rows: RowReader) -> None:
        self._rows = rows
        self._windows: dict[str, Window] = {}
        self._pack = msgspec.msgpack.Encoder().encode
        self.cache = self
        self.held_bytes = 0

    def __len__(self) -> int:
        """How many buyers are in memory."""
        return len(self._windows)

    def trim(self) -> None:
        """All stay."""

    def open(self) -> TaskResult:
        """Buyers are read when they are asked for."""
        return TaskResult()

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        """Judge a batch."""
        del reached_ms
        step, dirty, windows = TaskResult(), dict[str, Window](), self._windows
        fact: Any
        for fact in facts:
            buyer = fact.buyer_id
            window = windows.get(buyer)
            if window is None:
                window = windows[buyer] = self._read(buyer)
            if window.add(fact.event_id, fact.occurred_at, REFUND if fact.kind == "refund" else ORDER, fact.amount):
                alert = Opened(*window.opened(buyer, fact.event_id, fact.occurred_at))
                step.outputs.append(Output(TASK.output, buyer, alert))
            dirty[buyer] = window
        for buyer, window in dirty.items():
            step.rows[row_key(buyer, "w")] = self._pack(window.stored())
        return step

    def what_if(self, facts: Sequence[Struct]) -> TaskResult:
        """Nobody asks."""
        raise NotImplementedError

    def _read(self, buyer: str) -> Window:
        for _, stored in self._rows.rows_of(key_prefix(buyer)):
            return Window.of(msgspec.msgpack.decode(stored))
        return Window()
