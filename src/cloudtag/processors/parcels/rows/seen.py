"""The hours of one day in which this task saw scans of a courier: each is published once, however many scans it had."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from cloudtag.contract.couriers import CourierBusy, CourierSeen
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies

_HOURS_A_DAY = 24


def _day(seen: CourierSeen) -> str:
    return str(seen.hour // _HOURS_A_DAY)


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del state, policies, now_ms
    facts: Any = row.facts
    last: Judgement | None = row.judged
    told = EMPTY.conclusions if last is None else last.conclusions
    # The id of a note is that of the statement it leads to. What was concluded of an hour before is concluded again.
    return Judgement({seen_id: told.get(seen_id) or _busy(seen_id, seen) for seen_id, seen in facts.items()})


def _busy(seen_id: str, seen: CourierSeen) -> Conclusion:
    busy = CourierBusy(0, True, seen.courier, seen.hour, seen.occurred_at)
    return Conclusion(seen_id, seen.courier, busy.occurred_at, busy)


SEEN = RowKind(
    name="seen",
    letter="s",
    judge=_judge,
    holds=(Holds(CourierSeen, name=_day, identity=attrgetter("internal_id")),),
    tells=(CourierBusy,),
)
