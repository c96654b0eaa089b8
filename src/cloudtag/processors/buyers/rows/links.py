"""Links to other buyers; what `links` is told of the buyer's attributes, and of goods that came back elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from cloudtag.contract.links import AttributeUsed, LinkReported, SkuOwned
from cloudtag.contract.records import Alert
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.reading import orders
from cloudtag.processors.buyers.uses import owned_skus, plain_uses


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del row, policies, now_ms
    judgement = Judgement({use.id: use for use in plain_uses(state)})
    if state.index.has_claims:
        for answer in owned_skus(state, orders(state)):
            answer_id = answer.internal_id
            judgement.conclusions[answer_id] = Conclusion(answer_id, answer.buyer_id, answer.occurred_at, answer)
    return judgement


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """When the last shop is gone from the links, the questions about shops are taken back."""
    del row
    return (state.row_id("shops"),) if state.index.add_report(fact) else ()


def _has_claims(state: KeyedState, name: str) -> bool:
    """Whether goods are sought that one of the orders may hold."""
    del name
    index: BuyerIndex = state.index
    return index.has_claims


LINKS = RowKind(
    name="links",
    letter="l",
    judge=_judge,
    holds=(Holds(LinkReported, identity=attrgetter("attribute")),),
    tells=(AttributeUsed, SkuOwned),
    reads=(Reads("order", when=_has_claims),),
    # Those who share an attribute learn that there are alerts; all else rests on facts.
    follows=(Alert,),
    is_early=True,
    index=_index,
    stays_with=("order",),
)
