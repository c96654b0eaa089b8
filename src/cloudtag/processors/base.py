"""What the processors have in common: one row per fact by default, internal records and events held apart, long
retention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from operator import attrgetter
from sys import maxsize
from typing import Any

from cloudtag.contract.internal import Cause
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import Layer
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import Output
from cloudtag.policy.model import Policies
from cloudtag.processors.causes import causes_of

DAY_MS = 86_400_000
LONGEST_WINDOW_DAYS = 180
INTERNAL_ID: Callable[[Any], str] = attrgetter("internal_id")
_EVENT_ID: Callable[[Any], str] = attrgetter("event_id")


class KeyedProcessor:
    """Defaults of a processor; each of the four says what differs."""

    is_timed_by_internal = False
    closes: type[Any] | None = None
    most_facts = maxsize
    master_data: frozenset[type[Any]] = frozenset()
    identities: Mapping[type[Any], Callable[[Any], str]] = {}
    """Where the id of an internal record inside its row is found, by kind: of every kind the rows hold."""
    layers: Sequence[Layer] = ()

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """`policies`: all packs; `lateness_ms`: how far the watermark stays behind the newest event."""
        self.policies = policies
        self.lateness_ms = lateness_ms

    def new_state(self, key: str) -> KeyedState:
        """A keyed state without an index."""
        return KeyedState(key, None)

    def identity(self, fact: Any) -> str:
        """An internal record is known by what it is about, an event by its id."""
        fact_id: str = self.identities.get(type(fact), _EVENT_ID)(fact)
        return fact_id

    def bound(self, row: Row) -> None:
        """No row is ever overfull."""

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """Nothing is indexed."""
        del state, row, fact
        return ()

    def is_followed(self, state: KeyedState, outputs: Sequence[Output]) -> bool:
        """There are no layers."""
        del state, outputs
        return False

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        """Only what changed."""
        del state
        return row_ids

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """All that is new in the keyed state."""
        del state, row_id
        return causes_of(new for _, _, new in news.of())

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """Nothing is to be said beyond that it is taken back."""
        del state, row_id, news, now_ms
        return record

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """A row without newer facts is needed by nobody."""
        del state, row, horizon_ms
        return True
