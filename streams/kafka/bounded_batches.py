"""Record batches as aiokafka's consumers get them, but none that unpacks to more than allowed, nor many that do.

Of such a batch one record is given, in the place of its last, with an `OversizedBatch` as its value: whoever reads
records refuses it like any that cannot be read, and goes on behind it. And what one fetch has brought of a partition is
given in parts: when as much is unpacked as one batch may be, the rest is fetched again.

aiokafka has no setting for it: its names for the decoders, and for the reader of fetched bytes, are replaced.
"""

import importlib
import struct
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, islice
from types import ModuleType
from typing import Any, NamedTuple

from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from cloudtag.wire.oversized import OversizedBatch
from streams.kafka.codecs import CODECS
from streams.kafka.unpacking import BatchTooLargeError, Decode, Unpacker

DECODING_MODULES = (
    "aiokafka.record.default_records",
    "aiokafka.record.legacy_records",
    "aiokafka.record._crecords.default_records",
    "aiokafka.record._crecords.legacy_records",
)
"""Each looks its decoders up by name whenever it unpacks; the last two are compiled, and absent on some machines."""
BEGINNING_BYTES = 1024
"""What is kept of a batch that is not read: its head, which names its producer, and a little more."""
RECORD_BYTES = 512
"""What a record takes here besides its own bytes."""

_OVERHEAD, _LENGTH_AT, _VERSION_AT = 12, 8, 16
_OLD_ATTRIBUTES_AT, _ATTRIBUTES_AT, _COUNT_AT = 17, 22, 57
_CODEC, _V2, _HEAD_BYTES = 0x07, 2, 61
_INT = struct.Struct(">i")


class StandIn(NamedTuple):
    """The one record of a batch that is not read, with what aiokafka asks of a record."""

    offset: int
    timestamp: int
    timestamp_type: int
    value: OversizedBatch
    key: None = None
    checksum: None = None
    headers: tuple[()] = ()


class UnpackedBatch(NamedTuple):
    """Bytes, between which places in them a batch's records are, and how many its head says they are."""

    data: bytes
    start: int
    end: int
    told: int
    taken_bytes: int = 0
    """What they take of the memory that is bounded."""


class _BoundedBatch:
    """A compressed batch: aiokafka's own, but for what comes of it when it is too large."""

    def __init__(self, batch: Any, raw: bytes, records: "BoundedRecords") -> None:
        self._batch, self._raw, self._records = batch, raw, records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            records: Iterator[Any] = iter(self._batch)
            if not _is_new(self._raw):
                # Of the older formats nothing is unpacked before the first record is asked for.
                records = chain(list(islice(records, 1)), records)
        except BatchTooLargeError as error:
            return iter((_stand_in(self._batch, self._raw, error),))
        self._records.took(unpacker().unpacked_bytes + _count(self._raw) * RECORD_BYTES)
        return records


class BoundedRecords:
    """aiokafka's `MemoryRecords` over the bytes that a fetch has brought of one partition."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._records = MemoryRecords(data)
        self._place = self._taken_bytes = 0

    def size_in_bytes(self) -> int:
        """How many bytes the fetch has brought."""
        return len(self.data)

    def has_next(self) -> bool:
        """Whether there is another batch that may be unpacked now."""
        return self._taken_bytes < unpacker().limit_bytes and self._records.has_next()

    def next_batch(self) -> Any:
        """The next batch, or none. Raises what aiokafka raises."""
        placed = self.next_placed()
        return None if placed is None else self.bounded(*placed)

    def next_placed(self) -> tuple[Any, range] | None:
        """The next batch as aiokafka has it, and where it lies in `data`; or none. Raises what aiokafka raises."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        start = self._place
        self._place += _OVERHEAD + _INT.unpack_from(self.data, start + _LENGTH_AT)[0]
        return batch, range(start, self._place)

    def bounded(self, batch: Any, place: range) -> Any:
        """The batch that lies there, with an end to what comes of it."""
        if not _codec_number(self.data, place.start):
            return batch
        return _BoundedBatch(batch, self.data[place.start : place.stop], self)

    def unpacked(self, place: range) -> UnpackedBatch | None:
        """The records of the batch that lies there, unpacked, where its format is the newest; None for any other, and
        for what cannot or may not be unpacked: whoever iterates the batch is told why. Who reads them does not iterate
        it, and says `took`.
        """
        data, start, end = self.data, place.start, place.stop
        if end - start < _HEAD_BYTES or data[start + _VERSION_AT] != _V2:
            return None
        count = _INT.unpack_from(data, start + _COUNT_AT)[0]
        codec = CODECS.get(data[start + _ATTRIBUTES_AT] & _CODEC)
        if codec == "none":
            return UnpackedBatch(data, start + _HEAD_BYTES, end, count)
        if codec is None:
            return None
        try:
            found = getattr(unpacker(), codec)(memoryview(data)[start + _HEAD_BYTES : end])
        except Exception:
            return None
        return UnpackedBatch(found, 0, len(found), count, len(found) + count * RECORD_BYTES)

    def took(self, count: int) -> None:
        """A batch has taken so many bytes of memory."""
        self._taken_bytes += count


_unpacker: Unpacker | None = None


def unpacker() -> Unpacker:
    """What unpacks for this process. Raises ``RuntimeError`` before `bound` was called."""
    if _unpacker is None:
        raise RuntimeError("nothing says how much a batch may unpack to")
    return _unpacker


def bound(limit_bytes: int) -> None:
    """From now on no consumer of this process unpacks a batch to more bytes than this. May be called again."""
    global _unpacker
    if _unpacker is None or _unpacker.limit_bytes != limit_bytes:
        _unpacker = Unpacker(limit_bytes)
    decoders: dict[str, Decode] = {name: getattr(_unpacker, name) for name in CODECS.values() if name != "none"}
    for module in _decoding_modules():
        for name, decode in decoders.items():
            if hasattr(module, f"{name}_decode"):
                setattr(module, f"{name}_decode", decode)
    if fetcher.MemoryRecords is MemoryRecords:
        fetcher.MemoryRecords = BoundedRecords


def _decoding_modules() -> Iterator[ModuleType]:
    for name in DECODING_MODULES:
        try:
            yield importlib.import_module(name)
        except ImportError:
            # There are no compiled modules for this machine: the others do their work.
            continue


def _is_new(data: bytes, start: int = 0) -> bool:
    return data[start + _VERSION_AT] >= _V2


def _codec_number(data: bytes, start: int = 0) -> int:
    return data[start + (_ATTRIBUTES_AT if _is_new(data, start) else _OLD_ATTRIBUTES_AT)] & _CODEC


def _count(raw: bytes) -> int:
    """How many records the head of a batch says there are; older formats do not say."""
    return int(_INT.unpack_from(raw, _COUNT_AT)[0]) if _is_new(raw) else 1


def _stand_in(batch: Any, raw: bytes, error: BatchTooLargeError) -> StandIn:
    last = batch.next_offset - 1
    is_new = _is_new(raw)
    what = f"{_count(raw)} records from offset {batch.base_offset} on" if is_new else "records of an old format"
    codec = CODECS.get(_codec_number(raw), "?")
    told = f"a batch of {what}, packed with {codec} into {len(raw)} bytes, is not read: {error}"
    value = OversizedBatch(told, beginning=raw[:BEGINNING_BYTES], size_bytes=len(raw), sha256=sha256(raw).hexdigest())
    return StandIn(last, batch.max_timestamp if is_new else -1, batch.timestamp_type if is_new else 0, value)
