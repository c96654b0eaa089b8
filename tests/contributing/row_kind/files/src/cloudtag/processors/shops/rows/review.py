"""A shop against which many cases stand: the platform looks at all of them together."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Consequence
from cloudtag.contract.types import LATEST_MS
from cloudtag.decisions.violations import Violation, violations
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import judged

_CASES = 5


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """From so many cases on that no appeal has undone."""
    del row, now_ms
    facts: list[Any] = [fact for other in state.rows_of("violation") for fact in other.facts.values()]
    cases = [case for case in violations(facts, policies) if case.outcome != "appeal_upheld"]
    if len(cases) < _CASES:
        return EMPTY
    record = _record(sorted(cases, key=lambda case: (case.found_at, case.case_id)))
    # However long ago the cases were found, an appeal may still undo one.
    return judged([Conclusion(record.consequence_id, record.subject_id, LATEST_MS, record)])


def _record(cases: list[Violation]) -> Consequence:
    reached = cases[_CASES - 1]
    return Consequence(
        consequence_id=digest_id("shop_review", reached.shop_id),
        revision=0,
        status="active",
        kind="shop_review",
        subject_kind="shop",
        subject_id=reached.shop_id,
        platform=reached.platform,
        because=tuple(case.case_id for case in cases),
        details={"cases": str(len(cases))},
        starts_at=reached.found_at,
        policy_version=reached.policy.version,
    )


REVIEW = RowKind(
    name="review",
    letter="r",
    judge=_judge,
    tells=(Consequence,),
    reads=(Reads("violation"),),
    stays_with=("violation",),
)
