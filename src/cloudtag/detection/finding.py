"""What a detector returns: findings, and when to ask it again."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cloudtag.contract.records import Reference, Severity
from cloudtag.contract.streams import STREAM_OF


class Finding(Struct, frozen=True, kw_only=True):
    """A pattern that holds. `anchor` tells findings of one detector in one case apart; empty if there is only one.

    `facts` maps a name to a value and, where there is one, its threshold (`value/threshold`). `explanation` and
    `explanation_zh` are one sentence each with the values in it.
    """

    anchor: str
    severity: Severity
    platform: str
    shop_id: str | None
    order_ids: tuple[str, ...]
    refund_ids: tuple[str, ...] = ()
    waybill_nos: tuple[str, ...] = ()
    linked_buyer_ids: tuple[str, ...] = ()
    decided_at: int
    evidence: tuple[Reference, ...]
    facts: dict[str, str]
    explanation: str
    explanation_zh: str


class Wake(Struct, frozen=True):
    """Ask again at that event time: time alone may have changed the answer."""

    at_ms: int


def cite(*events: Any) -> tuple[Reference, ...]:
    """References to input events, oldest first, each once."""
    found = {(e.occurred_at, STREAM_OF[type(e)], e.event_id) for e in events}
    return tuple(Reference(stream, event_id, at_ms) for at_ms, stream, event_id in sorted(found))


def unique(values: Any) -> tuple[str, ...]:
    """Sorted, each once."""
    return tuple(sorted(set(values)))
