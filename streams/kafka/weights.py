"""About how much memory records take here: more than they have bytes."""

from typing import Any

RECORD_BYTES = 512
"""What a record takes besides its key and its value, which it keeps as they came."""
DECODED_FACTOR = 8
"""So many bytes a byte takes once its record is decoded; measured on simulated events, and checked by a test."""


def size_of(record: Any) -> int:
    """What a record takes that was fetched and not read yet."""
    return RECORD_BYTES + len(record.key or b"") + len(record.value or b"")


def weight_of(count: int, size_bytes: int) -> int:
    """What so many records take once they are read, whose keys and values have so many bytes together."""
    return count * RECORD_BYTES + size_bytes * DECODED_FACTOR


def fetch_bytes(most: int, buffer_bytes: int, partitions: int) -> int:
    """How much to fetch of each of so many partitions at a time: a client keeps what nobody has asked for yet."""
    return max(LEAST_FETCH_BYTES, min(most, buffer_bytes // max(1, partitions)))


LEAST_FETCH_BYTES = 64 << 10
"""Less would cost more requests than it saves memory."""
