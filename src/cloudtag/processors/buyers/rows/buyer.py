"""What belongs to no order, and what the detectors of the whole buyer find."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.records import Alert, Label
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.order_view import complaints_with_evidence
from cloudtag.detection.orders import Orders
from cloudtag.detection.signals import INVALID_ADDRESS, UNDONE
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import abnormal_among
from cloudtag.processors.buyers.reading import HELD_MS, links, orders, report, shop
from cloudtag.processors.buyers.run_detectors import askable, may_run, run_detectors
from cloudtag.processors.buyers.uses import pictures

_MOMENT = attrgetter("occurred_at", "event_id")


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    judgement = Judgement()
    known: Orders = orders(state)
    held = [order.newest for order in known if order.newest is not None]
    if len(held) < len(known):
        known = Orders(order for order in known if order.newest is not None)
    # A complaint may be about no order; a verdict or a shop's limit is nothing the buyer did.
    others = [fact for fact in row.facts.values() if type(fact) is ev.ComplaintChanged]
    held += others
    newest = max(held, key=_MOMENT, default=None)
    if newest is None:
        return judgement
    for shown in pictures(state, complaints_with_evidence(others)) if others else ():
        use_id = shown.internal_id
        judgement.conclusions[use_id] = Conclusion(use_id, shown.attribute, shown.occurred_at, shown)
    case = BuyerCase(
        buyer_id=state.id,
        orders=known,
        others=sorted(others, key=_MOMENT),
        links=links(state),
        shop=lambda shop_id: shop(state, shop_id),
        now_ms=now_ms,
        horizon_ms=now_ms - HELD_MS,
        parcel=lambda number: report(state, number),
        in_force=lambda platform, at_ms: policies.at(platform, at_ms).detectors,
    )
    policy = policies.at(newest.platform, newest.occurred_at)
    asked = askable("buyer", state.index.kinds, policy, state.index.prefilter.seen)
    run_detectors(asked, case, policy, state, judgement, abnormal=lambda: abnormal_among(state))
    return judgement


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """A verdict asks the row whose alert it answers, what is said of a complaint the orders that it may be about."""
    state.index.add_kinds(row)
    if type(fact) is ev.ComplaintChanged:
        return [state.row_id("order", name) for name in state.index.add_loose(fact)]
    if type(fact) is not ev.AlertAnswered:
        return ()
    state.index.add_verdict(fact)
    return [other.id for other in state.rows.values() if fact.alert_id in other.published]


def _may_find(state: KeyedState, name: str) -> bool:
    """Most buyers never give a detector anything to look for."""
    del name
    return may_run("buyer", state.index.prefilter.seen)


def _asks_parcels(state: KeyedState, name: str) -> bool:
    """A parcel that arrives shows that an address exists; one that went home, that the buyer kept nothing, and one that
    got lost, that nothing came."""
    del name
    seen = state.index.prefilter.seen
    return INVALID_ADDRESS in seen or UNDONE in seen or state.index.has_denied


BUYER = RowKind(
    name="buyer",
    letter="b",
    judge=_judge,
    holds=(Holds(ev.ComplaintChanged), Holds(ev.AlertAnswered), Holds(disputes.OrderLimitChanged)),
    tells=(AttributeUsed, Alert, Label),
    reads=(
        Reads("order", when=_may_find),
        Reads("links", when=_may_find),
        Reads("shops", when=_may_find),
        Reads("parcel", when=_asks_parcels),
    ),
    index=_index,
    lasts=True,
    stays_with=("order",),
)
