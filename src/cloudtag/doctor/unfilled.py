"""Optional fields of a stream that no event fills, looked for in all there are."""

from __future__ import annotations

from typing import Any, get_args

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from cloudtag.doctor.limits import FILLED_RECORDS
from cloudtag.wire.shape import shape_of


class UnfilledFields:
    """Watches events of one stream. A flag that is never set is not told: it may well say `no` every time."""

    def __init__(self, struct: type[Struct]) -> None:
        """No event was seen."""
        self._events = 0
        self._open = nothing_by_field(struct)
        self._items = {name: ItemFields(item.struct) for name, item in shape_of(struct).nested.items()}

    def see(self, event: Any) -> None:
        """Look at one more event."""
        self._events += 1
        for name in [name for name, nothing in self._open.items() if getattr(event, name) not in nothing]:
            del self._open[name]
        for name, items in self._items.items():
            items.see(getattr(event, name))

    @property
    def paths(self) -> list[str]:
        """The fields that nobody filled, if there were enough events to say so; `evidence.phash` is one of items."""
        if self._events < FILLED_RECORDS:
            return []
        return [*self._open, *(f"{name}.{field}" for name, items in self._items.items() for field in items.names)]


class ItemFields:
    """The same for the items of one list."""

    def __init__(self, struct: type[Struct]) -> None:
        """No item was seen."""
        self._count = 0
        self._open = nothing_by_field(struct)

    def see(self, items: tuple[Any, ...]) -> None:
        """Look at the items of one more event."""
        self._count += len(items)
        for item in items:
            for name in [name for name, nothing in self._open.items() if getattr(item, name) not in nothing]:
                del self._open[name]

    @property
    def names(self) -> list[str]:
        """The fields that no item fills, if there were enough of them."""
        return list(self._open) if self._count >= FILLED_RECORDS else []


def nothing_by_field(struct: type[Struct]) -> dict[str, tuple[Any, ...]]:
    """By each field that may say nothing, the values that do."""
    found = {field.name: _nothing(field) for field in fields(struct)}
    return {name: nothing for name, nothing in found.items() if nothing}


def _nothing(field: FieldInfo) -> tuple[Any, ...]:
    """The values that say nothing, or none for a field that always says something."""
    if field.default is NODEFAULT:
        return (None,) if type(None) in get_args(field.type) else ()
    if isinstance(field.default, bool):
        return ()
    return (None, (), [], "") if field.default in (None, ()) else (field.default,)
