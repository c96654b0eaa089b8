"""Verdicts and appeals that never find what they are about (F19): a dead letter each, once a day has passed.

A pure function of what was said, of what was published and of the moment. A dead letter is published once and for good:
what turns up after it takes effect all the same, and the dead letter stays. Whether it had turned up is asked when the
day is over: what is delivered ahead of its time, within the lateness, is known by then, and nobody need be told.
A dead letter of these names no place of a record, for the record was taken; a negative number made of the event sets it
apart, so that one that is sent twice is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Struct

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.events import AlertAnswered, Event
from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.decisions.verdicts import may_answer

UnheardReason = Literal["unknown_alert", "not_your_alert", "unknown_consequence"]
"""Why what was said of something counts for nothing: it is not there, or is not about the shop that says it."""
WAIT_MS = 86_400_000
"""How long what is spoken of may still turn up (event time)."""
NOWHERE = -1
"""The partition of a dead letter about a record that was taken: it lies at no place any more."""


@dataclass(slots=True)
class Unheard:
    """The dead letters, and the event times at which time alone brings another one."""

    letters: list[DeadLetter] = field(default_factory=list)
    timers: list[int] = field(default_factory=list)

    def add(self, event: Event, reason: UnheardReason, error: str, now_ms: int) -> None:
        """One more, now or when its day is over."""
        told_at = event.occurred_at + WAIT_MS
        if now_ms < told_at:
            self.timers.append(told_at)
        else:
            self.letters.append(_letter(event, reason, error, told_at))


def unheard(
    verdicts: Iterable[AlertAnswered],
    appeals: Iterable[AppealChanged],
    alerts: Mapping[str, Alert],
    consequence_ids: Iterable[str],
    now_ms: int,
) -> Unheard:
    """What was said of nothing that is known, or by a shop it is not about.

    `alerts`: whatever was published of the buyer, by id, withdrawn ones too; `consequence_ids` likewise.
    """
    found, known = Unheard(), frozenset(consequence_ids)
    for verdict in verdicts:
        alert = alerts.get(verdict.alert_id)
        if alert is None:
            found.add(verdict, "unknown_alert", f"there is no alert {verdict.alert_id} about this buyer", now_ms)
        elif not may_answer(alert, verdict.shop_id):
            error = f"alert {verdict.alert_id} is not about shop {verdict.shop_id}"
            found.add(verdict, "not_your_alert", error, now_ms)
    for appeal in appeals:
        if appeal.consequence_id not in known:
            error = f"there is no consequence {appeal.consequence_id} for this buyer"
            found.add(appeal, "unknown_consequence", error, now_ms)
    return found


def _letter(event: Event, reason: UnheardReason, error: str, told_at: int) -> DeadLetter:
    stream, body = STREAM_OF[type(event)], _replay_form(event)
    digest = blake2b(body, digest_size=8).digest()
    return DeadLetter(
        topic=stream,
        partition=NOWHERE,
        offset=-1 - (int.from_bytes(digest) >> 1),
        key=INPUTS[stream].key_of(event).encode(),
        value=body,
        reason=reason,
        error=error,
        seen_at=told_at,
    )


def _replay_form(event: Struct) -> bytes:
    """The event as a line of the replay form; of its fields none holds another struct."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return msgspec.json.encode({"stream": STREAM_OF[type(event)], **fields}, order="sorted")
