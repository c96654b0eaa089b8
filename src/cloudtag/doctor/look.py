"""What the checks need to know of the installation besides its topics."""

from collections.abc import Callable
from dataclasses import dataclass

from cloudtag.doctor.reading import Decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known without looking at any record."""

    decoder: Decoder
    letter_decoder: Decoder
    """For dead letters, which hold the whole of a record that may have been too large."""
    partition_of: Callable[[str, int], int]
    """Where a key belongs among so many partitions."""
    platforms: frozenset[str]
    """Those with a policy pack."""
    future_ms: int
    """How far after broker time an event may lie before it is a dead letter."""
    topic_prefix: str = ""
    has_registry: bool = False
    """Whether a schema registry is configured."""
