"""How an app wants its batches; the transport reads it from ``app.batching``."""

from collections.abc import Callable
from dataclasses import dataclass, field

from faust.types import TP

from streams.transport.decoded import DecodeRecord
from streams.transport.partition_buffers import TaskId


@dataclass(frozen=True, slots=True)
class Batching:
    """What belongs together, how much at a time, and how long to wait for it at the end."""

    group_of: dict[str, str] = field(default_factory=dict)
    """The group (one agent, one set of tasks) each topic belongs to."""
    read_of: dict[str, DecodeRecord] = field(default_factory=dict)
    """How each group reads its records."""
    batch_records: int = 2000
    buffer_bytes: int = 256 << 20
    """What records may take that are fetched and not judged: half of it while they wait, half while they are judged."""
    skew_ms: int = 6 * 3_600_000
    """How far in event time a task may run ahead of another one that has records."""
    drain_seconds: float = 45.0
    """How long a revoke or a stop waits for batches in hand."""
    is_paused: Callable[[TaskId], bool] = lambda _: False
    """Whether a task takes no batches for now; the others do not wait for it."""
    report: Callable[[TP, bool], None] = lambda *_: None
    """Called when records of a partition cannot be fetched or read, and when they can again."""
