"""Kafka's hash of keys, word by word: of every new key it is asked once, in every record's way in and out."""

import struct
from collections.abc import Callable
from functools import cache

from cloudtag.native.choice import is_native

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_32_BITS = 0xFFFFFFFF


@cache
def _words(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}I")


def murmur2_in_python(data: bytes) -> int:
    """MurmurHash2 in 32 bits, unsigned, as Kafka's default partitioner has it."""
    size = len(data)
    hashed = _SEED ^ size
    for word in _words(size >> 2).unpack_from(data):
        mixed = word * _FACTOR & _32_BITS
        hashed = hashed * _FACTOR & _32_BITS ^ (mixed ^ mixed >> 24) * _FACTOR & _32_BITS
    if size & 3:
        hashed = (hashed ^ int.from_bytes(data[size & ~3 :], "little")) * _FACTOR & _32_BITS
    hashed = (hashed ^ hashed >> 13) * _FACTOR & _32_BITS
    return hashed ^ hashed >> 15


def _chosen() -> Callable[[bytes], int]:
    if not is_native():
        return murmur2_in_python
    from cloudtag.native._compiled import murmur2

    return murmur2


murmur2 = _chosen()
"""The same, natively where the native part is used."""
