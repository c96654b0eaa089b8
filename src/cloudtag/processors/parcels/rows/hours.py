"""The hours in which a courier showed a scan anywhere, as all tasks say together (F10)."""

from __future__ import annotations

from operator import attrgetter

from cloudtag.contract.couriers import CourierBusy
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """They are kept for those who wait; nothing is concluded from them alone."""
    del state, row, policies, now_ms
    return EMPTY


HOURS = RowKind(
    name="hours",
    letter="h",
    judge=_judge,
    holds=(Holds(CourierBusy, identity=attrgetter("internal_id")),),
)
