"""What a batch brings, sorted by keyed state, and how each takes in its own: one keyed state after the other, so that
what is judged next is still at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from typing import Any, NamedTuple

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.conflicts import Entry, forget_event, settle
from cloudtag.engine.fold import add, fold
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import Processor
from cloudtag.engine.row_kind import Index
from cloudtag.engine.rows import Row
from cloudtag.engine.shut import DERIVED, refuses
from cloudtag.engine.task_result import TaskResult
from cloudtag.engine.task_row import TaskRow

_Held = tuple[Row | None, str, str]
"""The row that holds an event of the id already, if one does; the id of the row the fact belongs to, and its own."""


_Sorting = tuple[Callable[[Any], str], bool, bool]
"""Of facts of one type: what gives the key of the keyed state they are about; whether the watermark follows them; and
whether they count whatever their age: what another task says now, and master data."""
_Folding = tuple[str | None, Callable[[Any], str], Callable[[Any], str], bool, Index | None]
"""Of facts of one type: the id of the row they all belong to, if there is one, and what gives the id of each one's row
otherwise; what gives a fact's own id; whether they are internal records; and what takes them into the index of the
keyed state, if anything does."""


class SortedFacts(NamedTuple):
    """The facts of one batch, those that the processor derives from them behind the others, and their places by the
    key of the keyed state they are about, in the order in which the keys first came."""

    facts: list[Any]
    told: int
    """How many of them were given."""
    keys: dict[str, list[int]]


class FactIntake:
    """Takes facts into the rows of keyed states."""

    def __init__(self, processor: Processor) -> None:
        """What follows from the types of facts is worked out once for each."""
        self._processor, kinds = processor, processor.kinds
        internal = {fact for fact in kinds.places if issubclass(fact, InternalRecord)}
        self._sorting: dict[type[Any], _Sorting] = {
            fact: (
                processor.keys[fact],
                fact not in internal or processor.is_timed_by_internal,
                fact in internal or fact in kinds.master_data,
            )
            for fact in kinds.places
        }
        self._folding: dict[type[Any], _Folding] = {
            fact: (
                kinds.only_row.get(fact), place, processor.identities[fact], fact in internal, processor.indexes[fact]
            )
            for fact, place in kinds.places.items()
        }  # fmt: skip

    def sort(self, step: TaskResult, own: TaskRow, given: Iterable[Any]) -> SortedFacts:
        """The facts by keyed state, those that come too late left out; event time follows the newest."""
        facts, sorting = list(given), self._sorting
        told, watermark_ms, newest_ms = len(facts), own.watermark_ms, own.newest_ms
        horizon_ms = watermark_ms - self._processor.retention_ms
        facts += self._processor.derived(facts)
        keys: dict[str, list[int]] = defaultdict(list)
        for number, fact in enumerate(facts):
            key_of, moves_time, is_timeless = sorting[type(fact)]
            if moves_time:
                at_ms = fact.occurred_at
                if at_ms > newest_ms:
                    newest_ms = at_ms
                elif at_ms < watermark_ms:
                    if at_ms < horizon_ms and not is_timeless:
                        step.too_late.append(number)
                        continue
                    step.late += 1
            keys[key_of(fact)].append(number)
        own.newest_ms = newest_ms
        return SortedFacts(facts, told, keys)

    def take(
        self, step: TaskResult, state: KeyedState, batch: SortedFacts, numbers: list[int]
    ) -> tuple[Set[str], News]:
        """Take into a keyed state the facts in these places: the rows to judge, and what is new."""
        ids: set[str] = set()
        news, rows, folding = News(), state.rows, self._folding
        processor, told, facts = self._processor, batch.told, batch.facts
        added, begin, most_facts = news.added, news.begin, processor.most_facts
        for number in numbers:
            fact = facts[number]
            kind = type(fact)
            only_row, place, identity, is_internal, taken_by = folding[kind]
            if (state.is_closed or state.is_aside) and refuses(
                step, state, number if number < told else DERIVED, fact, processor, facts[:told]
            ):
                continue
            row_id, fact_id = only_row or place(fact), identity(fact)
            row = rows.get(row_id)
            is_held = row is not None and fact_id in row.facts
            if is_internal:
                rival = None
            else:
                # In the only row there is it was looked for already.
                is_only = len(rows) <= (row is not None)
                rival = row if is_held else None if is_only else state.row_with(fact_id, kind)
            if is_held or rival is not None:
                is_told = number < told
                self._take_again(step, (state, ids, news), (rival, row_id, fact_id), (number, fact), is_told)
                continue
            if row is None:
                row = rows[row_id] = Row(row_id)
            if row_id not in begin:
                begin[row_id] = len(row.facts)
            add(row, fact_id, fact)
            if state.places is not None and not is_internal:
                state.places.put(kind, fact_id, row_id)
            added.append((row_id, fact_id, fact, None))
            if len(row.facts) > most_facts:
                processor.bound(row)
                news.is_appended = False
            if taken_by is not None and (besides := taken_by(state, row, fact)):
                ids.update(besides)
        # Mostly a fact asks for no row but its own.
        return (ids | begin.keys() if ids else begin.keys()), news

    def _take_again(self, step: TaskResult, entry: Entry, held: _Held, given: tuple[int, Any], is_told: bool) -> None:
        """Take in what a fact of its id is held for already."""
        (state, ids, news), (rival, row_id, fact_id), fact, processor = entry, held, given[1], self._processor
        loser = None
        before = row.facts.get(fact_id) if (row := state.rows.get(row_id)) is not None else None
        if rival is not None:
            loser = rival.facts[fact_id]
            if not settle(step, entry, (rival, row_id), fact_id, given):
                return
            if state.places is not None:
                state.places.put(type(fact), fact_id, row_id)
        row = state.rows.get(row_id) or state.add_row(row_id)
        if not fold(row, fact_id, fact):
            step.duplicates += is_told
            return
        news.add(row_id, fact_id, fact, before)
        if len(row.facts) > processor.most_facts:
            processor.bound(row)
        ids.add(row_id)
        if rival is not None:
            ids |= forget_event(processor, state, rival, loser)
        if besides := processor.index(state, row, fact):
            ids.update(besides)
