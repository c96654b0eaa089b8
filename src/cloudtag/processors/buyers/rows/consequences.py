"""What became of shops' reports, and what follows for the buyer, the buyer's orders and their claims."""

from __future__ import annotations

from cloudtag.contract.records import Alert, Consequence, ReportStatus, TagConfirmation, TagStatus
from cloudtag.detection.signals import MARKED_RETURN, ORDER_LIMIT, SHOP_COMPLAINT
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.published import is_alerted, judge_consequences
from cloudtag.processors.buyers.reading import orders

_BY_THEMSELVES = frozenset((SHOP_COMPLAINT, ORDER_LIMIT, MARKED_RETURN))
"""Signals from which something may follow without any alert."""


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del row
    own = state.row("buyer")
    others = list(own.facts.values()) if own else []
    return judge_consequences(state, state.row("tags"), state.row("appeals"), orders(state), others, policies, now_ms)


def _may_follow(state: KeyedState, name: str) -> bool:
    """Whether there is anything to draw a consequence from."""
    del name
    has_word = not _BY_THEMSELVES.isdisjoint(state.index.prefilter.seen)
    return has_word or state.row("tags") is not None or is_alerted(state)


def _is_needed(state: KeyedState, row: Row, horizon_ms: int) -> bool:
    """An appeal that is as young as what is held must find what it is about."""
    del row
    appeals = state.row("appeals")
    return appeals is not None and appeals.newest_ms >= horizon_ms


CONSEQUENCES = RowKind(
    name="consequences",
    letter="c",
    judge=_judge,
    tells=(Consequence, ReportStatus),
    # Refunds, reviews and claims come with orders, verdicts with the buyer.
    # The shops that called an alert abnormal, or tagged, say whose they are.
    reads=(
        Reads("order", when=_may_follow),
        Reads("buyer", when=_may_follow),
        Reads("appeals"),
        Reads("shops", when=_may_follow),
        Reads("tags"),
    ),
    follows=(Alert, TagStatus, TagConfirmation),
    stays_with=("order", "buyer", "tags"),
    is_needed=_is_needed,
)
