"""The job as cloudtag does it: by its engine, from a set of facts, or by the least code that fits its transport."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
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
ROW_MS = 4 * DAY_MS
"""What a row spans: about what a batch does, so that it is written once or twice, and holds a handful of dealings. Rows
of a day would hold two, and four in five would be looked at only to find that a dealing is not in them."""


def _place(dealing: Dealing) -> tuple[int, str]:
    """By what a buyer's dealings stand in order."""
    return dealing.occurred_at, dealing.event_id


def _span(dealing: Dealing) -> str:
    return str(dealing.occurred_at // ROW_MS)


class _Told:
    """What follows from a buyer's dealings in order, as far as they were gone through.

    What comes behind all others is gone on with; where one comes between them, or one is let go, all is gone through
    anew.
    """

    __slots__ = ("done", "first", "is_open", "judgement", "orders", "placed", "refunded", "refunds")

    def __init__(self) -> None:
        self.placed: list[Dealing] = []
        self._begin()

    def _begin(self) -> None:
        self.first = self.done = self.refunds = self.orders = self.refunded = 0
        self.is_open, self.judgement = False, EMPTY

    def add(self, dealing: Dealing) -> None:
        """Another one."""
        placed = self.placed
        if placed and dealing.occurred_at <= placed[-1].occurred_at and _place(dealing) < _place(placed[-1]):
            insort(placed, dealing, key=_place)
            self._begin()
        else:
            placed.append(dealing)

    def go_on(self, buyer_id: str, horizon_ms: int) -> None:
        """Conclude what follows from those that were not looked at; an alert that began before the horizon is not
        told."""
        placed, first = self.placed, self.first
        for number in range(self.done, len(placed)):
            dealing = placed[number]
            at_ms = dealing.occurred_at
            edge = at_ms - WINDOW_MS
            while placed[first].occurred_at <= edge:
                self._count(placed[first], -1)
                first += 1
            self._count(dealing, 1)
            was_open, self.is_open = self.is_open, is_alarming(self.refunds, self.orders)
            since_ms = (placed[number - 1].occurred_at if number else 0) - WINDOW_MS
            if self.is_open and not was_open and since_ms >= horizon_ms:
                alert = Opened(
                    f"{buyer_id}:{dealing.event_id}", buyer_id, at_ms, self.refunds, self.orders, self.refunded
                )
                concluded = Conclusion(alert.alert_id, buyer_id, since_ms, alert)
                # Another judgement only where it says something else: the very same needs no second look.
                self.judgement = Judgement({**self.judgement.conclusions, concluded.id: concluded})
        self.first, self.done = first, len(placed)

    def _count(self, dealing: Dealing, more: int) -> None:
        if dealing.kind == "refund":
            self.refunds += more
            self.refunded += more * dealing.amount
        else:
            self.orders += more


def _index(state: KeyedState, row: Row, dealing: Dealing) -> Iterable[str]:
    del row
    state.index.add(dealing)
    return ()


def _judge(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    """Every alert that the held dealings open: a late dealing changes what it must."""
    del row, policies
    told: _Told = state.index
    told.go_on(state.id, now_ms - HELD_MS)
    return told.judgement


def _nothing(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    del state, row, policies, now_ms
    return EMPTY


class Processor(JobProcessor):
    """A buyer's dealings in a row for each four days, and one row that is judged by all of them."""

    kinds = RowKinds(
        (
            RowKind(name="span", letter="d", judge=_nothing, holds=(Holds(Dealing, _span),), index=_index),
            RowKind(
                name="alerts", letter="a", judge=_judge, tells=(Opened,), reads=(Reads("span"),), stays_with=("span",)
            ),
        )
    )
    id_of: Callable[[Any], str] = attrgetter("buyer_id")
    retention_ms = HELD_MS

    def new_index(self, network: str) -> _Told:
        """The dealings in order."""
        del network
        return _Told()


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
