"""The second job by cloudtag's engine: an order's moves are a set, judged anew whenever one comes, however late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from benchmarks.peers.own_pattern_streams import MoveFact, Undelivered
from benchmarks.peers.own_processor import JobProcessor
from benchmarks.peers.pattern import WINDOW_MS
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row

DAY_MS = 86_400_000
HELD_MS = 19 * DAY_MS
"""The window, the eleven days that a thin batch at the end of the records may span, and one more."""


def conclusions(order_id: str, moves: Iterable[MoveFact]) -> dict[str, Conclusion]:
    """What an order's moves amount to, in whatever order they are given."""
    followed: dict[str, int] = {}
    found: dict[str, Conclusion] = {}
    for move in sorted(moves, key=lambda move: (move.occurred_at, move.event_id)):
        if move.kind == "shipped":
            followed[move.event_id] = move.occurred_at
            continue
        if move.kind == "refund":
            for shipped_id, shipped_ms in followed.items():
                if move.occurred_at - shipped_ms < WINDOW_MS:
                    alert_id = f"{shipped_id}:{move.event_id}"
                    alert = Undelivered(alert_id, order_id, shipped_ms, move.occurred_at, move.amount)
                    found[alert_id] = Conclusion(alert_id, order_id, shipped_ms, alert)
        followed = {}
    return found


def _judge(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    del policies, now_ms
    # Most orders have been shipped and delivered, and nothing else is known of them.
    if len(row.facts) < 2:
        return EMPTY
    found = conclusions(state.id, row.facts.values())
    return Judgement(found) if found else EMPTY


class PatternProcessor(JobProcessor):
    """An order's moves in one row."""

    kinds = RowKinds((RowKind(name="order", letter="o", judge=_judge, holds=(Holds(MoveFact),), tells=(Undelivered,)),))
    id_of: Callable[[Any], str] = attrgetter("order_id")
    retention_ms = HELD_MS
