"""What follows from alerts, tags and shops' complaints for the buyer, the buyer's orders and their claims."""

from __future__ import annotations

from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.detection.signals import SHOP_COMPLAINT
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import is_alerted, judge_consequences
from cloudtag.processors.buyers.reading import orders


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del row
    own = state.row("buyer")
    others = list(own.facts.values()) if own else []
    return judge_consequences(state, state.row("tags"), orders(state), others, policies, now_ms)


def _may_follow(state: KeyedState, name: str) -> bool:
    """Whether there is anything to draw a consequence from."""
    del name
    return state.row("tags") is not None or SHOP_COMPLAINT in state.index.prefilter.seen or is_alerted(state)


CONSEQUENCES = RowKind(
    name="consequences",
    letter="c",
    judge=_judge,
    tells=(Consequence,),
    # Refunds, reviews and claims come with orders, verdicts with the buyer.
    reads=(Reads("order", when=_may_follow), Reads("buyer", when=_may_follow)),
    follows=(Alert, TagStatus, TagConfirmation),
    stays_with=("order", "buyer", "tags"),
)
