"""Keyed states are decoded and resident while they are in use, and read back from the stored rows when they are not."""

from __future__ import annotations

from heapq import heappop, heappush

from cloudtag.engine.cache_budget import CacheBudget, weight_of
from cloudtag.engine.keyed_state import KeyedState, StateKeeper, UnreadableStateError, index_all
from cloudtag.engine.rows import Row, RowCodec, key_prefix
from cloudtag.engine.task_result import RowKey, RowReader


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
            index_all(self._keeper, state)
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
