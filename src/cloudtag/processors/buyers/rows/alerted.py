"""What weighs by the alerts that stand beside it: judged after all that rests on facts alone, read by all that follows.

Its detectors see the whole buyer and those alerts, and never each other's.
"""

from __future__ import annotations

from operator import attrgetter

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Label
from cloudtag.detection.buyer_case import AlertedCase
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import PLAIN, abnormal_among, alerts_of
from cloudtag.processors.buyers.reading import HELD_MS, links, orders, shop
from cloudtag.processors.buyers.run_detectors import askable, may_run, run_detectors

_MOMENT = attrgetter("occurred_at", "event_id")


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del row
    judgement, signals = Judgement(), state.index.prefilter.seen
    if not may_run("alerted", signals):
        return judgement
    known = [order for order in orders(state) if order.newest is not None]
    own = state.row("buyer")
    others = [fact for fact in own.facts.values() if type(fact) is ev.ComplaintChanged] if own else []
    newest = max([*(order.newest for order in known), *others], key=_MOMENT, default=None)
    if newest is None:
        return judgement
    case = AlertedCase(
        buyer_id=state.id,
        orders=known,
        others=sorted(others, key=_MOMENT),
        links=links(state),
        shop=lambda shop_id: shop(state, shop_id),
        now_ms=now_ms,
        horizon_ms=now_ms - HELD_MS,
        alerts=alerts_of(state, PLAIN),
    )
    policy = policies.at(newest.platform, newest.occurred_at)
    asked = askable("alerted", state.index.kinds, policy, signals)
    run_detectors(asked, case, policy, state, judgement, abnormal=lambda: abnormal_among(state))
    return judgement


def _may_find(state: KeyedState, name: str) -> bool:
    """Most buyers never give a detector anything to look for."""
    del name
    signals = state.index.prefilter.seen
    return bool(signals) and may_run("alerted", signals)


ALERTED = RowKind(
    name="alerted",
    letter="x",
    judge=_judge,
    tells=(Alert, Label),
    reads=(Reads("order", when=_may_find), Reads("buyer", when=_may_find), Reads("links", when=_may_find)),
    follows=(Alert,),
    stays_with=("order", "buyer"),
)
