"""What the processors have in common: one row per fact by default, forwards and events told apart, long retention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from operator import attrgetter
from sys import maxsize
from typing import Any

from cloudtag.contract.forwards import Cause
from cloudtag.engine.files import File
from cloudtag.engine.news import News
from cloudtag.engine.processor import Layer
from cloudtag.engine.rows import Row
from cloudtag.engine.step import Output
from cloudtag.policy.model import Policies
from cloudtag.processors.causes import causes_of

DAY_MS = 86_400_000
LONGEST_WINDOW_DAYS = 180
FORWARD_ID: Callable[[Any], str] = attrgetter("forward_id")
_EVENT_ID: Callable[[Any], str] = attrgetter("event_id")


class Keyed:
    """Defaults of a processor; each of the four says what differs."""

    is_timed_by_forwards = False
    closes: type[Any] | None = None
    most_facts = maxsize
    master_data: frozenset[type[Any]] = frozenset()
    identities: Mapping[type[Any], Callable[[Any], str]] = {}
    """Where the id of a forward inside its row is found, by kind: of every kind the rows hold."""
    layers: Sequence[Layer] = ()

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """`policies`: all packs; `lateness_ms`: how far the watermark stays behind the newest event."""
        self.policies = policies
        self.lateness_ms = lateness_ms

    def new_file(self, key: str) -> File:
        """A file without an index."""
        return File(key, None)

    def identity(self, fact: Any) -> str:
        """A forward is known by what it is about, an event by its id."""
        fact_id: str = self.identities.get(type(fact), _EVENT_ID)(fact)
        return fact_id

    def bound(self, row: Row) -> None:
        """No row is ever overfull."""

    def index(self, file: File, row: Row, fact: Any) -> Iterable[str]:
        """Nothing is indexed."""
        del file, row, fact
        return ()

    def is_followed(self, file: File, outputs: Sequence[Output]) -> bool:
        """There are no layers."""
        del file, outputs
        return False

    def touched(self, file: File, row_ids: Set[str]) -> Set[str]:
        """Only what changed."""
        del file
        return row_ids

    def causes(self, file: File, row_id: str, news: News) -> tuple[Cause, ...]:
        """All that is new in the file."""
        del file, row_id
        return causes_of(new for _, _, new in news.of())

    def withdrawn(self, file: File, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """Nothing is to be said beyond that it is taken back."""
        del file, row_id, news, now_ms
        return record

    def is_spent(self, file: File, row: Row, horizon_ms: int) -> bool:
        """A row without newer facts is needed by nobody."""
        del file, row, horizon_ms
        return True
