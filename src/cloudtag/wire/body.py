"""The body of an Avro record: between bytes and a struct.

A generated reader turns bytes of the current schema into plain values; fastavro resolves those of older and newer
schemas. msgspec turns plain values into a struct and checks every bound on the way. Where the native part is used it
does all of this at once for what is right, and leaves the rest to these.
"""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import msgspec
from fastavro import schemaless_reader
from fastavro.read import SchemaResolutionError
from fastavro.schema import SchemaParseException, UnknownType
from msgspec import Struct

from cloudtag.contract.streams import CONTRACTS
from cloudtag.native.choice import is_native
from cloudtag.wire import advice, schemas
from cloudtag.wire.read_node import ReadNode
from cloudtag.wire.reading import ReadValue, reader_of
from cloudtag.wire.reading_plan import plan_of
from cloudtag.wire.shape import Shape, shape_of
from cloudtag.wire.undecodable import Undecodable

ReadBody = Callable[[bytes, int], Struct]
"""A record from bytes and a place in them."""


class BodyReader:
    """Reads the records one writer's schema wrote to one stream."""

    def __init__(self, stream: str, writer: schemas.Schema) -> None:
        """Raises Undecodable when the writer's schema cannot be resolved to the stream's."""
        ours = schemas.current(stream)
        theirs = _parsed(stream, writer)
        if theirs.parsed["name"].rpartition(".")[2] != ours.raw["name"]:
            raise Undecodable("wrong_stream", f"a record of {theirs.parsed['name']} in {stream}")
        self._shape = shape_of(struct_of(stream))
        is_ours = theirs.fingerprint == ours.fingerprint
        self._read = (
            _current_reader(stream) if is_ours else _resolving_reader(self._shape, theirs.parsed, _lenient(stream))
        )
        self.read: ReadBody = self._read_purely
        """The record in some bytes whose body starts at a place in them. Raises Undecodable."""
        plan = _plan(stream) if is_ours and is_native() else None
        if plan is not None:
            from cloudtag.native._compiled import Reader

            self.read = Reader(plan, self._read_purely).read

    def _read_purely(self, data: bytes, start: int) -> Struct:
        values = self._values(data, start)
        for name in self._shape.unset:
            if values[name] is None:
                del values[name]
        try:
            record: Struct = msgspec.convert(values, self._shape.struct)
        except msgspec.ValidationError as error:
            raise Undecodable("invalid_value", self._told(error, values)) from None
        return record

    def fields(self, data: bytes, start: int) -> dict[str, Any]:
        """The fields of the record as plain values, none of their bounds checked. Raises Undecodable."""
        return _named(self._shape, self._values(data, start))

    def _values(self, data: bytes, start: int) -> Any:
        try:
            values, end = self._read(data, start)
        except (IndexError, EOFError):
            raise _truncated(data) from None
        except SchemaResolutionError as error:
            raise Undecodable("incompatible_schema", str(error)) from None
        except ValueError as error:
            if _is_cut(error, data):
                raise _truncated(data) from None
            raise Undecodable("invalid_value", str(error)) from None
        if end != len(data):
            if end > len(data):
                raise _truncated(data)
            raise Undecodable("trailing_bytes", f"{len(data) - end} bytes are left after the record")
        return values

    def _told(self, error: msgspec.ValidationError, values: Any) -> str:
        text, _, path = str(error).partition(" - at `")
        field = self._shape.field_at(path)
        if field in self._shape.times:
            place = self._shape.names.index(field) + (self._shape.tag is not None)
            return advice.not_a_time(field, values[place]) or f"{field}: {text}"
        return advice.told(self._shape, text, path.rstrip("`"))


def struct_of(stream: str) -> type[Struct]:
    """The struct of a stream that has a schema. Raises KeyError for any other."""
    return CONTRACTS[stream].struct


def _parsed(stream: str, writer: schemas.Schema) -> schemas.Released:
    try:
        return schemas.release(stream, writer)
    except (SchemaParseException, UnknownType, ValueError, KeyError, TypeError) as error:
        raise Undecodable("incompatible_schema", f"the writer's schema does not parse: {error}") from None


def _is_cut(error: ValueError, data: bytes) -> bool:
    """Whether the bytes end inside of a character, and not only the field."""
    return (
        isinstance(error, UnicodeDecodeError)
        and error.reason == "unexpected end of data"
        and data.endswith(error.object)
    )


def _truncated(data: bytes) -> Undecodable:
    return Undecodable("truncated", f"the {len(data)} bytes end inside of the record")


@cache
def _current_reader(stream: str) -> ReadValue:
    return reader_of(shape_of(struct_of(stream)), schemas.current(stream).raw)


@cache
def _plan(stream: str) -> ReadNode | None:
    return plan_of(struct_of(stream), schemas.current(stream).raw)


@cache
def _lenient(stream: str) -> Any:
    return schemas.release(stream, schemas.lenient(schemas.current(stream).raw)).parsed


def _resolving_reader(shape: Shape, writer: Any, reader: Any) -> ReadValue:
    def read(data: bytes, start: int) -> tuple[Any, int]:
        source = BytesIO(data)
        source.seek(start)
        try:
            values = schemaless_reader(source, writer, reader)
        except (EOFError, SchemaResolutionError):
            raise
        except Exception as error:  # fastavro raises whatever Python raises on bytes that make no sense
            raise ValueError(f"not a record of its schema: {error or type(error).__name__}") from None
        return _plain(shape, values), source.tell()

    return read


def _plain(shape: Shape, values: Any) -> Any:
    for name, item in shape.nested.items():
        values[name] = [_plain(item, value) for value in values[name]]
    for name in shape.unsaid:
        values[name] = values[name] or None
    if not shape.is_array:
        return values
    fields = [values[name] for name in shape.names]
    return fields if shape.tag is None else [shape.tag, *fields]


def _named(shape: Shape, values: Any) -> dict[str, Any]:
    """Values with their names again: the way back of `_plain`."""
    if shape.is_array:
        values = dict(zip(shape.names, values if shape.tag is None else values[1:], strict=True))
    for name, item in shape.nested.items():
        values[name] = [_named(item, value) for value in values[name]]
    return dict(values)
