"""The job that all peers do, told by its records and its window.

Dealings of buyers come in, each an order or a refund. An alert is opened when at least five of a buyer's dealings
within seven days are refunds, and at least six for each ten orders among them; a dealing that comes twice counts once.
What is held of a buyer is durable in a changelog, and alerts are acknowledged before the offsets of what they follow
from.

Nothing but the standard library is imported: peers with an environment of their own have no more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

PARTITIONS = 8
WINDOW_MS = 7 * 86_400_000
LEAST_REFUNDS = 5
ORDER, REFUND = 1, 2
"""Kinds, as the schema's enumeration numbers them; 0 is one that the reader does not know."""
HEAD = b"\xc3\x01peersjob"
"""What every record begins with: the mark of a single object, and eight bytes where its schema's fingerprint stands."""

DEALING: dict[str, Any] = {
    "type": "record",
    "name": "Dealing",
    "namespace": "peers",
    "fields": [
        {"name": "event_id", "type": "string"},
        {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "buyer_id", "type": "string"},
        {"name": "shop_id", "type": "string"},
        {
            "name": "kind",
            "type": {"type": "enum", "name": "Kind", "symbols": ["unknown", "order", "refund"], "default": "unknown"},
        },
        {"name": "amount", "type": "long"},
    ],
}
BEGUN = "BEGUN"
"""The line with which a peer says that it has begun."""


def numbered(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with the time as a number: what a generic reader need not make a date of."""
    fields = [{**f, "type": "long"} if f["name"] == "occurred_at" else f for f in schema["fields"]]
    return {**schema, "fields": fields}


NUMBERED = numbered(DEALING)
OPENED: dict[str, Any] = {
    "type": "record",
    "name": "Opened",
    "namespace": "peers",
    "fields": [
        {"name": "alert_id", "type": "string"},
        {"name": "buyer_id", "type": "string"},
        {"name": "occurred_at", "type": "long"},
        {"name": "refunds", "type": "long"},
        {"name": "orders", "type": "long"},
        {"name": "refunded", "type": "long"},
    ],
}
OpenedRow = tuple[str, str, int, int, int, int]
"""An alert as a row: the values of its fields in order."""
Held = dict[str, tuple[int, int, int]]
"""By event id: when, which kind, how much."""


class Window:
    """The dealings of one buyer in the last seven days of what came, in order of arrival."""

    __slots__ = ("held", "is_open", "orders", "refunded", "refunds")

    def __init__(self) -> None:
        self.held: Held = {}
        self.orders = self.refunds = self.refunded = 0
        self.is_open = False

    def add(self, event_id: str, at_ms: int, kind: int, amount: int) -> bool:
        """Take in a dealing; whether it opens an alert."""
        held = self.held
        if event_id in held:
            return False
        edge = at_ms - WINDOW_MS
        spent = []
        for old, (moment, old_kind, old_amount) in held.items():
            if moment > edge:
                break
            spent.append(old)
            self._count(old_kind, -old_amount, -1)
        for old in spent:
            del held[old]
        held[event_id] = at_ms, kind, amount
        self._count(kind, amount, 1)
        before, self.is_open = self.is_open, is_alarming(self.refunds, self.orders)
        return self.is_open and not before

    def _count(self, kind: int, amount: int, more: int) -> None:
        if kind == REFUND:
            self.refunds += more
            self.refunded += amount
        else:
            self.orders += more

    def opened(self, buyer_id: str, event_id: str, at_ms: int) -> OpenedRow:
        """The alert that a dealing opens."""
        return f"{buyer_id}:{event_id}", buyer_id, at_ms, self.refunds, self.orders, self.refunded

    def stored(self) -> tuple[bool, Held]:
        """What must be durable of it."""
        return self.is_open, self.held

    @classmethod
    def of(cls, stored: tuple[bool, Mapping[str, Any]]) -> Window:
        """What `stored` gave."""
        window = cls()
        window.is_open, held = stored
        for event_id, (at_ms, kind, amount) in held.items():
            window.held[event_id] = at_ms, kind, amount
            window._count(kind, amount, 1)
        return window


def is_alarming(refunds: int, orders: int) -> bool:
    """Whether so many refunds beside so many orders are an alert."""
    return refunds >= LEAST_REFUNDS and refunds * 10 >= orders * 6


def digest(alerts: Iterable[tuple[str | int, ...]]) -> str:
    """A hash of a set of alerts, which may be told more than once: their number, then 16 hexadecimal digits."""
    rows = sorted(set(alerts))
    hashed = blake2b(digest_size=8)
    for row in rows:
        hashed.update(repr(row).encode())
    return f"{len(rows)}:{hashed.hexdigest()}"


@dataclass(frozen=True)
class Task:
    """What a peer's process is told: by the environment, which programs in any language can read."""

    broker: str
    input: str
    output: str
    changelog: str
    group: str
    records: int
    directory: str
    batch: int = 16_000
    """The most records of one round, where a peer has rounds."""
    variant: str = ""
    """What else tells two peers of one program apart."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Task:
        """The task of this process. Raises KeyError where something is missing."""
        texts = {name: environment[f"PEER_{name.upper()}"] for name in cls.__dataclass_fields__}
        return cls(**{**texts, "records": int(texts["records"]), "batch": int(texts["batch"])})  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """What `read` reads."""
        return {f"PEER_{name.upper()}": str(getattr(self, name)) for name in self.__dataclass_fields__}


_said: list[str] = []


def say_begun() -> None:
    """The first records are here: the clock starts. Said once."""
    if not _said:
        _said.append(BEGUN)
        # Frameworks put loggers in the place of `sys.stdout`.
        os.write(1, f"\n{BEGUN}\n".encode())
