"""How a record shows in JSON, as a type: every field by its name, times as RFC 3339. What `object_of` writes."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from cloudtag.wire.shape import shape_of


@cache
def shown_type(struct: type[Struct]) -> type[Struct]:
    """A record's type with its times as text, and the records it holds as objects."""
    shape, hints = shape_of(struct), get_type_hints(struct, include_extras=True)
    fields: list[Any] = []
    for field in msgspec.structs.fields(struct):
        kind = hints[field.name]
        if field.name in shape.times:
            kind = datetime | None if field.default is None else datetime
        elif field.name in shape.nested:
            kind = tuple[shown_type(shape.nested[field.name].struct), ...]  # type: ignore[misc]
        fields.append((field.name, kind) if field.required else (field.name, kind, field.default))
    return msgspec.defstruct(struct.__name__, fields, kw_only=True, frozen=True, module=__name__)
