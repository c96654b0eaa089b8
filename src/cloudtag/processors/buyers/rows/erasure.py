"""That the buyer is to be forgotten: the request empties the keyed state and is all that stays of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudtag.contract import events as ev
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyer_index import BuyerIndex


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del state, row, policies, now_ms
    return EMPTY


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """Empty the keyed state. What was published about its rows is taken back: they are all asked once more."""
    del fact
    state.is_closed = True
    state.index, state.memo = BuyerIndex(state.network), None
    for other in state.rows.values():
        if other is not row:
            other.facts, other.view = {}, None
    return tuple(state.rows)


ERASURE = RowKind(
    name="erasure",
    letter="e",
    judge=_judge,
    holds=(Holds(ev.ErasureRequested),),
    index=_index,
    is_kept=True,
    closes=True,
)
