"""The replay form: one JSON object per record, `stream` beside the record's own fields.

Going in, an absent field takes its default, but for what an event must say (its ids, its time, its status); a field
that an event does not have is a mistake, one of an output record is passed over; times are RFC 3339 or milliseconds
since the epoch. Going out, every field is written that is set, times as RFC 3339 with Z, bytes as base64.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cloudtag.contract.replay_form import object_of
from cloudtag.contract.streams import CONTRACTS, INPUTS
from cloudtag.wire import advice
from cloudtag.wire.codec import MAX_RECORD_BYTES
from cloudtag.wire.produced import slip_in, status_of
from cloudtag.wire.shape import Shape, shape_of
from cloudtag.wire.undecodable import Undecodable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_STREAMS = CONTRACTS
_INVALID = re.compile(r"Invalid value '(.*)'$")
_Time = Annotated[datetime, Meta(tz=True)] | int


class _Tagged(Struct):
    stream: str


def decode_json(
    source: dict[str, Any] | bytes | str, max_bytes: int = MAX_RECORD_BYTES, *, is_stored: bool = False
) -> tuple[str, Struct]:
    """The stream and the record of one line (or of the object read from it). Raises Undecodable.

    `is_stored`: an event was taken in once already, so that its ids and its platform are as they are.
    """
    line = _encoded(source) if isinstance(source, dict) else source
    if len(line) > max_bytes:
        raise Undecodable("too_large", f"{len(line)} bytes; at most {max_bytes} are read")
    if not line.strip():
        raise Undecodable("empty", "the line is empty")
    try:
        loose = _line_decoder().decode(line)
    except msgspec.ValidationError as error:
        raise _refusal(error, line) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable("not_json", str(error)) from None
    return _record_of(loose, is_stored=is_stored)


def _record_of(loose: Any, *, is_stored: bool) -> tuple[str, Struct]:
    stream = str(loose.__struct_config__.tag)
    shape = shape_of(_STREAMS[stream].struct)
    record = _strict(shape, loose)
    if stream in INPUTS and not is_stored and (problem := slip_in(shape, record)):
        raise Undecodable("invalid_value", problem)
    return stream, record


def encode_json(stream: str, record: Struct) -> dict[str, Any]:
    """A record as an object ready for `json.dumps`. Raises KeyError for a stream that has no replay form."""
    return {"stream": _STREAMS[stream].name, **object_of(record)}


@cache
def line_type(stream: str, *, is_tagged: bool = True) -> type[Struct]:
    """The struct that a line of an input stream is read as, with its `stream` or without: what a form may ask for."""
    shape = shape_of(INPUTS[stream].struct)
    return _loose(shape, stream if is_tagged else None, is_event=True, suffix="Line" if is_tagged else "Body")


def _encoded(source: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(source)
    except (TypeError, ValueError, RecursionError) as error:
        raise Undecodable("not_json", str(error)) from None


def _refusal(error: msgspec.ValidationError, line: bytes | str) -> Undecodable:
    text, _, path = str(error).partition(" - at `")
    path = path.rstrip("`")
    if path == "$.stream" or "`stream`" in text:
        wrong = _INVALID.match(text)
        return Undecodable("unknown_stream", advice.wrong_stream(wrong[1], tuple(_STREAMS)) if wrong else text)
    if not path and not text.startswith("Object "):
        return Undecodable("not_json", f"a line must be a JSON object: {text}")
    try:
        stream = msgspec.json.decode(line, type=_Tagged).stream
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as malformed:
        # What stands behind the wrong value is no JSON.
        return Undecodable("not_json", str(malformed))
    return Undecodable("invalid_value", advice.told(shape_of(_STREAMS[stream].struct), text, path))


def _strict(shape: Shape, loose: Any) -> Struct:
    values = {name: getattr(loose, name) for name in shape.names}
    for name in shape.unset:
        if values[name] in (None, UNSET):
            del values[name]
    if (unsaid := next((name for name, value in values.items() if value is UNSET), None)) is not None:
        if loose.withdraws is None:
            raise Undecodable("invalid_value", advice.told(shape, f"Object missing required field `{unsaid}`", ""))
        values[unsaid] = "unknown"
    for name in shape.times:
        values[name] = _milliseconds(name, values[name])
    for name, item in shape.nested.items():
        values[name] = tuple(_strict(item, each) for each in values[name])
    return shape.struct(**values)


def _milliseconds(name: str, time: datetime | int | None) -> int | None:
    if time is None:
        return None
    if problem := advice.not_a_time(name, time):
        raise Undecodable("invalid_value", problem)
    return (time - _EPOCH) // _MS if isinstance(time, datetime) else time


@cache
def _line_decoder() -> msgspec.json.Decoder[Any]:
    kinds = [_loose(shape_of(s.struct), s.name, is_event=s.name in INPUTS) for s in _STREAMS.values()]
    anything: Any = kinds[0]
    for kind in kinds[1:]:
        anything |= kind
    return msgspec.json.Decoder(anything)


@cache
def _loose_item(struct: type[Struct], *, is_event: bool) -> type[Struct]:
    return _loose(shape_of(struct), None, is_event=is_event)


def _loose(shape: Shape, tag: str | None, *, is_event: bool, suffix: str = "Line") -> type[Struct]:
    """The same struct as an object whose times may be written either way; an event's must say what happened."""
    said = status_of(shape.struct) if is_event and (tag or suffix == "Body") else None
    hints = get_type_hints(shape.struct, include_extras=True)
    fields = []
    for field in msgspec.structs.fields(shape.struct):
        kind = _loose_hint(shape, field, hints[field.name], is_event=is_event)
        if field.name != said:
            fields.append((field.name, kind, _default_of(field, shape)))
        elif "withdraws" in shape.names:
            # What only takes something back says nothing itself.
            fields.append((field.name, kind | UnsetType, UNSET))
        else:
            fields.append((field.name, kind, msgspec.field()))
    name = f"{shape.struct.__name__}{suffix}"
    options: dict[str, Any] = {} if tag is None else {"tag_field": "stream", "tag": tag}
    options["forbid_unknown_fields"] = is_event
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True, gc=False, **options)


def _default_of(field: msgspec.structs.FieldInfo, shape: Shape) -> Any:
    if field.name in shape.unsaid:
        return None
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field() if field.required else field.default


def _loose_hint(shape: Shape, field: msgspec.structs.FieldInfo, hint: Any, *, is_event: bool) -> Any:
    if field.name in shape.unset:
        return hint | None
    if field.name in shape.times:
        return _Time | None if field.default is None else _Time
    if field.name in shape.nested:
        item: Any = tuple[_loose_item(shape.nested[field.name].struct, is_event=is_event), ...]  # type: ignore[misc]
        metadata = getattr(hint, "__metadata__", ())
        return Annotated[item, *metadata] if metadata else item
    return hint
