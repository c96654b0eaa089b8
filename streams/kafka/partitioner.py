"""Which partition a key belongs to: Kafka's default, so that every client in any language agrees."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

REMEMBERED_KEYS = 1 << 17


@lru_cache(REMEMBERED_KEYS)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key (murmur2 over its UTF-8 bytes) among so many."""
    hashed: int = murmur2(key.encode())
    return (hashed & 0x7FFFFFFF) % partitions
