"""One case of a violation: its notice and its penalty, numbered among all cases of the shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from cloudtag.contract.events import ViolationChanged
from cloudtag.contract.records import Consequence
from cloudtag.contract.types import LATEST_MS
from cloudtag.decisions.penalties import PenaltiesJudged, judge_penalties
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import NEVER, Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import judged, memo_of

_ByCase = dict[str, list[Conclusion]]
"""What is said of each case, by its id."""


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    if not row.facts:
        return EMPTY
    told, timers = _penalties(state, policies, now_ms)
    return judged(told.get(row.name, ()), timers.get(row.name, NEVER))


def _penalties(state: KeyedState, policies: Policies, now_ms: int) -> tuple[_ByCase, Mapping[str, int]]:
    """What is said of all cases and when to ask again, worked out once for all their rows at one moment."""
    memo = memo_of(state)
    if memo.get("judged_at") != now_ms:
        facts = (fact for row in state.rows_of("violation") for fact in row.facts.values())
        penalties = judge_penalties(facts, policies, now_ms)
        memo["judged_at"], memo["penalties"] = now_ms, (_by_case(penalties), penalties.timers)
    found: tuple[_ByCase, Mapping[str, int]] = memo["penalties"]
    return found


def _by_case(penalties: PenaltiesJudged) -> _ByCase:
    found: _ByCase = {}
    for told in penalties.told:
        record = told.record
        # However long ago a case was found, what is said of it now counts.
        said = Conclusion(record.consequence_id, record.subject_id, LATEST_MS, record)
        found.setdefault(told.case.case_id, []).append(said)
    return found


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """What is new about a case asks for all of them anew."""
    del row, fact
    state.memo = None
    return ()


VIOLATION = RowKind(
    name="violation",
    letter="v",
    judge=_judge,
    holds=(Holds(ViolationChanged, name=attrgetter("case_id")),),
    tells=(Consequence,),
    reads=(Reads("violation"),),
    index=_index,
    is_kept=True,
)
