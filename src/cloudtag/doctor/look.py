"""What the checks need to know of the installation besides its topics."""

from collections.abc import Callable
from dataclasses import dataclass

from cloudtag.doctor.reading import Decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`decoder` reads the inputs, `letter_decoder` dead letters, which may be large. `partition_of`: where a key belongs among so many partitions. `platforms`: those with a policy pack.

    `future_ms`: how far after broker time an event may lie before it is a dead letter. `topic_prefix`: before every
    topic's name. `has_registry`: whether a schema registry is configured.
    """

    decoder: Decoder
    letter_decoder: Decoder
    partition_of: Callable[[str, int], int]
    platforms: frozenset[str]
    future_ms: int
    topic_prefix: str = ""
    has_registry: bool = False
