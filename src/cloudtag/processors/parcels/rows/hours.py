"""The hours in which a courier showed a scan anywhere, as all tasks say together (F10)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from cloudtag.contract.couriers import CourierBusy
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.parcels.bounds import KNOWN_HOURS, MAX_HOURS


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """They are kept for those who wait; nothing is concluded from them alone."""
    del state, row, policies, now_ms
    return EMPTY


def let_go_hours(row: Row) -> None:
    """Of an overfull row: the hours so long before the newest that nobody who waits is told of them, and, where a
    courier was busy in very many, the oldest of the others. A courier that is seldom seen would else be known for
    decades."""
    facts: Any = row.facts
    newest = max((fact.hour for fact in facts.values() if fact.is_held), default=0)
    held = len(facts)
    for fact_id in [fact_id for fact_id, fact in facts.items() if fact.hour < newest - KNOWN_HOURS]:
        del facts[fact_id]
    while len(facts) > MAX_HOURS:
        del facts[min(facts, key=lambda fact_id: (facts[fact_id].hour, fact_id))]
    if len(facts) < held:
        # What is made of the hours knows those that are gone.
        row.view = None


HOURS = RowKind(
    name="hours",
    letter="h",
    judge=_judge,
    holds=(Holds(CourierBusy, identity=attrgetter("internal_id")),),
)
