"""The second job, told by its records and its window: money asked back for what nobody has delivered.

Moves of orders come in, each a shipment, a delivery or a refund that is asked for; they come out of order, none later
than `BOUND_MS` after a newer one of its partition. Moves of an order have one order: by moment, then by id. For each
shipment the first delivery or refund after it decides: a refund less than `WINDOW_MS` after the shipment is an alert, a
delivery is none, and neither is a refund that comes too late. A move that comes twice counts once.

A peer may wait until nothing earlier can come, or tell an alert at once and take it back: what stands in the end is
compared. What is held of an order is durable, and alerts are acknowledged before the offsets of what they follow from.
The last record of each partition is of no order; it says only that time has passed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any

WINDOW_MS = 7 * 86_400_000
BOUND_MS = 3_600_000
"""A record is later than this only when it has come before."""
TIME, SHIPPED, DELIVERED, REFUND = 0, 1, 2, 3
"""Kinds, as the schema's enumeration numbers them."""
WITHDRAWN = "withdrawn"
MOVE: dict[str, Any] = {
    "type": "record",
    "name": "Move",
    "namespace": "peers",
    "fields": [
        {"name": "event_id", "type": "string"},
        {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "order_id", "type": "string"},
        {
            "name": "kind",
            "type": {
                "type": "enum",
                "name": "Move_Kind",
                "symbols": ["unknown", "shipped", "delivered", "refund"],
                "default": "unknown",
            },
        },
        {"name": "amount", "type": "long"},
    ],
}
UNDELIVERED: dict[str, Any] = {
    "type": "record",
    "name": "Undelivered",
    "namespace": "peers",
    "fields": [
        {"name": "alert_id", "type": "string"},
        {"name": "order_id", "type": "string"},
        {"name": "shipped_at", "type": "long"},
        {"name": "occurred_at", "type": "long"},
        {"name": "amount", "type": "long"},
        {"name": "revision", "type": "long"},
        {"name": "status", "type": "string"},
    ],
}
Move = tuple[int, str, str, int, int]
"""Moment, event id, order, kind, amount: so they are in order."""
AlertRow = tuple[str, str, int, int, int, int, str]
"""An alert as a row: the values of its fields in order."""


class Order:
    """The shipments of one order that nothing has followed yet, given its moves in order."""

    __slots__ = ("shipped",)

    def __init__(self) -> None:
        self.shipped: dict[str, int] = {}

    def take(self, move: Move) -> list[AlertRow]:
        """Take in the next move; the alerts that it opens."""
        at_ms, event_id, order_id, kind, amount = move
        if kind == SHIPPED:
            self.shipped[event_id] = at_ms
            return []
        followed, self.shipped = self.shipped, {}
        if kind != REFUND:
            return []
        return [
            (f"{shipped_id}:{event_id}", order_id, shipped_ms, at_ms, amount, 0, "open")
            for shipped_id, shipped_ms in followed.items()
            if at_ms - shipped_ms < WINDOW_MS
        ]

    def let_go(self, until_ms: int) -> None:
        """Forget shipments whose window has ended, now that it is so late."""
        spent = [shipped_id for shipped_id, at_ms in self.shipped.items() if until_ms - at_ms >= WINDOW_MS]
        for shipped_id in spent:
            del self.shipped[shipped_id]


def read_in_order(moves: Iterable[Move]) -> list[AlertRow]:
    """The alerts of all moves, one after the other: what the job's words say, with nothing clever."""
    orders: dict[str, Order] = {}
    return [alert for move in sorted(moves) for alert in orders.setdefault(move[2], Order()).take(move)]


class Reordering:
    """Moves of one partition, handed on in order as soon as none that is earlier can come."""

    def __init__(self) -> None:
        self._waiting: list[Move] = []
        self.reached_ms = -1
        """Nothing before this is waited for."""

    def add(self, move: Move) -> bool:
        """Take in a move as it comes; False: it is too late, so it has come before."""
        self.reached_ms = max(self.reached_ms, move[0] - BOUND_MS)
        if move[0] < self.reached_ms:
            return False
        heappush(self._waiting, move)
        return True

    def ready(self) -> Iterable[Move]:
        """Those that no other can come before any more, in order; each once."""
        while self._waiting and self._waiting[0][0] < self.reached_ms:
            yield heappop(self._waiting)


class Partition:
    """What a loop by hand holds of a partition: moves that wait, orders, and when each may be forgotten."""

    def __init__(self) -> None:
        self._moves = Reordering()
        self._orders: dict[str, Order] = {}
        self._waiting: dict[str, list[Move]] = {}
        self._ends: deque[tuple[int, str]] = deque()
        self.dirty: set[str] = set()
        """Orders that changed since somebody has asked last."""

    def add(self, move: Move) -> list[AlertRow]:
        """Take in a move as it comes; the alerts that are certain now."""
        if not self._moves.add(move):
            return []
        self._waiting.setdefault(move[2], []).append(move)
        self.dirty.add(move[2])
        return [alert for ready in self._moves.ready() for alert in self._take(ready)]

    def _take(self, move: Move) -> list[AlertRow]:
        at_ms, _, order_id, kind, _ = move
        self._let_go(at_ms)
        waiting = self._waiting[order_id]
        waiting.remove(move)
        if not waiting:
            del self._waiting[order_id]
        order = self._orders.get(order_id) or Order()
        alerts = order.take(move)
        if kind == SHIPPED:
            self._ends.append((at_ms + WINDOW_MS, order_id))
        self._keep(order_id, order)
        return alerts

    def _let_go(self, until_ms: int) -> None:
        while self._ends and self._ends[0][0] <= until_ms:
            _, order_id = self._ends.popleft()
            if order := self._orders.get(order_id):
                order.let_go(until_ms)
                self._keep(order_id, order)

    def _keep(self, order_id: str, order: Order) -> None:
        self.dirty.add(order_id)
        if order.shipped:
            self._orders[order_id] = order
        else:
            self._orders.pop(order_id, None)

    def stored(self, order_id: str) -> tuple[dict[str, int], list[Move]] | None:
        """What must be durable of an order; None: nothing is left of it."""
        order, waiting = self._orders.get(order_id), self._waiting.get(order_id)
        return (order.shipped if order else {}, waiting or []) if order or waiting else None


def standing(alerts: Iterable[AlertRow]) -> list[AlertRow]:
    """The alerts that stand in the end, whatever way there was to them: the last word about each, without revisions."""
    last: dict[str, AlertRow] = {}
    for alert in alerts:
        if alert[0] not in last or alert[5] >= last[alert[0]][5]:
            last[alert[0]] = alert
    return [(*alert[:5], 0, "open") for alert in last.values() if alert[6] != WITHDRAWN]
