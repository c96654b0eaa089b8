"""The replay form: one JSON object per record, `stream` beside the record's own fields.

Going in, an absent field takes its default, an unknown field is ignored, and times are RFC 3339 or milliseconds
since the epoch. Going out, every field is written, times as RFC 3339 with Z, bytes as base64.
"""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta, Struct

from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS
from cloudtag.times import rfc3339
from cloudtag.wire.codec import MAX_RECORD_BYTES
from cloudtag.wire.shape import Shape, shape_of
from cloudtag.wire.undecodable import Undecodable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_STREAMS = {**INPUTS, **OUTPUTS}
_Time = Annotated[datetime, Meta(tz=True)] | int


def decode_json(source: dict[str, Any] | bytes | str, max_bytes: int = MAX_RECORD_BYTES) -> tuple[str, Struct]:
    """The stream and the record of one line (or of the object read from it). Raises Undecodable."""
    line = _encoded(source) if isinstance(source, dict) else source
    if len(line) > max_bytes:
        raise Undecodable("too_large", f"{len(line)} bytes; at most {max_bytes} are read")
    if not line.strip():
        raise Undecodable("empty", "the line is empty")
    try:
        loose = _line_decoder().decode(line)
    except msgspec.ValidationError as error:
        raise _refusal(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable("not_json", str(error)) from None
    stream = str(loose.__struct_config__.tag)
    return stream, _strict(shape_of(_STREAMS[stream].struct), loose)


def encode_json(stream: str, record: Struct) -> dict[str, Any]:
    """A record as an object ready for `json.dumps`. Raises KeyError for a stream that has no replay form."""
    return {"stream": _STREAMS[stream].name, **_object(shape_of(type(record)), record)}


def _encoded(source: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(source)
    except (TypeError, ValueError, RecursionError) as error:
        raise Undecodable("not_json", str(error)) from None


def _refusal(error: msgspec.ValidationError) -> Undecodable:
    text, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    if field == "stream" or "`stream`" in text:
        return Undecodable("unknown_stream", text)
    if not field and "required field" not in text:
        return Undecodable("not_json", f"a line must be a JSON object: {text}")
    return Undecodable("invalid_value", f"{field}: {text}" if field else text)


def _strict(shape: Shape, loose: Any) -> Struct:
    values = {name: getattr(loose, name) for name in shape.names}
    for name in shape.times:
        values[name] = _milliseconds(name, values[name])
    for name, item in shape.nested.items():
        values[name] = tuple(_strict(item, each) for each in values[name])
    return shape.struct(**values)


def _milliseconds(name: str, time: datetime | int | None) -> int | None:
    if time is None:
        return None
    time_ms = (time - _EPOCH) // _MS if isinstance(time, datetime) else time
    if not EARLIEST_MS <= time_ms < LATEST_MS:
        written = time.isoformat() if isinstance(time, datetime) else time
        raise Undecodable("invalid_value", f"{name}: {written} is not between 2000 and 2099")
    return time_ms


def _object(shape: Shape, record: Struct) -> dict[str, Any]:
    return {name: _value(shape, name, getattr(record, name)) for name in shape.names}


def _value(shape: Shape, name: str, value: Any) -> Any:
    if name in shape.nested:
        return [_object(shape.nested[name], item) for item in value]
    if name in shape.times and value is not None:
        return rfc3339(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return list(value) if isinstance(value, tuple) else value


@cache
def _line_decoder() -> msgspec.json.Decoder[Any]:
    kinds = [_loose(shape_of(s.struct), s.name) for s in _STREAMS.values()]
    anything: Any = kinds[0]
    for kind in kinds[1:]:
        anything |= kind
    return msgspec.json.Decoder(anything)


@cache
def _loose_item(struct: type[Struct]) -> type[Struct]:
    return _loose(shape_of(struct), None)


def _loose(shape: Shape, tag: str | None) -> type[Struct]:
    """The same struct as an object whose times may be written either way."""
    hints = get_type_hints(shape.struct, include_extras=True)
    fields = []
    for field in msgspec.structs.fields(shape.struct):
        kind = _loose_hint(shape, field.name, hints[field.name], is_optional=field.default is None)
        fields.append((field.name, kind, _default_of(field)))
    name = f"{shape.struct.__name__}Line"
    options: dict[str, Any] = {} if tag is None else {"tag_field": "stream", "tag": tag}
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True, gc=False, **options)


def _default_of(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field() if field.required else field.default


def _loose_hint(shape: Shape, name: str, hint: Any, *, is_optional: bool) -> Any:
    if name in shape.times:
        return _Time | None if is_optional else _Time
    if name in shape.nested:
        item: Any = tuple[_loose_item(shape.nested[name].struct), ...]  # type: ignore[misc]
        metadata = getattr(hint, "__metadata__", ())
        return Annotated[item, *metadata] if metadata else item
    return hint
