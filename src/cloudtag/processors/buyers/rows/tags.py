"""Shops' tags about the buyer: thresholds, confirmations, and the alerts that bear them out."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, TagConfirmation, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.tags import judge_tags
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import alerts_of
from cloudtag.processors.buyers.reading import view_of


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    if not row.facts:
        return EMPTY

    def contacts(order_id: str) -> Sequence[ev.BuyerContacted]:
        order = state.row("order", order_id)
        return view_of(order).contacts if order and order.facts else ()

    judged = judge_tags(row.facts.values(), contacts, policies, now_ms, alerts_of(state))
    judgement = Judgement(timer_ms=judged.timer_ms)
    for request, status in judged.statuses:
        judgement.conclusions[status.tag_id] = Conclusion(status.tag_id, state.key, request.occurred_at, status)
    for confirmation in judged.confirmations:
        judgement.conclusions[confirmation.confirmation_id] = Conclusion(
            confirmation.confirmation_id, state.key, confirmation.confirmed_at, confirmation
        )
    return judgement


def _is_tagged(state: KeyedState, name: str) -> bool:
    del name
    return state.row("tags") is not None


TAGS = RowKind(
    name="tags",
    letter="t",
    judge=_judge,
    holds=(Holds(TagRequested, identity=INTERNAL_ID),),
    tells=(TagStatus, TagConfirmation),
    # Contacts come with orders.
    reads=(Reads("order", when=_is_tagged),),
    follows=(Alert,),
    stays_with=("order",),
)
