"""Keyed states: all rows of one key, and the index that is made of their facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Protocol

from msgspec import Struct

from cloudtag.engine.event_places import EventPlaces
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row, UnreadableRowError, header, split_key
from cloudtag.engine.task_result import Output, RowKey, key_part

_ROWS_PER_LOST = 64
FEW_ROWS = 8
"""In so many rows a fact is looked for one row after the other."""


@cache
def _with(streams: frozenset[str], stream: str) -> frozenset[str]:
    """Keyed states publish on few combinations of streams: each is made once."""
    return streams | {stream}


class KeyedState(Struct, eq=False, gc=False):
    """All rows of one key, and an index over them that the processor keeps."""

    key: str
    index: Any
    """What the processor keeps at hand: derived from facts when they are folded, never while judging."""
    letters: Mapping[str, str]
    """What the ids of each kind of rows begin with, by the kind's name."""
    network: str = ""
    """The network in which `id` means something; empty for what is global."""
    id: str = ""
    """The plain id of whom or what it is about: the Kafka key of its facts. `key` is that with its scope."""
    rows: dict[str, Row] = {}
    published_on: frozenset[str] = frozenset()
    """The streams on which anything was published about the rows it has."""
    memo: Any = None
    """What a processor has worked out from all facts and may be asked for again: nobody can see whether it is there.
    The processor drops it when a fact changes it, the engine when a row goes."""
    lost_rows: int = 0
    """Rows that were let go and of whose facts the index still tells."""
    places: EventPlaces | None = None
    """Of a keyed state with many rows."""
    is_closed: bool = False
    """Nothing more is taken in, and nothing is concluded from it: whom it is about is to be forgotten."""
    is_aside: bool = False
    """Nothing is taken in either: its rows cannot be read."""
    stored_bytes: int = 0
    """How many bytes its rows have where they are stored."""
    used: int = 0
    """The step of the budget in which it was last asked for."""
    question: Any = None
    """Of a copy that is judged to find out one thing: what that is, for the processor to read. None: everything."""

    def add_row(self, row_id: str) -> Row:
        """A new, empty row."""
        row = self.rows[row_id] = Row(row_id)
        return row

    def drop_row(self, row_id: str, leave: Callable[[KeyedState, Row], bool] | None = None) -> None:
        """Let a row go, if it is there. `leave`: what takes its facts out of the index, and says whether it could."""
        row = self.rows.pop(row_id, None)
        if row is not None and (row.facts or row.published):
            self.memo = None
            if row.published or leave is None or self.lost_rows or not leave(self, row):
                self.lost_rows += 1
            if self.places is not None:
                self.places.leave(row)

    @property
    def is_index_stale(self) -> bool:
        """Whether the index is to be made anew though nothing is judged by it. Of few rows as soon as one has gone; of
        very many once one in so many has, or each that leaves would cost as much as all that stay. Before anything is
        judged but what leaves, it is made anew in any case."""
        return self.lost_rows > len(self.rows) // _ROWS_PER_LOST

    def row_with(self, fact_id: str, kind: type[Any]) -> Row | None:
        """The row that holds the event of that id and type, if any does."""
        if len(self.rows) <= FEW_ROWS:
            # As plain as can be: it is asked of every event.
            for held in self.rows.values():
                if fact_id in held.facts and type(held.facts[fact_id]) is kind:
                    return held
            return None
        if self.places is None:
            self.places = EventPlaces(self.rows.values())
        row_id = self.places.row_of(kind, fact_id)
        row = None if row_id is None else self.rows.get(row_id)
        return row if row is not None and type(row.facts.get(fact_id)) is kind else None

    def row_id(self, kind: str, name: str = "") -> str:
        """The id of the row of that kind and name, whether or not there is one."""
        return self.letters[kind] + name

    def row(self, kind: str, name: str = "") -> Row | None:
        """The row of that kind and name, if there is one."""
        return self.rows.get(self.letters[kind] + name)

    def rows_of(self, *kinds: str) -> list[Row]:
        """The rows of those kinds, in the order in which they came."""
        letters = [self.letters[kind] for kind in kinds]
        return [row for row in self.rows.values() if row.id[0] in letters]

    def has(self, kind: str) -> bool:
        """Whether there is any row of that kind."""
        letter = self.letters[kind]
        return letter in self.rows or any(row_id[0] == letter for row_id in self.rows)

    def note_published(self, told: Iterable[Output | Published]) -> None:
        """Remember on which streams something was published."""
        for one in told:
            if one.stream not in self.published_on:
                self.published_on = _with(self.published_on, one.stream)


class UnreadableStateError(ValueError):
    """A stored row cannot be read: its key is to be set aside."""

    def __init__(self, key: RowKey, cause: Exception) -> None:
        """`key`: the row's."""
        super().__init__(f"the row {split_key(key)} cannot be read: {type(cause).__name__}: {cause}")
        self.prefix = key_part(key)


def stored_header(key: RowKey, data: bytes) -> tuple[int, int]:
    """The batch number and timer of the row stored as `data` under `key`. Raises ``UnreadableStateError``."""
    try:
        return header(data)
    except UnreadableRowError as error:
        raise UnreadableStateError(key, error) from error


class StateKeeper(Protocol):
    """What a processor says of its keyed states."""

    indexes: Mapping[type[Any], Callable[[KeyedState, Row, Any], Iterable[str]] | None]
    """What takes a fact into a keyed state's index, by the type of fact; None: nothing does."""

    def new_state(self, key: str) -> KeyedState:
        """An empty keyed state with its index."""
        ...


def index_anew(keeper: StateKeeper, state: KeyedState) -> set[str]:
    """Make a keyed state's index of the facts it holds; the rows that must be judged because of any."""
    state.index, state.lost_rows, state.published_on = keeper.new_state(state.key).index, 0, frozenset()
    return index_all(keeper, state)


def index_all(keeper: StateKeeper, state: KeyedState) -> set[str]:
    """Take all facts into an index that knows of none; the rows that must be judged because of any."""
    asked, indexes = set[str](), keeper.indexes
    for row in state.rows.values():
        if row.published:
            state.note_published(row.published.values())
        for fact in row.facts.values():
            taken_by = indexes[type(fact)]
            if taken_by is not None and (besides := taken_by(state, row, fact)):
                asked.update(besides)
    return asked
