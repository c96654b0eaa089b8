"""What every runner of a worker shares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from cloudtag.config import Config
from streams.kafka.packing import PLAIN, Packing
from streams.kafka.producer import ProducerHandle
from streams.transport.in_flight import Batch
from streams.worker.pauses import Spawn
from streams.worker.platforms import Platforms
from streams.worker.worker_metrics import WorkerMetrics


class CodecProtocol(Protocol):
    """Bytes to structs and back (see ``cloudtag.wire.Codec``)."""

    def encode(self, stream: str, record: Struct) -> bytes: ...

    def decode(self, stream: str, data: bytes | None) -> Struct: ...


@dataclass(slots=True)
class Tools:
    """What every runner of a worker shares."""

    config: Config
    codec: CodecProtocol
    producer: ProducerHandle
    metrics: WorkerMetrics
    platforms: Platforms
    finish: Callable[[Batch], None]
    """Acknowledges a batch that was parked."""
    resume: Callable[[], None] = lambda: None
    """Called when a partition that was paused goes on."""
    spawn: Spawn = asyncio.ensure_future
    """Runs what no agent waits for; a failure of it ends the worker."""
    packing: Packing = PLAIN
    """How internal records travel."""
