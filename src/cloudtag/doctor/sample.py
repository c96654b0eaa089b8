"""What was read of an installation's topics: the material of every finding, and nothing that needs a broker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SampledRecord:
    """A record as it lies on the broker; `broker_ms` is its timestamp."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    broker_ms: int


@dataclass(frozen=True, slots=True)
class SampledBatch:
    """What the head of a record batch says, and whether its records could be read here."""

    codec: str
    format_version: int
    is_broker_time: bool
    """Whether the timestamps are the broker's (LogAppendTime) and not the producer's."""
    records: int
    fault: str | None = None
    """Why its records could not be read, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSample:
    """A topic that exists, and its latest records."""

    name: str
    partitions: int
    replication: int
    held: int = 0
    """Offsets between the first and the last record on the broker now."""
    written: int = 0
    """Offsets given out since the topic was made; with `held` 0, records came once and were deleted by age."""
    settings: Mapping[str, str] | None = None
    """What the broker says of its settings; a broker may leave out what was never set, or refuse to say (none)."""
    batches: Sequence[SampledBatch] = ()
    records: Sequence[SampledRecord] = ()
    faults: Sequence[str] = ()
    """Why some partitions could not be read."""


class WantedTopic(Protocol):
    """A topic as it should be."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def replication(self) -> int: ...
    @property
    def config(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """All that is looked at: the topics there should be, and by name those that are there."""

    wanted: Sequence[WantedTopic]
    found: Mapping[str, TopicSample] = field(default_factory=dict)
