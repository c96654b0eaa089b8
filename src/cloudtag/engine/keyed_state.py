"""Keyed states: decoded and resident while they are in use, read back from the stored rows when they are not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Protocol

from msgspec import Struct

from cloudtag.engine.rows import Row, RowCodec, key_prefix
from cloudtag.engine.task_result import RowReader


class KeyedState(Struct, eq=False, gc=False):
    """All rows of one key, and an index over them that the processor keeps."""

    key: str
    index: Any
    rows: dict[str, Row] = {}
    is_closed: bool = False
    """Nothing more is taken in, and nothing is concluded from it: whom it is about is to be forgotten."""

    def add_row(self, row_id: str) -> Row:
        """A new, empty row."""
        row = self.rows[row_id] = Row(row_id)
        return row


class StateKeeper(Protocol):
    """What a processor says of its keyed states."""

    def new_state(self, key: str) -> KeyedState:
        """An empty keyed state with its index."""
        ...

    def identity(self, fact: Any) -> str:
        """A fact's id inside its row."""
        ...

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """Take a fact into the keyed state's index."""
        ...


class StateCache:
    """At most `limit` resident keyed states, the least recently used put away first (their rows are stored already)."""

    def __init__(self, keeper: StateKeeper, rows: RowReader | None, codec: RowCodec, limit: int) -> None:
        """`limit` counts keyed states, and counts only where there are stored rows."""
        self._keeper = keeper
        self._rows = rows
        self._codec = codec
        self._limit = limit
        self._files: dict[str, KeyedState] = {}

    def __len__(self) -> int:
        """How many keyed states are resident."""
        return len(self._files)

    def resident(self, key: str) -> KeyedState | None:
        """The keyed state of a key if it is resident."""
        return self._files.get(key)

    def get(self, key: str) -> KeyedState:
        """The keyed state of a key, read back if it is stored."""
        if self._rows is None:
            state = self._files.get(key)
            if state is None:
                state = self._files[key] = self._keeper.new_state(key)
            return state
        state = self._files.pop(key, None)
        if state is None:
            state = self._read(key, self._rows)
        self._files[key] = state
        return state

    def _read(self, key: str, rows: RowReader) -> KeyedState:
        state = self._keeper.new_state(key)
        for row_key, data in rows.rows_of(key_prefix(key)):
            row = self._codec.decode(row_key, data, self._keeper.identity)
            state.rows[row.id] = row
            for fact in row.facts.values():
                self._keeper.index(state, row, fact)
        return state

    def trim(self) -> None:
        """Put away what is over the limit. Only between batches: then every row is stored."""
        excess = len(self._files) - self._limit
        if excess > 0 and self._rows is not None:
            for key in list(islice(self._files, excess)):
                del self._files[key]
