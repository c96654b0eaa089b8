"""Which of the facts that just came refuted an alert: those without which it would still hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.internal import Cause
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import UNKNOWN, New
from cloudtag.processors.causes import causes_of

Suspect = tuple[str, str, New]
"""A row, the id of a fact in it, and the fact."""
StillHolds = Callable[[KeyedState, set[type[Any]]], bool]
"""Whether an alert holds in a keyed state, given the kinds of facts that were left out of it."""
MOST_SUSPECTS = 20
"""So many of the newest facts are tried: of more at once nobody could say which."""


def refuting(state: KeyedState, suspects: Sequence[Suspect], still_holds: StillHolds) -> tuple[tuple[Cause, ...], bool]:
    """The events that refuted an alert, and whether that is certain; if not, they are those that came with it.

    `still_holds` judges the alert's row anew in a keyed state without some of them: every suspect is left out in turn.
    Those that matter are the ones without which the alert would hold. Where several say the same, it is the first of
    them by event time.
    """
    tried = sorted(suspects, key=_moment)[-MOST_SUSPECTS:]
    alone = [suspect for suspect in tried if _holds_without(state, [suspect], still_holds)]
    if not alone:
        alone = _first_enough(state, tried, still_holds)
    return causes_of(new for _, _, new in alone or tried), bool(alone)


def _first_enough(state: KeyedState, tried: Sequence[Suspect], still_holds: StillHolds) -> list[Suspect]:
    """The first that, with those before it, was enough; none where leaving all of them out changes nothing."""
    if not tried or not _holds_without(state, tried, still_holds):
        return []
    return next(
        [tried[place]] for place in range(len(tried)) if not _holds_without(state, tried[place + 1 :], still_holds)
    )


def _holds_without(state: KeyedState, suspects: Sequence[Suspect], still_holds: StillHolds) -> bool:
    return still_holds(_without(state, suspects), {type(new.fact) for _, _, new in suspects})


def _without(state: KeyedState, suspects: Sequence[Suspect]) -> KeyedState:
    """The keyed state as it would be without those facts, with the index it has."""
    rows = dict(state.rows)
    for row_id in {row_id for row_id, _, _ in suspects} & rows.keys():
        rows[row_id] = replace(rows[row_id], facts=dict(rows[row_id].facts), view=None)
    for row_id, fact_id, new in suspects:
        if row_id in rows:
            _leave_out(rows[row_id].facts, fact_id, new)
    return replace(state, rows=rows, memo=None)


def _leave_out(facts: dict[str, object], fact_id: str, new: New) -> None:
    if new.before is None or new.before is UNKNOWN:
        facts.pop(fact_id, None)
    else:
        facts[fact_id] = new.before


def _moment(suspect: Suspect) -> tuple[int, str, str]:
    row_id, fact_id, new = suspect
    return new.fact.occurred_at, row_id, fact_id
