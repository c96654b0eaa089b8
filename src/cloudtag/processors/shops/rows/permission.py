"""Accounts, exams and findings of abuse: which accounts may tag."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.contract.events import AbuseFound, AccountChanged
from cloudtag.contract.records import Consequence
from cloudtag.decisions.permissions import judge_permissions, standing_abuses
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import abuses, accounts, judged


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del now_ms
    return judged(_permissions(state, policies)) if row.facts else EMPTY


def _permissions(state: KeyedState, policies: Policies) -> Iterator[Conclusion]:
    submissions = (fact for row in state.rows_of("submission") for fact in row.facts.values())
    told = judge_permissions(accounts(state), standing_abuses(abuses(state)), submissions, policies)
    for record, since_ms in told:
        # An account is what was last said of it, however long ago something else was said.
        yield Conclusion(record.consequence_id, record.subject_id, since_ms, record, is_rolling=True)


def _has_abuses(state: KeyedState, name: str) -> bool:
    """A submission may name an account that is not known yet, which matters once the shop has lost its permission."""
    del name
    return any(True for _ in abuses(state))


PERMISSION = RowKind(
    name="permission",
    letter="p",
    judge=_judge,
    holds=(Holds(AccountChanged), Holds(AbuseFound)),
    tells=(Consequence,),
    reads=(Reads("submission", when=_has_abuses),),
    is_kept=True,
)
