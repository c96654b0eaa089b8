"""The job's two streams, entered among cloudtag's own before anything of the engine looks at them.

Only in a process that does nothing else: the engine makes its readers of what streams there are when it is imported.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from benchmarks.peers.job import Task
from cloudtag.contract import streams
from cloudtag.contract.types import Millis, Minor, Token

PROCESSOR = "peers"
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


_STREAM = streams.OutputStream(TASK.output, Opened, "buyer_id", id="alert_id", taken_back="withdrawn")
for by_name in (streams.REVISED, streams.PUBLISHED):
    by_name[_STREAM.name] = _STREAM
by_struct: dict[type[Struct], Any]
for by_struct in (streams.REVISED_OF, streams.PUBLISHED_OF):
    by_struct[Opened] = _STREAM
streams.STREAM_OF[Opened] = _STREAM.name
