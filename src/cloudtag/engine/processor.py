"""What a processor must say of itself for a task to run it: where facts belong, and what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from cloudtag.contract.internal import Cause
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import NEVER, Row
from cloudtag.engine.task_result import Output


class Judgement(Struct, gc=False):
    """What is concluded about one row, and when time alone could next change that (event time, NEVER if not)."""

    conclusions: dict[str, Conclusion] = {}
    timer_ms: int = NEVER


EMPTY = Judgement()
"""Nothing is concluded, now or later: so it is of most rows. Not to be added to."""


class Layer(NamedTuple):
    """A row whose answer reads what was published about the rows below it; it is judged after them."""

    row_id: str
    is_asked: Callable[[KeyedState, Set[str], Sequence[Output]], bool]
    """Whether it must be judged, given the rows that changed or fired and what has been published since. When it
    changed
    or fired itself, it is in any case."""


class Processor(Protocol):
    """One of the four: pure, and the same for every partition."""

    name: str
    fact_type: Any
    """The union of the facts its rows hold."""
    retention_ms: int
    """How long a fact is held, in event time; an event older than that comes too late."""
    master_data: frozenset[type[Any]]
    """Facts about what stands until something else is said of it: never too late, and `can_expire` never lets them
    go."""
    is_timed_by_internal: bool
    """Whether internal records move its watermark: only where no events come in."""
    layers: Sequence[Layer]
    """Judged after all other rows of a keyed state, one after the other; `touched` never names them."""
    closes: type[Any] | None
    """The kind of event that closes a keyed state for good."""
    most_facts: int
    """A row with more facts than that is overfull."""
    lateness_ms: int
    """How far the watermark stays behind the newest event."""

    def new_state(self, key: str) -> KeyedState:
        """An empty keyed state with its index."""
        ...

    def place(self, fact: Any) -> tuple[str, str]:
        """The keyed state and the row a fact belongs to."""
        ...

    def identity(self, fact: Any) -> str:
        """A fact's id inside its row. It is not stored, and may be shorter than an internal record's id."""
        ...

    def bound(self, row: Row) -> None:
        """Drop the facts of an overfull row that no judgement can need, the same ones in every order of arrival."""
        ...

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """Take a fact into the keyed state's index; the ids of other rows that must be judged because of it."""
        ...

    def is_followed(self, state: KeyedState, outputs: Sequence[Output]) -> bool:
        """Whether any layer could have to be judged, given what has been published about the rows below."""
        ...

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        """The rows to judge when those changed: themselves, and those whose answer reads them."""
        ...

    def judge(self, state: KeyedState, row_id: str, now_ms: int) -> Judgement:
        """What the keyed state's facts amount to for one row at that event time."""
        ...

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """The input events among the news that the row's answer reads, oldest first, bounded."""
        ...

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """A record that is taken back, completed with why; `now_ms` is how far event time has come."""
        ...

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """Whether nothing can still need a row that holds no fact newer than the horizon."""
        ...
