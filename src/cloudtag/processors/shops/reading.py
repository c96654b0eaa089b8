"""What the rows of a shop's keyed state read of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cloudtag.contract.events import AbuseFound, AccountChanged, ShopDescribed, TagSubmitted
from cloudtag.decisions.permissions import taken_back
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import NEVER


def accounts(state: KeyedState) -> Iterator[AccountChanged]:
    """What was said of the shop's accounts."""
    row = state.row("permission")
    return (fact for fact in row.facts.values() if type(fact) is AccountChanged) if row else iter(())


def abuses(state: KeyedState) -> Iterator[AbuseFound]:
    """What the shop was found to have misused, and what was withdrawn of that."""
    row = state.row("permission")
    return (fact for fact in row.facts.values() if type(fact) is AbuseFound) if row else iter(())


def descriptions(state: KeyedState) -> Iterator[ShopDescribed]:
    """Everything the shop said of itself."""
    row = state.row("description")
    return iter(row.facts.values()) if row else iter(())


def withdrawn(state: KeyedState) -> dict[str, str]:
    """By the event id of a submission that was taken back, the event that did so; worked out once until that changes.

    A shop has many submissions, and each of them asks.
    """
    memo = memo_of(state)
    if "withdrawn" not in memo:
        memo["withdrawn"] = taken_back(_withdrawals(state))
    found: dict[str, str] = memo["withdrawn"]
    return found


def memo_of(state: KeyedState) -> dict[str, Any]:
    """What was worked out of a shop's rows, by what it is, until one of them changes."""
    if state.memo is None:
        state.memo = {}
    memo: dict[str, Any] = state.memo
    return memo


def _withdrawals(state: KeyedState) -> Iterator[TagSubmitted]:
    rows = state.rows_of("submission")
    return (fact for row in rows for fact in row.facts.values() if fact.withdraws is not None)


def judged(concluded: Iterable[Conclusion], timer_ms: int = NEVER) -> Judgement:
    """A judgement of these conclusions."""
    return Judgement({conclusion.id: conclusion for conclusion in concluded}, timer_ms)
