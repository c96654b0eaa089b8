"""What a batch brings, sorted by keyed state, and how each takes in its own: one keyed state after the other, so that
what is judged next is still at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, NamedTuple

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.conflicts import Entry, forget_event, settle
from cloudtag.engine.event_places import EventPlaces
from cloudtag.engine.fold import add, fold
from cloudtag.engine.keyed_state import FEW_ROWS, KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import Processor
from cloudtag.engine.row_kind import Index
from cloudtag.engine.row_kinds import Named
from cloudtag.engine.rows import Row, with_kind
from cloudtag.engine.shut import DERIVED, refuses
from cloudtag.engine.task_result import TaskResult
from cloudtag.engine.task_row import TaskRow
from cloudtag.native.choice import is_native

_Held = tuple[Row | None, str, str]
"""The row that holds an event of the id already, if one does; the id of the row the fact belongs to, and its own."""


_Sorting = tuple[Callable[[Any], str], bool, bool]
"""Of facts of one type: what gives the key of the keyed state they are about; whether the watermark follows them; and
whether they count whatever their age: what another task says now, and master data."""
_Folding = tuple[str | None, Callable[[Any], str], Callable[[Any], str], bool, Index | None, Named | None]
"""Of facts of one type: the id of the row they all belong to, if there is one, and what gives the id of each one's row
otherwise; what gives a fact's own id; whether they are internal records; what takes them into the index of the keyed
state, if anything does; and of what the id of each one's row is made, where that is said of the type alone."""
_TakeNew = Callable[[KeyedState, list[Any], list[int], int, set[str], News], int]
_Sort = Callable[
    [Mapping[type[Any], _Sorting], list[Any], tuple[int, int, int], dict[str, list[int]], list[int]], tuple[int, int]
]


class SortedFacts(NamedTuple):
    """The facts of one batch, those that the processor derives from them behind the others, and their places by the
    key of the keyed state they are about, in the order in which the keys first came."""

    facts: list[Any]
    told: int
    """How many of them were given."""
    keys: dict[str, list[int]]


class _PureIntake:
    """Takes in facts of which nothing is held yet."""

    def __init__(self, folding: Mapping[type[Any], _Folding], processor: Processor) -> None:
        self._folding, self._most_facts, self._bound = folding, processor.most_facts, processor.bound

    def take(
        self,
        state: KeyedState,
        facts: list[Any],
        numbers: list[int],
        start: int,
        ids: set[str],
        news: News,
        asked: int = -1,
    ) -> int:
        """Take in one fact after the other, from the place at `start` on, up to one of which something is held already,
        or that the keyed state may refuse; where that ends. `asked`: the place of one that it does not refuse."""
        rows, folding, added, begin, most_facts = state.rows, self._folding, news.added, news.begin, self._most_facts
        for place in range(start, len(numbers)):
            fact = facts[numbers[place]]
            kind = type(fact)
            only_row, place_of, identity, is_internal, taken_by, _ = folding[kind]
            if (state.is_closed or state.is_aside) and place != asked:
                return place
            row_id, fact_id = only_row or place_of(fact), identity(fact)
            row = rows.get(row_id)
            if row is not None and fact_id in row.facts:
                return place
            # In the only row there is it was looked for already.
            is_only = is_internal or len(rows) <= (row is not None)
            if not is_only and state.row_with(fact_id, kind) is not None:
                return place
            if row is None:
                row = rows[row_id] = Row(row_id)
            if row_id not in begin:
                begin[row_id] = len(row.facts)
            add(row, fact_id, fact)
            if state.places is not None and not is_internal:
                state.places.put(kind, fact_id, row_id)
            added.append((row_id, fact_id, fact, None))
            if len(row.facts) > most_facts:
                self._bound(row)
                news.is_appended = False
            if taken_by is not None and (besides := taken_by(state, row, fact)):
                ids.update(besides)
        return len(numbers)


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
                *(kinds.only_row.get(fact), place, processor.identities[fact]),
                *(fact in internal, processor.indexes[fact], kinds.named.get(fact)),
            )
            for fact, place in kinds.places.items()
        }
        self._purely = _PureIntake(self._folding, processor)
        self._take_new: _TakeNew = self._purely.take
        self._sort: _Sort = sort_purely
        if is_native():
            self._take_new, self._sort = self._natively(processor.most_facts)

    def _natively(self, most_facts: int) -> tuple[_TakeNew, _Sort]:
        from cloudtag.native._compiled import PlainIntake, sort_facts

        types = KeyedState, Row, News, EventPlaces
        try:
            return PlainIntake(self._folding, most_facts, FEW_ROWS, types, with_kind).take, sort_facts
        except TypeError:
            # Another release of msgspec might have the fields of its structs elsewhere.
            return self._take_new, sort_facts

    def sort(self, step: TaskResult, own: TaskRow, given: Iterable[Any]) -> SortedFacts:
        """The facts by keyed state, those that come too late left out; event time follows the newest."""
        facts, sorting = list(given), self._sorting
        told, watermark_ms, newest_ms = len(facts), own.watermark_ms, own.newest_ms
        horizon_ms = watermark_ms - self._processor.retention_ms
        facts += self._processor.derived(facts)
        keys: dict[str, list[int]] = {}
        own.newest_ms, late = self._sort(sorting, facts, (watermark_ms, horizon_ms, newest_ms), keys, step.too_late)
        step.late += late
        return SortedFacts(facts, told, keys)

    def take(
        self, step: TaskResult, state: KeyedState, batch: SortedFacts, numbers: list[int]
    ) -> tuple[Set[str], News]:
        """Take into a keyed state the facts in these places: the rows to judge, and what is new."""
        ids, news, facts, count = set[str](), News(), batch.facts, len(numbers)
        begin, place = news.begin, 0
        while (place := self._take_new(state, facts, numbers, place, ids, news)) < count:
            self._take_any(step, (state, ids, news), batch, numbers[place])
            place += 1
        # Mostly a fact asks for no row but its own.
        return (ids | begin.keys() if ids else begin.keys()), news

    def _take_any(self, step: TaskResult, entry: Entry, batch: SortedFacts, number: int) -> None:
        """Take in a fact of which anything may be known, unless the keyed state refuses it."""
        (state, ids, news), fact, told = entry, batch.facts[number], batch.told
        if (state.is_closed or state.is_aside) and refuses(
            step, state, number if number < told else DERIVED, fact, self._processor, batch.facts[:told]
        ):
            return
        only_row, place_of, identity, is_internal, _, _ = self._folding[type(fact)]
        row_id, fact_id = only_row or place_of(fact), identity(fact)
        row = state.rows.get(row_id)
        is_held = row is not None and fact_id in row.facts
        rival = None if is_internal else row if is_held else state.row_with(fact_id, type(fact))
        if is_held or rival is not None:
            self._take_again(step, entry, (rival, row_id, fact_id), (number, fact), number < told)
        else:
            self._purely.take(state, batch.facts, [number], 0, ids, news, asked=0)

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


def sort_purely(
    sorting: Mapping[type[Any], _Sorting],
    facts: list[Any],
    times: tuple[int, int, int],
    keys: dict[str, list[int]],
    too_late: list[int],
) -> tuple[int, int]:
    """Put the places of facts by their keys into `keys`, of those that come too late into `too_late`; the time of the
    newest, and how many come late. `times`: of the watermark, of what is too old, of the newest so far."""
    watermark_ms, horizon_ms, newest_ms = times
    late = 0
    for number, fact in enumerate(facts):
        key_of, moves_time, is_timeless = sorting[type(fact)]
        if moves_time:
            at_ms = fact.occurred_at
            if at_ms > newest_ms:
                newest_ms = at_ms
            elif at_ms < watermark_ms:
                if at_ms < horizon_ms and not is_timeless:
                    too_late.append(number)
                    continue
                late += 1
        key = key_of(fact)
        if (numbers := keys.get(key)) is None:
            keys[key] = [number]
        else:
            numbers.append(number)
    return newest_ms, late
