"""Whether a schema and its struct say the same: names, order, types, defaults, and the symbols of every enum."""

import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from cloudtag.contract.replay_form import is_time
from cloudtag.wire.schemas import Schema

_NOTHING = (type(None), msgspec.UnsetType)
_NUMBERS = ("int", "long")
_TIME = {"type": "long", "logicalType": "timestamp-millis"}


def disagreements(schema: Schema, struct: type[Struct], where: str) -> Iterator[str]:
    """One line for everything in which a record schema and a struct differ, or in which the schema breaks the rules."""
    if schema.get("name") != struct.__name__:
        yield f"{where}: the record is named {schema.get('name')}, its struct {struct.__name__}"
    if not schema.get("doc"):
        yield f"{where}: the record {schema.get('name')} has no doc"
    written = [field["name"] for field in schema["fields"]]
    if written != list(struct.__struct_fields__):
        yield f"{where}: the fields are {written}, those of the struct {list(struct.__struct_fields__)}"
        return
    hints = get_type_hints(struct)
    for field, info in zip(schema["fields"], msgspec.structs.fields(struct), strict=True):
        yield from _field(field, info, hints[info.name], f"{where}.{info.name}")


def _field(field: dict[str, Any], info: msgspec.structs.FieldInfo, hint: Any, where: str) -> Iterator[str]:
    if not field.get("doc"):
        yield f"{where}: the field has no doc"
    if info.required and type(None) in get_args(hint):
        if (field["type"], field.get("default")) != ("string", ""):
            yield f'{where}: required and nullable in the struct, so the type must be string and the default ""'
        return
    if info.required != ("default" not in field):
        yield f"{where}: required in the {'struct' if info.required else 'schema'}, but not in the other"
    elif not info.required and field["default"] != _default_of(info):
        yield f"{where}: the default is {field['default']!r}, that of the struct {_default_of(info)!r}"
    yield from _kind(field["type"], hint, where)


def _default_of(info: msgspec.structs.FieldInfo) -> Any:
    default = info.default if info.default is not msgspec.NODEFAULT else info.default_factory()
    if default is msgspec.UNSET:
        return None
    return list(default) if isinstance(default, tuple) else default


def _kind(kind: Any, hint: Any, where: str) -> Iterator[str]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if not isinstance(kind, list) or len(kind) != 2 or kind[0] != "null":
            yield f"{where}: nullable in the struct, so the type must be null (first) and one other"
        else:
            yield from _kind(kind[1], next(i for i in inner if i not in _NOTHING), where)
    elif origin is Literal:
        yield from _enum(kind, inner, where)
    elif origin is tuple:
        yield from _list(kind, inner[0], where)
    elif origin is dict:
        if kind != {"type": "map", "values": "string"}:
            yield f"{where}: must be a map of strings"
    elif kind not in _allowed(hint, where):
        yield f"{where}: the type is {kind}, that of the struct {hint.__name__}"


def _list(kind: Any, item: Any, where: str) -> Iterator[str]:
    if not isinstance(kind, dict) or kind.get("type") != "array":
        yield f"{where}: must be an array"
    elif isinstance(item, type) and issubclass(item, Struct):
        yield from disagreements(kind["items"], item, f"{where}[]")
    else:
        yield from _kind(kind["items"], item, f"{where}[]")


def _enum(kind: Any, symbols: tuple[str, ...], where: str) -> Iterator[str]:
    if not isinstance(kind, dict) or kind.get("type") != "enum":
        yield f"{where}: must be an enum"
        return
    if tuple(kind["symbols"]) != symbols:
        yield f"{where}: the symbols are {kind['symbols']}, those of the struct {list(symbols)}"
    if kind["symbols"][0] != "unknown" or kind.get("default") != "unknown":
        yield f"{where}: the first symbol and the default of {kind['name']} must be unknown"


def _allowed(hint: Any, where: str) -> tuple[Any, ...]:
    if hint is int:
        return (_TIME,) if is_time(where.rpartition(".")[2]) else _NUMBERS
    return ({str: "string", bool: "boolean", bytes: "bytes"}[hint],)
