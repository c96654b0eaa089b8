"""The hours of one day in which this task saw scans of a courier: each is published once, however many scans it had."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from cloudtag.contract.couriers import CourierBusy, CourierSeen
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies

_HOURS_A_DAY = 24


def _day(seen: CourierSeen) -> str:
    return str(seen.hour // _HOURS_A_DAY)


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del policies, now_ms
    judgement = Judgement()
    facts: Any = row.facts.values()
    for seen in facts:
        busy = CourierBusy(0, True, state.id, seen.hour, seen.occurred_at)
        judgement.conclusions[busy.internal_id] = Conclusion(busy.internal_id, state.id, busy.occurred_at, busy)
    return judgement


SEEN = RowKind(
    name="seen",
    letter="s",
    judge=_judge,
    holds=(Holds(CourierSeen, name=_day, identity=attrgetter("internal_id")),),
    tells=(CourierBusy,),
)
