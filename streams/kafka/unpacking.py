"""Unpacks compressed bytes, but no more of them than allowed.

A few kilobytes may unpack to gigabytes. aiokafka unpacks a batch whole, whatever comes of it; these are its decoders
with an end. What is unpacked goes into memory that is kept: it grows to what the largest batch so far has needed.
"""

import gzip
import io
import struct
import threading
from collections.abc import Callable
from mmap import mmap

from aiokafka import codec

Decode = Callable[[bytes | memoryview], bytes]
"""Unpacks compressed bytes."""
IntoBuffer = Callable[[bytes | memoryview, memoryview], int]
"""Unpacks compressed bytes into a buffer; how many bytes that gave."""

_FULL = "failed to write whole buffer"
"""What the decoders of zstd and lz4 say when there is no room for what comes."""
_XERIAL_HEADER_BYTES = 16
_BLOCK = struct.Struct(">i")


class BatchTooLargeError(ValueError):
    """A batch unpacks to more bytes than allowed."""


class Unpacker:
    """The four decoders with one limit. What a thread has unpacked last it finds in `unpacked_bytes`."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        # Pages of it are taken from the system only when something is written to them.
        self._buffer = memoryview(mmap(-1, limit_bytes))
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @property
    def unpacked_bytes(self) -> int:
        """How many bytes the last call of this thread has given."""
        return getattr(self._of_thread, "count", 0)

    def gzip(self, data: bytes | memoryview) -> bytes:
        """`aiokafka.codec.gzip_decode`, bounded. Raises `BatchTooLargeError`."""
        with gzip.GzipFile(fileobj=io.BytesIO(data), mode="r") as packed:
            found = packed.read(self.limit_bytes + 1)
        if len(found) > self.limit_bytes:
            raise self._too_large()
        return self._given(found)

    def zstd(self, data: bytes | memoryview) -> bytes:
        """`aiokafka.codec.zstd_decode`, bounded. Raises `BatchTooLargeError`."""
        return self._into_buffer(data, codec.cramjam.zstd.decompress_into)

    def lz4(self, data: bytes | memoryview) -> bytes:
        """`aiokafka.codec.lz4_decode`, bounded. Raises `BatchTooLargeError`."""
        return self._into_buffer(data, codec.cramjam.lz4.decompress_into)

    def snappy(self, data: bytes | memoryview) -> bytes:
        """`aiokafka.codec.snappy_decode`, bounded. Every block states its length before it is unpacked.

        Raises `BatchTooLargeError`.
        """
        snappy, whole = codec.cramjam.snappy, memoryview(data)
        blocks = _xerial_blocks(whole) if codec._detect_xerial_stream(whole) else [whole]
        if sum(map(snappy.decompress_raw_len, blocks)) > self.limit_bytes:
            raise self._too_large()
        return self._given(b"".join(bytes(snappy.decompress_raw(block)) for block in blocks))

    def _into_buffer(self, data: bytes | memoryview, decompress_into: IntoBuffer) -> bytes:
        with self._lock:
            try:
                count = decompress_into(data, self._buffer)
            except codec.cramjam.DecompressionError as error:
                if _FULL in str(error):
                    raise self._too_large() from None
                raise
            return self._given(bytes(self._buffer[:count]))

    def _given(self, found: bytes) -> bytes:
        self._of_thread.count = len(found)
        return found

    def _too_large(self) -> BatchTooLargeError:
        return BatchTooLargeError(f"it unpacks to more than {self.limit_bytes} bytes")


def _xerial_blocks(data: memoryview) -> list[memoryview]:
    """The blocks of a snappy stream as Java's library writes it: each after its length."""
    blocks, place = [], _XERIAL_HEADER_BYTES
    while place < len(data):
        start = place + _BLOCK.size
        place = start + _BLOCK.unpack_from(data, place)[0]
        if place < start:
            raise ValueError("a block of snappy with a negative length")
        blocks.append(data[start:place])
    return blocks
