"""The second job's two streams, as cloudtag reads and writes them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from benchmarks.peers.job import Task
from benchmarks.peers.own_registry import enter
from cloudtag.contract.types import Millis, Minor, Token

TASK = Task.read()


class MoveFact(Struct, frozen=True, array_like=True, gc=False, tag_field="_", tag="m"):
    """A shipment, a delivery or a refund that is asked for."""

    event_id: Token
    occurred_at: Millis
    order_id: Token
    kind: Literal["unknown", "shipped", "delivered", "refund"]
    amount: Minor


class Undelivered(Struct, frozen=True, gc=False):
    """An alert about an order."""

    alert_id: str
    order_id: str
    shipped_at: int
    occurred_at: int
    amount: int
    revision: int = 0
    status: str = "open"


enter(TASK.output, Undelivered, "order_id")
