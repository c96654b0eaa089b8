"""How structs are written by a schema, as a plan for the native writer.

Where a schema has what the nodes cannot say there is no plan, and the pure writer writes alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cloudtag.wire.read_node import Op, UnplannedError
from cloudtag.wire.schemas import Schema

_PLAIN: Mapping[str, Op] = {"boolean": "boolean", "int": "long", "long": "long", "string": "text", "bytes": "bytes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNode:
    """How a value is written; one of another type than is meant is left to the pure writer."""

    op: Op
    is_nullable: bool = False
    """Whether it is written as a union of null and the value."""
    is_unsaid: bool = False
    """Whether none is written as an empty text."""
    symbols: dict[str, int] = field(default_factory=dict)
    """The places of an enum's symbols."""
    items: "WriteNode | None" = None
    fields: "tuple[tuple[str, WriteNode], ...]" = ()
    """The attributes of the struct, in the order in which they are written."""


def writing_plan_of(schema: Schema) -> WriteNode | None:
    """The plan by which records of a schema are written; none where there is none."""
    try:
        return _record(schema, {})
    except UnplannedError:
        return None


def _record(schema: Schema, known: dict[str, Any]) -> WriteNode:
    fields = []
    for each in schema["fields"]:
        node = _value(each["type"], known)
        # A required text with this default is one that may be left unsaid.
        is_unsaid = each.get("default") == "" and node.op == "text" and not node.is_nullable
        fields.append((each["name"], replace(node, is_unsaid=is_unsaid)))
    return WriteNode(op="record", fields=tuple(fields))


def _value(kind: Any, known: dict[str, Any]) -> WriteNode:
    kind = known.get(kind, kind) if isinstance(kind, str) else kind
    if isinstance(kind, list):
        if len(kind) != 2 or kind[0] != "null" or isinstance(kind[1], list):
            raise UnplannedError("a union other than null and one type")
        return replace(_value(kind[1], known), is_nullable=True)
    if isinstance(kind, str):
        if kind not in _PLAIN:
            raise UnplannedError(kind)
        return WriteNode(op=_PLAIN[kind])
    match kind["type"]:
        case "array":
            return WriteNode(op="array", items=_value(kind["items"], known))
        case "map" if kind["values"] == "string":
            return WriteNode(op="map")
        case "record":
            return _record(kind, known)
        case "enum":
            known[f"cloudtag.{kind['name']}"] = kind
            return WriteNode(op="enum", symbols={symbol: place for place, symbol in enumerate(kind["symbols"])})
        case "int" | "long":
            return WriteNode(op="long")
    raise UnplannedError(kind["type"])
