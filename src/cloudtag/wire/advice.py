"""What is wrong with a value, in words that help: what is allowed, which name was meant, which unit it has."""

import re
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from cloudtag.contract.spelling import did_you_mean
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS
from cloudtag.wire.shape import Shape

_ENUM = re.compile(r"Invalid enum value '?(.*?)'?$")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`$")
_MISSING = re.compile(r"Object missing required field `(.*)`$")
_UNITS = (("seconds", 1000, "multiply by 1000"), ("microseconds", 1e-3, "divide by 1000"))
_INDEX = re.compile(r"\[[^\]]*\]")


def told(shape: Shape, text: str, path: str) -> str:
    """An error of msgspec about a record of a shape, with the field it is about and what could be there instead.

    `path`: where msgspec found it, as in `$.lines[0].quantity`.
    """
    field = shape.field_at(path) if path not in ("", "$") else ""
    if match := _UNKNOWN.match(text):
        inside = _shape_of(shape, field)
        text += did_you_mean(match[1], inside.names if inside else ())
    elif match := _ENUM.match(text):
        allowed = allowed_in(shape, field)
        text += f": it is one of {', '.join(allowed)}{did_you_mean(match[1], allowed)}" if allowed else ""
    elif match := _MISSING.match(text):
        allowed = allowed_in(shape, f"{field}.{match[1]}")
        text += f": one of {', '.join(allowed)}" if allowed else ""
    return f"{field}: {text}" if field else text


def not_a_time(name: str, time: datetime | int) -> str | None:
    """What is wrong with a time that must be milliseconds since the epoch; none if it may be one."""
    value = time.timestamp() * 1000 if isinstance(time, datetime) else time
    if EARLIEST_MS <= value < LATEST_MS:
        return None
    if isinstance(time, datetime):
        return f"{name}: {time.isoformat()} is not between 2000 and 2099"
    for unit, factor, cure in _UNITS:
        if EARLIEST_MS <= time * factor < LATEST_MS:
            return f"{name}: {time} looks like {unit}: {cure}"
    return f"{name}: {time} is not between 2000 and 2099"


def allowed_in(shape: Shape, field: str) -> tuple[str, ...]:
    """The values of an enum field but for `unknown`; nothing for a field that is none. Raises nothing."""
    parent, _, name = _INDEX.sub("", field).rpartition(".")
    inside = _shape_of(shape, parent)
    hint = get_type_hints(inside.struct).get(name) if inside else None
    return tuple(value for value in _literals(hint) if value != "unknown")


def _shape_of(shape: Shape, field: str) -> Shape | None:
    """The shape of what stands in a field of a record; the record's own for no field."""
    inside: Shape | None = shape
    for name in filter(None, _INDEX.sub("", field).split(".")):
        inside = inside.nested.get(name) if inside else None
    return inside


def _literals(hint: Any) -> tuple[str, ...]:
    origin = get_origin(hint)
    if origin is Literal:
        return get_args(hint)
    if origin is Annotated or origin in (Union, UnionType, tuple):
        return next((found for inner in get_args(hint) if (found := _literals(inner))), ())
    return ()


def wrong_stream(name: str, known: tuple[str, ...]) -> str:
    """What is wrong with the name of a stream."""
    return f"there is no stream {name!r}{did_you_mean(name, known)}"


def kind_of(record: Struct) -> str:
    """A record's kind with its article."""
    name = type(record).__name__
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"
