"""Batches instead of single events, under a broker scheme of its own.

Importing this package registers the scheme; `batch+kafka://host:port` then selects the transport.
"""

from dataclasses import dataclass, field

from faust.transport.drivers import TRANSPORTS

SCHEME = "batch+kafka"
TRANSPORTS.aliases[SCHEME] = "streams.transport.driver:Transport"


@dataclass(frozen=True, slots=True)
class Batching:
    """How an app wants its batches; the transport reads it from ``app.batching``."""

    group_of: dict[str, str] = field(default_factory=dict)
    """The group (one agent, one set of lanes) each topic belongs to."""
    batch_records: int = 2000
    drain_seconds: float = 45.0
    """How long a revoke or a stop waits for batches in hand."""
