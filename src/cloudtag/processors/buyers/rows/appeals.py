"""The buyer's appeals: they are kept, and what they change is judged with the consequences."""

from __future__ import annotations

from cloudtag.contract import disputes
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del state, row, policies, now_ms
    return EMPTY


APPEALS = RowKind(
    name="appeals",
    letter="a",
    judge=_judge,
    holds=(Holds(disputes.AppealChanged),),
    is_kept=True,
)
