"""What a processor must say of itself for a task to run it: its kinds of rows, and what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from cloudtag.contract.internal import Cause
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.row_kind import Index
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row


class Processor(Protocol):
    """One of the four: pure, and the same for every partition."""

    name: str
    kinds: RowKinds
    """Where facts belong, which rows a change touches, in which order they are judged, what may be let go."""
    keys: Mapping[type[Any], Callable[[Any], str]]
    """What gives the key of the keyed state a fact belongs to, its id with its scope, by the type of fact."""
    identities: Mapping[type[Any], Callable[[Any], str]]
    """What gives a fact's id inside its keyed state, by the type of fact."""
    indexes: Mapping[type[Any], Index | None]
    """What takes a fact into the index, by the type of fact; None: nothing does. `index` does the same for any fact."""
    policies: Any
    """What its rows are judged by."""
    retention_ms: int
    """How long a fact is held, in event time; an event older than that comes too late, but for master data."""
    is_timed_by_internal: bool
    """Whether internal records move its watermark: only where no events come in."""
    most_facts: int
    """A row with more facts than that is overfull."""
    lateness_ms: int
    """How far the watermark stays behind the newest event."""

    def new_state(self, key: str) -> KeyedState:
        """An empty keyed state with its index."""
        ...

    def derived(self, facts: Sequence[Any]) -> Iterable[Any]:
        """What a batch tells the task itself, as facts of other keys: taken in after it, and held once however often
        it is told. They are internal records that no stream carries."""
        ...

    def bound(self, row: Row) -> None:
        """Drop the facts of an overfull row that no judgement can need, the same ones in every order of arrival."""
        ...

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """Take a fact into the keyed state's index; the ids of other rows that must be judged because of it."""
        ...

    def unsettled(self, state: KeyedState) -> Iterable[str]:
        """The rows that would be told of otherwise now, given what was published about other rows: asked once more.

        What is told of them may rest on that, whether anything is told of them may not: so once is enough.
        """
        ...

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """The input events among the news that the row's answer reads, oldest first, bounded."""
        ...

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """A record that is taken back, completed with why; `now_ms` is how far event time has come."""
        ...
