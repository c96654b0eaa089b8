"""Which partition a key belongs to: Kafka's default, so that every client in any language agrees; and what is said of a
record that lies in another one."""

from functools import lru_cache
from typing import Literal

from msgspec import Struct

from streams.kafka.murmur2 import murmur2

REMEMBERED_KEYS = 1 << 17


@lru_cache(REMEMBERED_KEYS)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key (murmur2 over its UTF-8 bytes) among so many."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


MisplacementCause = Literal["key", "null_key", "partitioner"]
"""Why a record is in the wrong partition: a key that is not the stream's, no key, or the right key placed wrongly."""
CAUSES: tuple[MisplacementCause, ...] = ("key", "null_key", "partitioner")


class Misplaced(Struct, frozen=True, gc=False):
    """A record of that stream belongs to another partition. ``hops``: how often it will have been passed on."""

    stream: str
    key: str
    partition: int
    cause: MisplacementCause
    hops: int
