"""What a detector returns: findings, and when to ask it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cloudtag.contract.journeys import ScanSeen
from cloudtag.contract.records import Reference, Severity
from cloudtag.contract.streams import STREAM_OF

MOST_EVIDENCE = 50
"""Events cited by an alert about the whole buyer, and orders it names: more prove nothing more."""


class Finding(Struct, frozen=True, kw_only=True):
    """A pattern that holds. `anchor` distinguishes findings of one detector in one case; empty if there is only one.

    `facts` maps a name to a value and, where there is one, its threshold (`value/threshold`). `explanation` and
    `explanation_zh` are one sentence each with the values in it. `since_at` is the earliest event time the answer
    looked at, where that is before its evidence. `rises` are the severities it reached after `decided_at`, each with
    the event time since which it was that severe. `recommendation` is what this case calls for, where that differs from
    the rule's; None advises nothing. `scenario` is that of the alert beside which it stands, where the rule takes it.
    `own_shops` says of orders that the case need not show at which shops they are the buyer's: see `own_shops`.
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
    since_at: int | None = None
    rises: dict[Severity, int] = {}
    recommendation: str | UnsetType | None = UNSET
    scenario: str | None = None
    own_shops: dict[str, tuple[str, ...]] = {}


class Timer(Struct, frozen=True):
    """Ask again at that event time: time alone may have changed the answer."""

    at_ms: int


def cite(*events: Any) -> tuple[Reference, ...]:
    """References to input events, oldest first, each once."""
    found = {(e.occurred_at, STREAM_OF[type(e)], e.event_id) for e in events}
    return tuple(Reference(stream, event_id, at_ms) for at_ms, stream, event_id in sorted(found))


def cite_seen(references: Iterable[Reference], *scans: ScanSeen | None) -> tuple[Reference, ...]:
    """References, and those to scans of a courier's report, oldest first."""
    seen = (Reference("logistics", scan.event_id, scan.occurred_at) for scan in scans if scan is not None)
    return oldest_first((*references, *seen))


def oldest_first(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """References in order of event time, each once."""
    return tuple(sorted(set(references), key=lambda r: (r.occurred_at, r.stream, r.event_id)))


def bounded(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """The oldest `MOST_EVIDENCE` of references."""
    return references[:MOST_EVIDENCE]


def own_shops(buyer_id: str, dealings: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, ...]]:
    """By the number of each order, the shops at which it is the buyer's: none where only others have an order of that
    number. `dealings` are a buyer, a shop and an order's number each."""
    found: dict[str, set[str]] = {}
    for whose, shop_id, order_id in dealings:
        shops = found.setdefault(order_id, set())
        if whose == buyer_id:
            shops.add(shop_id)
    return {order_id: tuple(sorted(shops)) for order_id, shops in sorted(found.items())}


def only(values: Iterable[str | None]) -> str | None:
    """The value, if all are the same."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def unique(values: Any) -> tuple[str, ...]:
    """Sorted, each once."""
    return tuple(sorted(set(values)))
