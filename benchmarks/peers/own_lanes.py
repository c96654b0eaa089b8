"""The job as cloudtag does it: by its engine, from a set of facts, or by the least code that fits its transport."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.peers.job import ORDER, REFUND, WINDOW_MS, Window, is_alarming
from benchmarks.peers.own_processor import JobProcessor
from benchmarks.peers.own_streams import TASK, Dealing, Opened
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row, key_prefix, row_key
from cloudtag.engine.task_result import Output, RowReader, TaskResult

DAY_MS = 86_400_000
HELD_MS = 19 * DAY_MS
"""Two windows, the four days that 16 000 records of a partition span, and one more: of every dealing of a batch it is
known whether an alert was open before it."""
Placed = list[tuple[int, str, Dealing]]
"""A buyer's dealings by moment and id."""


def _day(dealing: Dealing) -> str:
    return str(dealing.occurred_at // DAY_MS)


def _index(state: KeyedState, row: Row, dealing: Dealing) -> Iterable[str]:
    del row
    insort(state.index, (dealing.occurred_at, dealing.event_id, dealing))
    return ()


def _judge(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    """Every alert that the held dealings open, told anew each time: a late dealing would change what it must."""
    del row, policies
    placed: Placed = state.index
    horizon_ms, conclusions = now_ms - HELD_MS, dict[str, Conclusion]()
    refunds = orders = refunded = first = 0
    was_open, before_ms = False, 0
    for at_ms, event_id, dealing in placed:
        edge = at_ms - WINDOW_MS
        while placed[first][0] <= edge:
            spent = placed[first][2]
            first += 1
            if spent.kind == "refund":
                refunds, refunded = refunds - 1, refunded - spent.amount
            else:
                orders -= 1
        if dealing.kind == "refund":
            refunds, refunded = refunds + 1, refunded + dealing.amount
        else:
            orders += 1
        is_open = is_alarming(refunds, orders)
        since_ms = before_ms - WINDOW_MS
        if is_open and not was_open and since_ms >= horizon_ms:
            alert = Opened(f"{state.id}:{event_id}", state.id, at_ms, refunds, orders, refunded)
            conclusions[alert.alert_id] = Conclusion(alert.alert_id, state.id, since_ms, alert)
        was_open, before_ms = is_open, at_ms
    return Judgement(conclusions) if conclusions else EMPTY


def _nothing(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    del state, row, policies, now_ms
    return EMPTY


class Processor(JobProcessor):
    """A buyer's dealings in a row for each day, and one row that is judged by all of them."""

    kinds = RowKinds(
        (
            RowKind(name="day", letter="d", judge=_nothing, holds=(Holds(Dealing, _day),), index=_index),
            RowKind(
                name="alerts", letter="a", judge=_judge, tells=(Opened,), reads=(Reads("day"),), stays_with=("day",)
            ),
        )
    )
    id_of = staticmethod(lambda dealing: dealing.buyer_id)
    retention_ms = HELD_MS

    def new_index(self, network: str) -> Placed:
        """The dealings in order."""
        del network
        return []


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
