"""What one batch brought to a keyed state: the facts that are new in it, and what they took the place of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from msgspec import Struct

from cloudtag.contract.internal import Cause, InternalRecord
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row, places_of

UNKNOWN: Any = object()
"""What a fact took the place of, where a crash has wiped that out."""


class New(Struct, frozen=True, eq=False, gc=False):
    """A fact that came in this batch; `before` is what stood in its place, if anything did.

    `because` are the causes of every revision of an internal record that came in it.
    """

    fact: Any
    before: Any
    because: tuple[Cause, ...] = ()


class News(Struct, eq=False, gc=False):
    """What is new in a keyed state, by row and fact id, and what refuted the alerts taken back so far."""

    added: list[tuple[str, str, Any, Any]] = []
    """What was added since anybody asked, of most keyed states nobody does: the row, the fact's id, the fact, and
    what stood in its place."""
    cleared: tuple[Cause, ...] = ()
    begin: dict[str, int] = {}
    """How many facts each row held before the first that was added behind them."""
    is_appended: bool = True
    """Whether all of it came behind what was held, and is still held."""
    _rows: dict[str, dict[str, New]] | None = None
    _amounts_to: dict[New, tuple[Cause, ...]] | None = None

    def amounts_to(self, new: New, causes: Callable[[New], Iterable[Cause]]) -> tuple[Cause, ...]:
        """The causes that a new fact amounts to: every row that reads it asks, they are looked for once."""
        known = self._amounts_to
        if known is None:
            known = self._amounts_to = {}
        found = known.get(new)
        if found is None:
            found = known[new] = tuple(causes(new))
        return found

    @property
    def rows(self) -> dict[str, dict[str, New]]:
        """The facts that are new, by row and id."""
        rows = self._rows
        if rows is None:
            rows = self._rows = {}
        if self.added:
            for one in self.added:
                _note(rows, *one)
            self.added.clear()
        return rows

    def places_in(self, row: Row) -> list[int]:
        """The places of what is new among the facts of a row: asked of every row that is stored, mostly before anybody
        asks why."""
        if not self.is_appended:
            return places_of(self._fresh(row.id), row.facts)
        held = len(row.facts)
        begin = self.begin.get(row.id, held)
        return [begin] if held - begin == 1 else [*range(begin, held)]

    def _fresh(self, row_id: str) -> Collection[str]:
        if self._rows is not None:
            return self.rows.get(row_id, ())
        return {fact_id for name, fact_id, _, _ in self.added if name == row_id}

    def add(self, row_id: str, fact_id: str, fact: Any, before: Any) -> None:
        """Note a fact that was folded into a row, wherever it stands there."""
        self.added.append((row_id, fact_id, fact, before))
        self.is_appended = False

    def of(self, row_ids: Iterable[str] | None = None) -> list[tuple[str, str, New]]:
        """Row, fact id and fact of what is new in these rows, in all of them for None; by row and id."""
        rows = self.rows
        wanted: Iterable[str] = rows if row_ids is None else rows.keys() & set(row_ids)
        return [(row_id, fact_id, new) for row_id in sorted(wanted) for fact_id, new in sorted(rows[row_id].items())]


def _note(rows: dict[str, dict[str, New]], row_id: str, fact_id: str, fact: Any, before: Any) -> None:
    because: tuple[Cause, ...] = fact.because if isinstance(fact, InternalRecord) else ()
    row = rows.get(row_id)
    if row is None:
        rows[row_id] = {fact_id: New(fact, before, because)}
        return
    earlier = row.get(fact_id)
    if earlier is not None:
        before, because = earlier.before, earlier.because + because
    row[fact_id] = New(fact, before, because)


def news_again(state: KeyedState, row_ids: Iterable[str]) -> News:
    """The news of rows whose batch may not have been published: what they took the place of is not known any more."""
    news = News()
    for row_id in sorted(row_ids):
        row = state.rows.get(row_id)
        for fact_id in row.fresh if row is not None else ():
            if row is not None and fact_id in row.facts:
                news.add(row_id, fact_id, row.facts[fact_id], UNKNOWN)
    return news
