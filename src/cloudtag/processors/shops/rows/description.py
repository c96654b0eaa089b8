"""What a shop says of itself: its attributes are shown to `links`."""

from __future__ import annotations

from cloudtag.contract.events import ShopDescribed
from cloudtag.contract.links import AttributeUsed
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import judged
from cloudtag.processors.shops.reports import show


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del policies, now_ms
    return judged(show(row, state.network)) if row.facts else EMPTY


DESCRIPTION = RowKind(
    name="description",
    letter="d",
    judge=_judge,
    holds=(Holds(ShopDescribed),),
    tells=(AttributeUsed,),
    is_kept=True,
)
