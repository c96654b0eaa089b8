"""Where the sink reads and writes, and how patient it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.blocks import TABLES
from streams.sink.batch_boundaries import BatchBoundaries


@dataclass(frozen=True, slots=True)
class SinkConfig:
    """Where the sink reads and writes. Times are seconds unless the name says otherwise."""

    bootstrap: str | list[str]
    connect: Callable[[], Client]
    secret: bytes = field(repr=False)
    database: str = "cloudtag"
    group: str = "cloudtag-sink"
    prefix: str = ""
    partitions: int = 8
    """Of each topic, about: so much less is fetched of each at a time."""
    streams: tuple[str, ...] = tuple(TABLES)
    rule: BatchBoundaries = field(default_factory=BatchBoundaries)
    retry_first_seconds: float = 0.5
    retry_longest_seconds: float = 30.0
    session_timeout_ms: int = 30_000
    poll_ms: int = 200
    unpacked_batch_bytes: int = 32 << 20
    """The most that a compressed batch of records may unpack to."""
    buffer_bytes: int = 256 << 20
    """What records may take that are read and not stored."""
    connections: int = 1
    """To the warehouse, at most: with two the next block is made while the warehouse works on the one before. An engine
    in this process takes one."""
    cache_bytes: int = 64 << 20
    """What remembered keyed hashes may take."""
    kafka: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More for aiokafka's clients, such as `security_protocol` and `sasl_plain_username`."""
