"""What go-betweens tell: who else is linked to somebody who is linked to the buyer."""

from __future__ import annotations

from cloudtag.contract.links import LinkPassed
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """Nothing by itself: the risk of the whole buyer reads it."""
    del state, row, policies, now_ms
    return EMPTY


PASSES = RowKind(
    name="passes",
    letter="g",
    judge=_judge,
    holds=(Holds(LinkPassed, identity=INTERNAL_ID),),
    stays_with=("order",),
)
