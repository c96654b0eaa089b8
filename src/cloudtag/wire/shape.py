"""The shape of a struct: its fields in order, which are times, which hold lists of structs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import UNSET, Struct
from msgspec.structs import fields

from cloudtag.contract.replay_form import is_time

_STEP = re.compile(r"\[([^\]]*)\]|\.([^.\[]+)")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the wire needs to know of a struct."""

    struct: type[Struct]
    names: tuple[str, ...]
    times: frozenset[str]
    """Fields in milliseconds since the epoch."""
    nested: "Mapping[str, Shape]"
    """Fields that hold a list of structs."""
    is_array: bool
    """Whether the struct is written as an array."""
    tag: str | None
    """What precedes the fields in that array."""
    unsaid: frozenset[str] = frozenset()
    """Fields that may say nothing, though the schema requires a text: on the wire that is ""."""
    unset: frozenset[str] = frozenset()
    """Fields that are not there at all where they say nothing: on the wire that is null."""

    def field_at(self, path: str) -> str:
        """The fields a msgspec path leads to: `$[10][0][1]` of an order is `lines[0].quantity`."""
        shape: Shape | None = self
        listed: Shape | None = None
        out = ""
        for index, name in _STEP.findall(path):
            if name or (shape is not None and shape.is_array):
                step = name or (shape._name_at(index) if shape else index)
                listed = shape.nested.get(step) if shape else None
                shape = None
                out += f".{step}"
            else:
                out += f"[{index}]"
                shape, listed = listed, None
        return out.lstrip(".") or "record"

    def _name_at(self, index: str) -> str:
        place = int(index) - (self.tag is not None) if index.isdigit() else -1
        return self.names[place] if 0 <= place < len(self.names) else index


@cache
def shape_of(struct: type[Struct]) -> Shape:
    """The shape of a contract struct."""
    hints = get_type_hints(struct)
    names = struct.__struct_fields__
    items = {n: _item_struct(hints[n]) for n in names}
    config = struct.__struct_config__
    return Shape(
        struct=struct,
        names=names,
        times=frozenset(n for n in names if is_time(n)),
        nested={n: shape_of(i) for n, i in items.items() if i is not None},
        is_array=config.array_like,
        tag=None if config.tag is None else str(config.tag),
        unsaid=frozenset(f.name for f in fields(struct) if f.required and type(None) in get_args(hints[f.name])),
        unset=frozenset(f.name for f in fields(struct) if f.default is UNSET),
    )


def _item_struct(hint: Any) -> type[Struct] | None:
    if get_origin(hint) is not tuple:
        return None
    item = get_args(hint)[0]
    return item if isinstance(item, type) and issubclass(item, Struct) else None
