"""Columns: how one column of a table is taken from a list of records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from cloudtag.warehouse.pseudonymizer import Pseudonymizer

_Found = TypeVar("_Found")


class RecordRows(list[Any]):
    """The records whose values columns take."""

    def __init__(self, records: Iterable[Struct]) -> None:
        super().__init__(records)
        self._found: dict[Callable[[Any], Any], list[Any]] = {}

    def each(self, of: Callable[[Any], _Found]) -> list[_Found]:
        """What is found of each record: once, however many columns ask for it."""
        found = self._found.get(of)
        if found is None:
            found = self._found[of] = list(map(of, self))
        return found


LOW = "LowCardinality(String)"
TIME = "DateTime64(3, 'UTC')"


@dataclass(frozen=True, slots=True)
class FieldTaken:
    """What a column takes of a record when that is a field and no more: the native part takes it by itself then."""

    field: str
    part: str | None = None
    """Of each item of the field, which is a list, this."""
    is_blank_nothing: bool = False
    """Absent text becomes ''."""
    is_unset_nothing: bool = False
    """What is not set becomes NULL."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, its ClickHouse type, and how its values are taken from records."""

    name: str
    type: str
    of: Callable[[RecordRows, Pseudonymizer], list[Any]]
    taken: FieldTaken | None = None
    """Says the same as `of`, where that can be said."""


@dataclass(frozen=True, slots=True)
class WarehouseTable:
    """A table the sink writes, without the columns the sink itself adds (`recorded_at`)."""

    name: str
    columns: tuple[Column, ...]
    revisions: str = ""
    """The table beside it that keeps every revision, where there is one."""


def same(name: str, kind: str) -> Column:
    """The field as it is."""
    get = attrgetter(name)
    return Column(name, kind, lambda rows, _: list(map(get, rows)), FieldTaken(name))


def text(*names: str, kind: str = "String") -> tuple[Column, ...]:
    """Text fields; absent becomes ''."""
    return tuple(_text(name, kind) for name in names)


def low(*names: str) -> tuple[Column, ...]:
    """Text fields of few different values; absent becomes ''."""
    return text(*names, kind=LOW)


def flags(*names: str) -> tuple[Column, ...]:
    """Yes-or-no fields that are always said."""
    return tuple(same(name, "Bool") for name in names)


def unset(*names: str) -> tuple[Column, ...]:
    """Yes-or-no fields that may not be set; then NULL."""
    return tuple(map(_unset, names))


def texts(*names: str) -> tuple[Column, ...]:
    """Lists of texts."""
    return tuple(same(name, "Array(String)") for name in names)


def keyed(name: str, field: str, kind: str) -> Column:
    """A field as its keyed hash."""
    get = attrgetter(field)
    return Column(name, "String", lambda rows, pseudonymizer: [pseudonymizer.key(kind, get(row)) for row in rows])


def keyed_buyer(name: str = "buyer_key") -> Column:
    """The record's buyer as the keyed hash inside the platform's network."""
    pair = attrgetter("platform", "buyer_id")
    return Column(name, "String", lambda rows, known: known.buyers(map(pair, rows)))


def keyed_each(name: str, field: str, kind: str) -> Column:
    """A list field as the keyed hashes of its items."""
    get = attrgetter(field)
    return Column(
        name,
        "Array(String)",
        lambda rows, pseudonymizer: [[pseudonymizer.key(kind, v) for v in get(row)] for row in rows],
    )


def parts(name: str, kind: str, field: str, part: str) -> Column:
    """One field of each item of a list field; absent text becomes ''."""
    items, get = attrgetter(field), attrgetter(part)
    is_text = kind in ("String", LOW)

    def of(rows: RecordRows, _: Pseudonymizer) -> list[Any]:
        values = [list(map(get, found)) if found else [] for found in map(items, rows)]
        if is_text and not all(map(all, values)):
            return [[value or "" for value in found] for found in values]
        return values

    return Column(name, f"Array({kind})", of, FieldTaken(field, part, is_blank_nothing=is_text))


def deep(name: str, kind: str, field: str, inner: str, part: str) -> Column:
    """One field of each item of the list that each item of a list field holds."""
    items, lists, get = attrgetter(field), attrgetter(inner), attrgetter(part)
    return Column(
        name,
        f"Array(Array({kind}))",
        lambda rows, _: [[[get(i) for i in lists(o)] for o in items(row)] for row in rows],
    )


def computed(name: str, kind: str, of: Callable[[Any, Pseudonymizer], Any]) -> Column:
    """Whatever else can be said of a record."""
    return Column(name, kind, lambda rows, pseudonymizer: [of(row, pseudonymizer) for row in rows])


def _unset(name: str) -> Column:
    get = attrgetter(name)

    def of(rows: RecordRows, _: Pseudonymizer) -> list[Any]:
        return [None if value is UNSET else value for value in map(get, rows)]

    return Column(name, "Nullable(Bool)", of, FieldTaken(name, is_unset_nothing=True))


def _text(name: str, kind: str) -> Column:
    get = attrgetter(name)

    def of(rows: RecordRows, _: Pseudonymizer) -> list[Any]:
        values = list(map(get, rows))
        return values if all(values) else [value or "" for value in values]

    return Column(name, kind, of, FieldTaken(name, is_blank_nothing=True))
