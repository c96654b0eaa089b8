"""Verdicts and appeals that find nothing they could be about: after a day each is a dead letter (F19)."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.internal import make_id
from cloudtag.contract.records import Alert, Consequence, DeadLetter
from cloudtag.contract.streams import STREAM_OF
from cloudtag.decisions.unheard import unheard
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row, earliest
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.reading import HELD_MS

_ALERTS, _CONSEQUENCES = STREAM_OF[Alert], STREAM_OF[Consequence]


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """What an alert was about is held for as long as a verdict on it is: older ones are not asked after any more."""
    del row, policies
    appealed = state.row("appeals")
    said = [verdict for verdicts in state.index.verdicts.values() for verdict in verdicts]
    objections: list[AppealChanged] = list(appealed.facts.values()) if appealed else []
    if not said and not objections:
        return EMPTY
    horizon_ms = now_ms - HELD_MS
    found = unheard(
        [verdict for verdict in said if verdict.occurred_at >= horizon_ms],
        [appeal for appeal in objections if appeal.occurred_at >= horizon_ms],
        _published(state, _ALERTS),
        _published(state, _CONSEQUENCES),
        now_ms,
    )
    judgement = Judgement(timer_ms=earliest(found.timers))
    for letter in found.letters:
        letter_id = make_id(letter.topic, str(letter.offset))
        judgement.conclusions[letter_id] = Conclusion(letter_id, letter.topic, letter.seen_at, letter)
    return judgement


def _published(state: KeyedState, stream: str) -> dict[str, Any]:
    """By id, whatever was ever published on a stream about the buyer and is still held."""
    return {
        told.id: told.body for row in state.rows.values() for told in row.published.values() if told.stream == stream
    }


def _is_spoken(state: KeyedState, name: str) -> bool:
    del name
    return bool(state.index.verdicts)


UNHEARD = RowKind(
    name="unheard",
    letter="u",
    judge=_judge,
    tells=(DeadLetter,),
    reads=(Reads("buyer", when=_is_spoken), Reads("appeals")),
    follows=(Alert, Consequence),
    stays_with=("buyer", "appeals"),
)
