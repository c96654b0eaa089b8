"""Why what is published about one row changes, asked of the processor when it does."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cloudtag.contract.internal import Cause
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import Processor


class RowReasons(Struct, eq=False, gc=False):
    """The reasons for one row of one keyed state, given what is new in it; `now_ms` is how far event time has come."""

    processor: Processor
    state: KeyedState
    row_id: str
    news: News
    now_ms: int
    _known: tuple[tuple[Cause, ...], tuple[Cause, ...]] | None = None
    """What had been cleared when the causes were asked for last, and what they were."""

    def causes(self) -> tuple[Cause, ...]:
        """The input events that came just now: looked for once, though much may change about a row at once."""
        known, cleared = self._known, self.news.cleared
        if known is None or known[0] is not cleared:
            found = self.processor.causes(self.state, self.row_id, self.news)
            known = self._known = (self.news.cleared, found)
        return known[1]

    def withdrawn(self, record: Any) -> Any:
        """A record that is taken back, completed with why."""
        return self.processor.withdrawn(self.state, self.row_id, record, self.news, self.now_ms)
