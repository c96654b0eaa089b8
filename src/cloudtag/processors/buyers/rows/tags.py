"""Shops' tags about the buyer: thresholds, confirmations, and the alerts that bear them out."""

from __future__ import annotations

from cloudtag.contract.internal import make_id
from cloudtag.contract.records import Alert, TagConfirmation, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.tags import judge_tags
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import alerts_of
from cloudtag.processors.buyers.reading import orders_called


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    if not row.facts:
        return EMPTY

    def orders(order_id: str) -> list[OrderView]:
        return orders_called(state, order_id)

    judged = judge_tags(row.facts.values(), orders, policies, now_ms, alerts_of(state))
    judgement = Judgement(timer_ms=judged.timer_ms)
    put_at: dict[tuple[str, str], int] = {}
    for request, status in judged.statuses:
        # A submission's id means something only inside its shop.
        status_id = make_id(state.network, status.shop_id, status.tag_id)
        judgement.conclusions[status_id] = Conclusion(status_id, state.id, request.occurred_at, status)
        put_at[status.shop_id, status.tag_id] = request.occurred_at
    for confirmation in judged.confirmations:
        named = ((shop_id, tag_id) for shop_id in confirmation.shop_ids for tag_id in confirmation.tag_ids)
        # It grows with every tag that joins it, however long ago it began.
        newest_ms = max((put_at.get(tag, 0) for tag in named), default=0)
        told_id, since_ms = confirmation.confirmation_id, max(confirmation.confirmed_at, newest_ms)
        judgement.conclusions[told_id] = Conclusion(told_id, state.id, since_ms, confirmation, is_rolling=True)
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
    # They are about orders, and contacts come with those.
    reads=(Reads("order", when=_is_tagged),),
    follows=(Alert,),
    lasts=True,
    stays_with=("order",),
)
