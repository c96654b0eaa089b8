"""The first job's two streams, as cloudtag reads and writes them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from benchmarks.peers.job import Task
from benchmarks.peers.own_registry import enter
from cloudtag.contract.types import Millis, Minor, Token

TASK = Task.read()


class Dealing(Struct, frozen=True, array_like=True, gc=False, tag_field="_", tag="d"):
    """An order or a refund of a buyer."""

    event_id: Token
    occurred_at: Millis
    buyer_id: Token
    shop_id: Token
    kind: Literal["unknown", "order", "refund"]
    amount: Minor


class Opened(Struct, frozen=True, gc=False):
    """An alert about a buyer."""

    alert_id: str
    buyer_id: str
    occurred_at: int
    refunds: int
    orders: int
    refunded: int
    revision: int = 0
    status: str = "open"


enter(TASK.output, Opened, "buyer_id")
