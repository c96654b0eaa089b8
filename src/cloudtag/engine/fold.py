"""Fold one fact into a row: a set, so that a repeat changes nothing and order does not matter."""

from typing import Any

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.rows import Row, with_kind


def add(row: Row, fact_id: str, fact: Any) -> None:
    """Add a fact of whose id the row holds none."""
    if row.view is not None and not row.view.add(fact):
        row.view = None
    # What `Row.hold` does with a fact whose place is free, without a call for each of very many.
    row.facts[fact_id] = fact
    if fact.occurred_at > row.newest_ms:
        row.newest_ms = fact.occurred_at
    kind: Any = type(fact)
    if kind not in row.kinds:
        row.kinds = with_kind(row.kinds, kind)


def fold(row: Row, fact_id: str, fact: Any) -> bool:
    """Add a fact to its row; whether that changed the set.

    An internal record replaces its lower revisions. Of two different events under one id the given one is known to
    stand (`conflicts`).
    """
    held = row.facts.get(fact_id)
    if held is not None and not _is_newer(held, fact):
        return False
    if row.view is not None and (held is not None or not row.view.add(fact)):
        row.view = None
    row.hold(fact_id, fact.occurred_at, fact)
    return True


def _is_newer(held: Any, fact: Any) -> bool:
    if isinstance(fact, InternalRecord):
        return isinstance(held, InternalRecord) and fact.revision > held.revision
    return bool(held != fact)
