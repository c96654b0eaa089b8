"""What every runner of a worker shares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from cloudtag.config import Config
from streams.metrics import Metrics
from streams.pauses import Spawn
from streams.platforms import Platforms
from streams.tables.changelog import HasClient
from streams.transport.ledger import Batch


class CodecProtocol(Protocol):
    """Bytes to structs and back (see ``cloudtag.wire.Codec``)."""

    def encode(self, stream: str, record: Struct) -> bytes: ...

    def decode(self, stream: str, data: bytes | None) -> Struct: ...


@dataclass(slots=True)
class Tools:
    """What every runner of a worker shares."""

    config: Config
    codec: CodecProtocol
    producer: HasClient
    metrics: Metrics
    platforms: Platforms
    finish: Callable[[Batch], None]
    """Acknowledges a batch that was parked."""
    resume: Callable[[], None] = lambda: None
    """Called when a partition that was paused goes on."""
    spawn: Spawn = asyncio.ensure_future
    """Runs what no agent waits for; a failure of it ends the worker."""
