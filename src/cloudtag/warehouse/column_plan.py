"""How a column is written, said so that the native part can do it by itself."""

from dataclasses import dataclass
from typing import Literal

from cloudtag.warehouse.columns import LOW, TIME, FieldTaken

ColumnKind = Literal["words", "few_words", "flag", "number_1", "number_4", "number_8", "word_map"]
_MOST = (1 << 63) - 1
"""Larger numbers are left to the client."""
_KINDS: dict[str, tuple[ColumnKind, int, int]] = {
    "String": ("words", 0, 0),
    LOW: ("few_words", 0, 0),
    "Bool": ("flag", 0, 0),
    "UInt8": ("number_1", 0, (1 << 8) - 1),
    "UInt32": ("number_4", 0, (1 << 32) - 1),
    "Int32": ("number_4", -(1 << 31), (1 << 31) - 1),
    "UInt64": ("number_8", 0, _MOST),
    "Int64": ("number_8", -_MOST - 1, _MOST),
    TIME: ("number_8", -_MOST - 1, _MOST),
    f"Map({LOW}, String)": ("word_map", 0, 0),
}
"""By type: what it is, and from which number to which."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column's type, and what of a record its values are."""

    kind: ColumnKind
    low: int
    high: int
    is_list: bool = False
    is_nullable: bool = False
    field: str | None = None
    """None: the values are given."""
    part: str | None = None
    is_blank_nothing: bool = False
    is_unset_nothing: bool = False


def column_plan_of(kind: str, taken: FieldTaken | None) -> ColumnPlan | None:
    """The plan of a column of a ClickHouse type; none for a type that is the client's alone."""
    inner, is_list = _within(kind, "Array")
    inner, is_nullable = _within(inner, "Nullable")
    found = _KINDS.get(inner)
    if found is None or (is_list and found[0] == "word_map"):
        return None
    of = FieldTaken("") if taken is None else taken
    return ColumnPlan(*found, is_list, is_nullable, of.field or None, of.part, of.is_blank_nothing, of.is_unset_nothing)


def _within(kind: str, outer: str) -> tuple[str, bool]:
    head = f"{outer}("
    return (kind[len(head) : -1], True) if kind.startswith(head) else (kind, False)
