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
from cloudtag.processors.buyers.uses import Showing, owned_skus, passed_links, showing

_DEALT = frozenset((RefundChanged, ReviewPosted, InsuranceChanged))
"""What makes an order one of its buyer's dealings."""


class _Shown:
    """The judgement to which what a buyer shows amounts: mostly the same as before, and then the very same."""

    __slots__ = ("judgement", "showing")

    def __init__(self, showing: Showing) -> None:
        self.showing = showing
        self.judgement = Judgement({use.id: use for use in showing.uses()})

    def add(self, fact: Any) -> bool:
        """It rests on nothing that the row holds."""
        del fact
        return True


def _shown(row: Row, showing: Showing) -> Judgement:
    held = row.view
    if not isinstance(held, _Shown) or held.showing != showing:
        held = row.view = _Shown(showing)
    return held.judgement


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del now_ms
    shown = _shown(row, showing(state))
    told: list[SkuOwned | LinkPassed] = [*owned_skus(state)] if state.index.claims else []
    if len(row.facts) > 1:
        told += passed_links(state, policies)
    if not told:
        return shown
    judgement = Judgement(dict(shown.conclusions))
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
