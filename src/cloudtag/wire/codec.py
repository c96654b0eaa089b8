"""Bytes to structs and back.

Inputs and outputs travel as Avro: a single-object header (C3 01 and the schema's fingerprint) or, where a schema
registry is used, its frame (00 and the schema's id). Internal records travel as MessagePack.
"""

import struct as binary
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from cloudtag import resources
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INPUTS, INTERNAL
from cloudtag.native.choice import is_native
from cloudtag.wire import schemas
from cloudtag.wire.body import BodyReader
from cloudtag.wire.oversized import OversizedBatch
from cloudtag.wire.produced import check
from cloudtag.wire.undecodable import Reason, Undecodable
from cloudtag.wire.writing import Write, writer_of
from cloudtag.wire.writing_plan import writing_plan_of

MAX_RECORD_BYTES = 1024 * 1024
"""The largest record read, unless a codec is given another limit."""
SINGLE_OBJECT = b"\xc3\x01"
"""What every Avro single-object record starts with."""
_HEADER_BYTES = 10
_FRAME_BYTES = 5
TICKS = "watermarks-"
"""What the names of the streams that carry nothing but time start with."""


class Registry(Protocol):
    """A schema registry: ids for schemas and schemas for ids."""

    def schema_of(self, schema_id: int) -> schemas.Schema | None:
        """The schema under an id, or none where the registry knows no such id."""
        ...

    def id_of(self, stream: str) -> int:
        """The id under which a stream's current schema is registered."""
        ...


class Codec:
    """Reads and writes the records of every stream. Made once; keeps what it learnt of schemas."""

    def __init__(self, registry: Registry | None = None, max_bytes: int = MAX_RECORD_BYTES) -> None:
        """With a `registry`, records are written in its frame; both framings are read in any case."""
        self._registry = registry
        self._max_bytes = max_bytes
        self._by_fingerprint: dict[tuple[str, bytes], BodyReader] = {}
        self._known: dict[tuple[str, bytes], Callable[[bytes, int], Struct]] = {}
        """What reads the body of a record, by its stream and its whole header."""
        self._by_id: dict[tuple[str, int], BodyReader] = {}
        self._writers: dict[str, tuple[bytes, Write]] = {}

    def encode(self, stream: str, record: Struct) -> bytes:
        """The bytes of a record.

        Raises KeyError for an unknown stream, ValueError for a value Avro cannot hold and for an event that its
        producer has wrong (see `cloudtag.wire.produced`).
        """
        if stream in INTERNAL:
            return _pack(record)
        if stream in INPUTS:
            check(stream, record)
        return self.write(stream, record)

    def write(self, stream: str, record: Struct) -> bytes:
        """The bytes of a record as it is: `encode` for what is known to be right. Raises as `encode` does."""
        if is_msgpack(stream):
            return _pack(record)
        try:
            head, write = self._writers[stream]
        except KeyError:
            head, write = self._writer_of(stream)
        try:
            return write(head, record)
        except (TypeError, AttributeError, KeyError, OverflowError) as error:
            raise ValueError(f"a record of {stream} cannot be written: {error!r}") from error

    def decode(self, stream: str, data: bytes | None) -> Struct:
        """The record in some bytes.

        Raises Undecodable, and KeyError for an unknown stream; the registry's own errors pass when it cannot be
        reached, because an outage says nothing about the record.
        """
        if not data:
            raise _without_bytes(data)
        if len(data) > self._max_bytes:
            raise Undecodable("too_large", f"{len(data)} bytes; at most {self._max_bytes} are read")
        if stream in INTERNAL:
            return _from_msgpack(stream, data)
        # Nearly all others: of a schema that was read before.
        known = self._known.get((stream, data[:_HEADER_BYTES]))
        if known is not None:
            return known(data, _HEADER_BYTES)
        if is_msgpack(stream):
            return _from_msgpack(stream, data)
        reader, start = self._reader_of(stream, data)
        return reader.read(data, start)

    def fields(self, stream: str, data: bytes) -> dict[str, Any]:
        """The fields of an Avro record as plain values, none of their bounds checked. Raises what `decode` raises."""
        reader, start = self._reader_of(stream, data)
        return reader.fields(data, start)

    def _reader_of(self, stream: str, data: bytes) -> tuple[BodyReader, int]:
        """What reads the body of a record, and where that begins."""
        if stream not in schemas.AVRO_STREAMS:
            raise KeyError(stream)
        if data[:2] == SINGLE_OBJECT:
            key = (stream, data[2:_HEADER_BYTES])
            return self._by_fingerprint.get(key) or self._reader_of_fingerprint(key), _HEADER_BYTES
        if data[:1] == b"\x00" and len(data) >= _FRAME_BYTES:
            schema_id = int.from_bytes(data[1:_FRAME_BYTES], "big")
            return self._by_id.get((stream, schema_id)) or self._reader_of_id(stream, schema_id), _FRAME_BYTES
        raise Undecodable("not_avro", f"starts with {data[:2].hex()}, not with c301 or a registry frame")

    def _writer_of(self, stream: str) -> tuple[bytes, Write]:
        schema = schemas.current(stream)
        if self._registry is None:
            head = SINGLE_OBJECT + schema.fingerprint
        else:
            head = binary.pack(">bI", 0, self._registry.id_of(stream))
        write = writer_of(schema.raw)
        plan = writing_plan_of(schema.raw) if is_native() else None
        if plan is not None:
            from cloudtag.native._compiled import Writer

            write = Writer(plan, write).write
        return self._writers.setdefault(stream, (head, write))

    def _reader_of_fingerprint(self, key: tuple[str, bytes]) -> BodyReader:
        stream, mark = key
        if len(mark) < _HEADER_BYTES - len(SINGLE_OBJECT):
            raise Undecodable("truncated", "the bytes end inside of the header")
        # Nearly all that comes is of today: those of before are read only for who still writes with one.
        released: schemas.Released | None = schemas.current(stream)
        if released is not None and released.fingerprint != mark:
            released = schemas.released_in(resources.schemas_dir()).get(mark)
        if released is None:
            raise Undecodable("unknown_schema", f"no schema has the fingerprint {mark.hex()}")
        if released.stream != stream:
            raise Undecodable("wrong_stream", f"a record of {released.stream} in {stream}")
        reader = self._by_fingerprint.setdefault(key, BodyReader(stream, released.raw))
        self._known[stream, SINGLE_OBJECT + mark] = reader.read
        return reader

    def _reader_of_id(self, stream: str, schema_id: int) -> BodyReader:
        if self._registry is None:
            raise Undecodable("unknown_schema", f"schema id {schema_id}, but no schema registry is configured")
        raw = self._registry.schema_of(schema_id)
        if raw is None:
            raise Undecodable("unknown_schema", f"the schema registry has no Avro record under id {schema_id}")
        return self._by_id.setdefault((stream, schema_id), BodyReader(stream, raw))


def _without_bytes(data: bytes | None) -> Undecodable:
    if isinstance(data, OversizedBatch):
        return Undecodable("batch_too_large", data.told)
    return Undecodable("empty", "the record has no value")


def is_msgpack(stream: str) -> bool:
    """Whether a stream is private to the processors."""
    return stream in INTERNAL or stream.startswith(TICKS)


_pack = msgspec.msgpack.Encoder().encode


@cache
def _unpack_of(stream: str) -> Callable[[bytes], Struct]:
    kind: Any = WatermarkRecord if stream.startswith(TICKS) else INTERNAL[stream].struct
    return msgspec.msgpack.Decoder(kind).decode


def _from_msgpack(stream: str, data: bytes) -> Struct:
    try:
        record = _unpack_of(stream)(data)
    except msgspec.ValidationError as error:
        raise Undecodable("invalid_value", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason: Reason = "trailing_bytes" if "trailing" in str(error) else "truncated"
        raise Undecodable(reason, str(error)) from None
    return record


_DEFAULT = Codec()


def encode(stream: str, record: Struct) -> bytes:
    """`Codec.encode` without a registry."""
    return _DEFAULT.encode(stream, record)


def decode(stream: str, data: bytes | None) -> Struct:
    """`Codec.decode` without a registry."""
    return _DEFAULT.decode(stream, data)
