"""The body of an Avro record: between bytes and a struct, through fastavro and msgspec.

fastavro turns bytes into plain values, msgspec turns plain values into a struct and checks every bound on the way.
"""

from io import BytesIO
from typing import Any

import msgspec
from fastavro import schemaless_reader
from fastavro.read import SchemaResolutionError
from msgspec import Struct

from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.wire import schemas
from cloudtag.wire.shape import Shape, shape_of
from cloudtag.wire.undecodable import Undecodable


class BodyReader:
    """Reads the records one writer's schema wrote to one stream."""

    def __init__(self, stream: str, writer: schemas.Schema) -> None:
        """Raises Undecodable when the writer's schema cannot be resolved to the stream's."""
        ours = schemas.current(stream)
        theirs = schemas.release(stream, writer)
        self._writer = theirs.parsed
        self._is_ours = theirs.fingerprint == ours.fingerprint
        self._reader = None if self._is_ours else ours.parsed
        self._shape = shape_of((INPUTS.get(stream) or OUTPUTS[stream]).struct)

    def read(self, data: bytes, start: int) -> Struct:
        """The record whose body starts at `start`. Raises Undecodable."""
        source = BytesIO(data)
        source.seek(start)
        try:
            values: Any = schemaless_reader(source, self._writer, self._reader)
        except EOFError:
            raise Undecodable("truncated", f"the {len(data)} bytes end inside of the record") from None
        except SchemaResolutionError as error:
            raise Undecodable("incompatible_schema", str(error)) from None
        except Exception as error:  # fastavro raises whatever Python raises on bytes that make no sense
            raise Undecodable("invalid_value", f"not a record of its schema: {error or type(error).__name__}") from None
        if source.tell() != len(data):
            raise Undecodable("trailing_bytes", f"{len(data) - source.tell()} bytes are left after the record")
        return struct_of(self._shape, values, self._is_ours)


def struct_of(shape: Shape, values: dict[str, Any], is_in_order: bool) -> Struct:
    """A struct from what fastavro read. Raises Undecodable naming the field that is out of bounds."""
    plain: Any = _plain(shape, values, is_in_order)
    try:
        return msgspec.convert(plain, shape.struct)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `")
        raise Undecodable("invalid_value", f"{shape.field_at(path)}: {text}") from None


def _plain(shape: Shape, values: dict[str, Any], is_in_order: bool) -> Any:
    for name, item in shape.nested.items():
        values[name] = [_plain(item, value, is_in_order) for value in values[name]]
    if not shape.is_array:
        return values
    fields = values.values() if is_in_order else [values[name] for name in shape.names]
    return [*fields] if shape.tag is None else [shape.tag, *fields]


def body_of(record: Struct) -> dict[str, Any]:
    """What fastavro writes for a struct."""
    values = msgspec.structs.asdict(record)
    for name in shape_of(type(record)).nested:
        values[name] = [body_of(item) for item in values[name]]
    return values
