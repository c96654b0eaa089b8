"""The rows of a buyer's keyed state that rest on what is published about the rows below: who asks for them, and
when."""

from __future__ import annotations

from collections.abc import Sequence, Set

from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import Layer
from cloudtag.engine.task_result import Output
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.judging import BUYER_ROW, CONSEQUENCES_ROW, LINKS_ROW, RISK_ROW, TAGS_ROW

_FOLLOWED = frozenset(("alerts", "tag-statuses", "tag-confirmations"))


def _never(state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
    """Only where a crash may have kept an answer from being published."""
    del state, row_ids, outputs
    return False


def _has_new_alerts(state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
    """Those who share an attribute learn that there are alerts. The first layer above the alerts: always called."""
    del row_ids
    has_new = bool(outputs) and any(output.stream == "alerts" for output in outputs)
    if has_new:
        state.index.is_alerted = True
    return has_new


def _is_risk_asked(state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
    """Risk follows from all alerts, and rings from links between those who have some."""
    return _has_new_alerts(state, row_ids, outputs) or (LINKS_ROW in row_ids and is_alerted(state))


def _are_tags_asked(state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
    """Tags read contacts, which come with orders, and the alerts that bear them out."""
    if TAGS_ROW not in state.rows:
        return False
    return any(row_id[0] == "o" for row_id in row_ids) or _has_new_alerts(state, row_ids, outputs)


def _are_consequences_asked(state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
    """They follow from alerts, tags and shops' complaints, and read refunds, reviews, claims and verdicts besides."""
    if outputs and any(output.stream in _FOLLOWED for output in outputs):
        return True
    if not (TAGS_ROW in state.rows or "shop_complaint" in state.index.signals or is_alerted(state)):
        return False
    return any(row_id[0] in "ob" for row_id in row_ids)


def is_followed(state: KeyedState, outputs: Sequence[Output]) -> bool:
    """Whether any layer could be asked: of most buyers nothing is published that the layers read."""
    if TAGS_ROW in state.rows or "shop_complaint" in state.index.signals or is_alerted(state):
        return True
    return bool(outputs) and any(output.stream in _FOLLOWED for output in outputs)


def is_alerted(state: KeyedState) -> bool:
    """Whether any alert was ever published about the buyer. Looked up once after a keyed state was read, then kept up
    to date."""
    index: BuyerIndex = state.index
    if index.is_alerted is None:
        told = (published for row in state.rows.values() for published in row.published.values())
        index.is_alerted = any(published.stream == "alerts" for published in told)
    return index.is_alerted


LAYERS = (
    Layer(BUYER_ROW, _never),
    Layer(LINKS_ROW, _has_new_alerts),
    Layer(RISK_ROW, _is_risk_asked),
    Layer(TAGS_ROW, _are_tags_asked),
    Layer(CONSEQUENCES_ROW, _are_consequences_asked),
)
"""In order: each reads only those before it."""
