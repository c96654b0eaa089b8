"""Keyed states: decoded and resident while they are in use, read back from the stored rows when they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from heapq import heappop, heappush
from typing import Any, Protocol

from msgspec import Struct

from cloudtag.engine.cache_budget import CacheBudget, weight_of
from cloudtag.engine.event_places import EventPlaces
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row, RowCodec, UnreadableRowError, header, key_prefix, split_key
from cloudtag.engine.task_result import Output, RowKey, RowReader, key_part

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

    def drop_row(self, row_id: str) -> None:
        """Let a row go, if it is there."""
        row = self.rows.pop(row_id, None)
        if row is not None and (row.facts or row.published):
            self.memo = None
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
    return _index_all(keeper, state)


def _index_all(keeper: StateKeeper, state: KeyedState) -> set[str]:
    """Take all facts into an index that knows of none."""
    asked, indexes = set[str](), keeper.indexes
    for row in state.rows.values():
        if row.published:
            state.note_published(row.published.values())
        for fact in row.facts.values():
            taken_by = indexes[type(fact)]
            if taken_by is not None and (besides := taken_by(state, row, fact)):
                asked.update(besides)
    return asked


class StateCache:
    """The resident keyed states of a task, the least recently used put away first (their rows are stored already)."""

    def __init__(self, keeper: StateKeeper, rows: RowReader | None, codec: RowCodec, budget: CacheBudget) -> None:
        """`budget` bounds them only where there are stored rows."""
        self._keeper = keeper
        self._rows = rows
        self._codec = codec
        self._budget, self._step = budget, budget.steps
        self._files: dict[str, KeyedState] = {}
        # By the step in which they were asked for. Who is asked for again keeps its place until its turn comes: nothing
        # is moved for each of very many, and nobody is looked for among those that are gone.
        self._lines: dict[int, list[KeyedState]] = {}
        self._steps: list[int] = []
        self._stored_bytes = 0
        self._prefixed: KeyedState | None = None
        self._prefix = b""
        budget.join(self)

    def __len__(self) -> int:
        """How many keyed states are resident."""
        return len(self._files)

    @property
    def held_bytes(self) -> int:
        """About how much memory they take."""
        return weight_of(len(self._files), self._stored_bytes)

    @property
    def oldest(self) -> int | None:
        """The step in which the one was last asked for that was not for longest."""
        first = self._first()
        return None if first is None else first.used

    def resident(self, key: str) -> KeyedState | None:
        """The keyed state of a key if it is resident."""
        return self._files.get(key)

    def get(self, key: str) -> KeyedState:
        """The keyed state of a key, read back if it is stored. Raises ``UnreadableStateError``."""
        if self._rows is None:
            state = self._files.get(key)
            if state is None:
                state = self._files[key] = self._keeper.new_state(key)
            return state
        state = self._files.get(key)
        if state is None:
            state = self._files[key] = self._read(key, self._rows)
            state.used = self._step
            self._line_up(state)
        else:
            state.used = self._step
        return state

    def note_stored(self, state: KeyedState, row: Row, stored_bytes: int) -> RowKey:
        """A row of a resident keyed state has so many bytes now where it is stored; the store key of it.

        Of one keyed state after the other: what its keys begin with is made once for all its rows, and not kept with
        every keyed state, of which there are many."""
        grown = stored_bytes - row.stored_bytes
        if grown:
            row.stored_bytes = stored_bytes
            state.stored_bytes += grown
            self._stored_bytes += grown
        if self._prefixed is not state:
            self._prefixed, self._prefix = state, key_prefix(state.key)
        return self._prefix + row.id.encode()

    def _read(self, key: str, rows: RowReader) -> KeyedState:
        state, prefix = self._keeper.new_state(key), key_prefix(key)
        self._prefixed, self._prefix = state, prefix
        if rows.is_aside(prefix):
            state.is_aside = True
            return state
        begin = len(prefix)
        for row_key, data in rows.rows_of(prefix):
            try:
                row = self._codec.decode(row_key, data, row_key[begin:].decode())
            except Exception as error:
                raise UnreadableStateError(row_key, error) from error
            state.rows[row.id] = row
            row.stored_bytes = len(data)
            state.stored_bytes += len(data)
        # Of most that are asked for the first time nothing is stored.
        if state.rows:
            self._stored_bytes += state.stored_bytes
            _index_all(self._keeper, state)
        return state

    def trim(self) -> None:
        """Put away what is over the limit. Only between batches, when every row is stored; and in a step, of what it is
        done with: that is not asked for again before its rows are stored."""
        if self._rows is None:
            return
        budget = self._budget
        budget.steps += 1
        self._step = budget.steps
        held_bytes = budget.held_bytes
        excess, before = budget.stale(held_bytes)
        while excess > 0 and (first := self._first()) is not None and first.used < before:
            freed = self._put_away(first)
            excess, held_bytes = excess - freed, held_bytes - freed
        excess = budget.excess_of(self, held_bytes)
        while excess > 0 and (first := self._first()) is not None:
            excess -= self._put_away(first)

    def _line_up(self, state: KeyedState) -> None:
        line = self._lines.get(state.used)
        if line is not None:
            line.append(state)
            return
        self._lines[state.used] = [state]
        heappush(self._steps, state.used)

    def _first(self) -> KeyedState | None:
        """One of those that were not asked for longest."""
        while self._steps:
            step = self._steps[0]
            line = self._lines[step]
            while line:
                if line[-1].used == step:
                    return line[-1]
                self._line_up(line.pop())
            del self._lines[heappop(self._steps)]
        return None

    def _put_away(self, first: KeyedState) -> int:
        """Let the first in line go; how much memory that frees."""
        self._lines[first.used].pop()
        del self._files[first.key]
        self._stored_bytes -= first.stored_bytes
        return weight_of(1, first.stored_bytes)
