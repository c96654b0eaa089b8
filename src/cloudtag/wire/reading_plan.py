"""How records of a schema become structs, as a plan for the native reader.

A plan is made of the schema and of what msgspec holds the struct's fields to. Where a record needs more than nodes can
say there is no plan, and the pure reader reads alone.
"""

import re
from inspect import signature
from typing import Any

from msgspec import UNSET, Struct, inspect

from cloudtag.wire.read_node import LEAST, MOST, ReadNode, UnplannedError
from cloudtag.wire.schemas import Schema
from cloudtag.wire.shape import shape_of


def plan_of(struct: type[Struct], schema: Schema) -> ReadNode | None:
    """The plan by which records of the struct's own schema are read; none where there is none."""
    try:
        return _Planner().record(schema, inspect.type_info(struct))
    except UnplannedError:
        return None


class _Planner:
    """Knows the named types met so far: a schema says each once."""

    def __init__(self) -> None:
        self._types: dict[str, Any] = {}

    def record(self, schema: Schema, info: Any) -> ReadNode:
        """Raises UnplannedError, as all others do."""
        if not isinstance(info, inspect.StructType):
            raise UnplannedError(f"{schema['name']} is no struct")
        shape = shape_of(info.cls)
        kinds = {field.name: field.type for field in info.fields}
        if sorted(kinds) != sorted(field["name"] for field in schema["fields"]):
            raise UnplannedError(f"{info.cls.__name__} has other fields than {schema['name']}")
        fields = []
        for field in schema["fields"]:
            name = field["name"]
            is_unset, is_unsaid = name in shape.unset, name in shape.unsaid
            node = self._value(field["type"], kinds[name], is_unset=is_unset, is_unsaid=is_unsaid)
            fields.append((shape.names.index(name), node))
        return ReadNode(
            op="record",
            struct=info.cls,
            fields=tuple(fields),
            start=(None,) * len(fields),
            names=shape.names if _takes_names(info.cls) else None,
        )

    def _value(self, kind: Any, info: Any, *, is_unset: bool = False, is_unsaid: bool = False) -> ReadNode:
        kind, is_nullable = self._not_null(kind)
        info, may_be_none = _said(info)
        if (is_nullable and not is_unset and not may_be_none) or (is_unsaid and (kind != "string" or not may_be_none)):
            raise UnplannedError("nothing, for what cannot be nothing")
        node: dict[str, Any] = {
            "is_nullable": is_nullable,
            "is_blank_nothing": is_unsaid,
            "nothing": UNSET if is_unset else None,
        }
        if isinstance(kind, str):
            return ReadNode(**node, **_plain(kind, info))
        return self._compound(kind, info, node)

    def _not_null(self, kind: Any) -> tuple[Any, bool]:
        """A type without its null, and whether it had one."""
        is_nullable = isinstance(kind, list)
        if is_nullable:
            if len(kind) != 2 or kind[0] != "null":
                raise UnplannedError("a union other than null and one type")
            kind = kind[1]
        if isinstance(kind, dict) and kind["type"] in ("int", "long", "string", "bytes", "boolean"):
            kind = kind["type"]
        return (self._types.get(kind, kind) if isinstance(kind, str) else kind), is_nullable

    def _compound(self, kind: dict[str, Any], info: Any, node: dict[str, Any]) -> ReadNode:
        match kind["type"], info:
            case "enum", inspect.LiteralType():
                self._types[kind["name"]] = self._types[f"cloudtag.{kind['name']}"] = kind
                if not set(kind["symbols"]) <= set(info.values):
                    raise UnplannedError(f"{kind['name']} has symbols that the struct does not")
                return ReadNode(**node, op="enum", symbols=tuple(kind["symbols"]))
            case "array", inspect.VarTupleType():
                items = self._items(kind["items"], info.item_type)
                return ReadNode(**node, op="array", items=items, **_lengths(info))
            case "map", inspect.DictType(key_type=inspect.StrType() as key, min_length=None, max_length=None):
                return ReadNode(**node, op="map", items=self._texts(kind["values"], key, info.value_type))
        raise UnplannedError(f"{kind['type']} for {type(info).__name__}")

    def _items(self, kind: Any, info: Any) -> ReadNode:
        if isinstance(kind, dict) and kind["type"] == "record" and kind["fields"]:
            return self.record(kind, info)
        return self._value(kind, info)

    def _texts(self, kind: Any, key: Any, value: Any) -> ReadNode:
        if kind != "string" or key != inspect.StrType() or value != inspect.StrType():
            raise UnplannedError("a map of other than plain texts")
        return ReadNode(op="text")


def _takes_names(struct: type[Struct]) -> bool:
    """Whether any field must be given by its name."""
    return any(parameter.kind is parameter.KEYWORD_ONLY for parameter in signature(struct).parameters.values())


def _said(info: Any) -> tuple[Any, bool]:
    """What msgspec knows of a value that is there, and whether none may be."""
    parts = list(info.types) if isinstance(info, inspect.UnionType) else [info]
    said = [part for part in parts if not isinstance(part, inspect.NoneType)]
    if len(said) != 1:
        raise UnplannedError("a union of more than one type")
    return said[0], len(parts) > 1


def _plain(kind: str, info: Any) -> dict[str, Any]:
    match kind, info:
        case "boolean", inspect.BoolType():
            return {"op": "boolean"}
        case (("int" | "long"), inspect.IntType(multiple_of=None)):
            least = [LEAST, *([] if info.ge is None else [info.ge]), *([] if info.gt is None else [info.gt + 1])]
            most = [MOST, *([] if info.le is None else [info.le]), *([] if info.lt is None else [info.lt - 1])]
            return {"op": "long", "low": max(least), "high": min(most)}
        case "string", inspect.StrType():
            return {"op": "text", "matches": re.compile(info.pattern).search if info.pattern else None} | _lengths(info)
        case "bytes", inspect.BytesType():
            return {"op": "bytes"} | _lengths(info)
    raise UnplannedError(f"{kind} for {type(info).__name__}")


def _lengths(info: Any) -> dict[str, Any]:
    bounds = {"shortest": info.min_length, "longest": info.max_length}
    return {name: bound for name, bound in bounds.items() if bound is not None}
