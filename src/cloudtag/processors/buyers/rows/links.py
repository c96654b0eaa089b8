"""Links to other buyers; what `links` is told of the buyer's attributes, and of goods that came back elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from cloudtag.contract.events import InsuranceChanged, RefundChanged, ReviewPosted
from cloudtag.contract.links import AttributeUsed, LinkPassed, LinkReported, SkuOwned
from cloudtag.contract.records import Alert
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.uses import owned_skus, passed_links, plain_uses

_DEALT = frozenset((RefundChanged, ReviewPosted, InsuranceChanged))
"""What makes an order one of its buyer's dealings."""


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del now_ms
    judgement = Judgement({use.id: use for use in plain_uses(state)})
    told: list[SkuOwned | LinkPassed] = [*owned_skus(state)] if state.index.claims else []
    if len(row.facts) > 1:
        told += passed_links(state, policies)
    for each in told:
        judgement.conclusions[each.internal_id] = Conclusion(each.internal_id, each.buyer_id, each.occurred_at, each)
    return judgement


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """When the last shop is gone from the links, the questions about shops are taken back."""
    del row
    return (state.row_id("shops"),) if state.index.add_report(fact) else ()


def _is_told_of(state: KeyedState, order_id: str) -> bool:
    """Whether goods are sought that an order may hold, or it is among the dealings that linked buyers are told of."""
    index: BuyerIndex = state.index
    if index.has_claims or index.is_insurance_paid:
        return True
    if not index.has_dealings:
        return False
    row = state.row("order", order_id)
    return row is None or not row.kinds.isdisjoint(_DEALT)


def _is_denied(state: KeyedState, number: str) -> bool:
    """Whether linked buyers are told of a refund by whether its parcel came."""
    del number
    index: BuyerIndex = state.index
    return index.has_denied


LINKS = RowKind(
    name="links",
    letter="l",
    judge=_judge,
    holds=(Holds(LinkReported, identity=attrgetter("attribute")),),
    tells=(AttributeUsed, SkuOwned, LinkPassed),
    reads=(Reads("order", when=_is_told_of), Reads("parcel", when=_is_denied)),
    # Those who share an attribute learn that there are alerts; all else rests on facts.
    follows=(Alert,),
    is_early=True,
    index=_index,
    stays_with=("order",),
)
