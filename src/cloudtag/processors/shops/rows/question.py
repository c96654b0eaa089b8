"""One buyer's questions: the keyed state that asked is told where the shop's returns go and what it sells."""

from __future__ import annotations

from operator import attrgetter

from cloudtag.contract.shops import ShopAsked, ShopReported
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import judged
from cloudtag.processors.shops.reports import answer


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del policies, now_ms
    return judged(answer(state.row("description"), row)) if row.facts else EMPTY


QUESTION = RowKind(
    name="question",
    letter="q",
    judge=_judge,
    holds=(Holds(ShopAsked, name=attrgetter("buyer_id"), identity=INTERNAL_ID),),
    tells=(ShopReported,),
    reads=(Reads("description"),),
)
