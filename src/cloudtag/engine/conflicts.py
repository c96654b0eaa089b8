"""Two different events of one stream under one id: a fault upstream, decided alike in every order of arrival (F3)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from cloudtag.contract.replay_form import sorted_form
from cloudtag.engine.keyed_state import KeyedState, index_anew
from cloudtag.engine.news import News
from cloudtag.engine.processor import Processor
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import TaskResult

Entry = tuple[KeyedState, set[str], News]
"""What a batch brings to a keyed state: the state, the rows to judge, and what is new in it."""
_MOST_LOSERS = 100
"""So many events that lost are remembered of a row: of one upstream that sends more of them, some are told twice."""


def settle(
    step: TaskResult,
    entry: Entry,
    rows: tuple[Row, str],
    fact_id: str,
    given: tuple[int, Any],
) -> bool:
    """Whether an event whose id is held already is to be folded: it is another event than the one held, and stands.

    The one stands whose replay form sorts first; then the other is taken out. Whichever loses is told of once, and
    remembered with the row of the one that stands. `rows`: the row that holds the id, and the id of the row the event
    belongs to; `given`: the event with its place among the facts.
    """
    (state, ids, news), (holder, row_id), (number, fact) = entry, rows, given
    held = holder.facts[fact_id]
    if held == fact:
        step.duplicates += 1
        return False
    stood, came = sorted_form(held), sorted_form(fact)
    is_replaced = came < stood
    digest = blake2b(max(stood, came), digest_size=8).hexdigest()
    is_news = not any(digest in row.losers for row in state.rows.values())
    ids.add(holder.id)
    if is_news:
        holder.losers = (*holder.losers, digest)[-_MOST_LOSERS:]
    if not is_replaced:
        if is_news:
            step.conflicting.append(number)
        else:
            step.duplicates += 1
        return False
    if is_news:
        step.replaced.append((number, held))
    _take_out(state, holder, fact_id)
    if holder.id != row_id:
        news.add(holder.id, fact_id, fact, held)
        row = state.rows.get(row_id) or state.add_row(row_id)
        row.losers, holder.losers = (*row.losers, *holder.losers)[-_MOST_LOSERS:], ()
    return True


def forget_event(processor: Processor, state: KeyedState, row: Row, before: Any) -> set[str]:
    """Of two events under one id the one held before does not count any more: the rows it asked for."""
    kinds, changed = processor.kinds, {row.id}
    ids = {*kinds.touched(state, changed)}
    ids |= {layer for layer in kinds.layers if kinds.is_asked(layer, state, changed, ())}
    # What it asks for where the index does not know it yet is what rests on it alone.
    index_anew(processor, state)
    ids |= {*processor.index(state, row, before)}
    state.memo = None
    return ids | index_anew(processor, state)


def _take_out(state: KeyedState, holder: Row, fact_id: str) -> None:
    del holder.facts[fact_id]
    holder.view = None
    state.memo = None
