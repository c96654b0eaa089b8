"""How one value of a record is read natively: the node of a plan (see `cloudtag.wire.reading_plan`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import Struct

Op = Literal["long", "boolean", "text", "bytes", "enum", "array", "map", "record"]
LEAST, MOST = -(1 << 63), (1 << 63) - 1
_ANY_LENGTH = (1 << 31) - 1


class UnplannedError(Exception):
    """What no node of a plan can say, of one to read by or to write by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNode:
    """How a value is read, and the bounds outside of which it is left to the pure reader."""

    op: Op
    is_nullable: bool = False
    """Whether it is written as a union of null and the value."""
    is_blank_nothing: bool = False
    """Whether "" says nothing."""
    nothing: Any = None
    """What stands for a value that is not there."""
    low: int = LEAST
    high: int = MOST
    shortest: int = 0
    longest: int = _ANY_LENGTH
    """Characters, bytes or items."""
    matches: Callable[[str], Any] | None = None
    """None comes of a text that is not allowed."""
    symbols: tuple[str, ...] = ()
    items: "ReadNode | None" = None
    """Of an array, or the texts of a map."""
    is_sized: bool = True
    """Whether a block of items may say its size in bytes."""
    struct: type[Struct] | None = None
    fields: "tuple[tuple[int, ReadNode], ...]" = ()
    """In the order in which they are written, each with its place in the struct; -1 for one that it does not have."""
    start: tuple[Any, ...] = ()
    """What stands in each place of the struct that is not written."""
    names: tuple[str, ...] | None = None
    """The struct's fields where it takes them by name alone."""
