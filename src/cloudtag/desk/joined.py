"""Several questions as one statement: to a warehouse, asking costs more than most of the answers.

Each question's rows come as JSON objects beside the types of its columns, and are what they would be if it were asked
alone: the same names, and values of the same Python types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

Question = tuple[str, Mapping[str, Any]]
"""A statement and its parameters."""
_PLACEHOLDER = re.compile(r"\{(\w+):")


def joined(questions: Sequence[Question]) -> Question:
    """One statement that asks them all. A parameter that two of them give other values has another name in it."""
    values: dict[str, Any] = {}
    parts = []
    for n, (sql, own) in enumerate(questions):
        names = {name: _name(name, value, n, values) for name, value in own.items()}
        values |= {names[name]: value for name, value in own.items()}
        asked = _PLACEHOLDER.sub(lambda found, names=names: f"{{{names.get(found[1], found[1])}:", sql)  # type: ignore[misc]
        parts.append(
            f"SELECT toUInt16({n}) AS question, rowNumberInAllBlocks() AS place, toTypeName(tuple(*)) AS types, "  # noqa: S608 - questions of our own
            f"formatRowNoNewline('JSONEachRow', *) AS told FROM ({asked})"
        )
    return " UNION ALL ".join(parts), values


def _name(name: str, value: Any, number: int, taken: Mapping[str, Any]) -> str:
    return name if name not in taken or taken[name] == value else f"{name}_of_{number}"


def parted(rows: Iterable[Mapping[str, Any]], count: int) -> list[list[Mapping[str, Any]]]:
    """The answers to so many joined questions, each in its own order."""
    found: list[list[Mapping[str, Any]]] = [[] for _ in range(count)]
    for row in sorted(rows, key=lambda row: (row["question"], row["place"])):
        told = msgspec.json.decode(row["told"])
        convert = _converters(row["types"])
        found[row["question"]].append(
            {name: made(value) for (name, value), made in zip(told.items(), convert, strict=True)}
        )
    return found


Converter = Callable[[Any], Any]
"""Makes a value of what JSON says of it."""


@cache
def _converters(types: str) -> tuple[Converter, ...]:
    """How each value is made of what JSON says, by the type of a tuple of them."""
    return tuple(map(_converter, _parts_of(types)))


def converted(kind: str, value: Any) -> Any:
    """What JSON says of a value of this type, as the value."""
    return _converter(kind)(value)


@cache
def _converter(kind: str) -> Converter:
    outer, parts = kind.partition("(")[0], _parts_of(kind) if "(" in kind else []
    match outer:
        case "Nullable" | "LowCardinality":
            inner = _converter(parts[0])
            return inner if inner is _same else lambda value: None if value is None else inner(value)
        case "Array":
            item = _converter(parts[0])
            return _same if item is _same else lambda values: [item(value) for value in values]
        case "DateTime" | "DateTime64":
            return _moment
        case _ if re.fullmatch(r"U?Int\d+", outer):
            # Whether those of 64 bits are quoted is a setting.
            return int
        case _:
            return _same


def _same(value: Any) -> Any:
    return value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _parts_of(kind: str) -> list[str]:
    """The types between the brackets of one."""
    inner, parts, depth, begun = kind[kind.index("(") + 1 : kind.rindex(")")], list[str](), 0, 0
    for at, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append(inner[begun:at].strip())
            begun = at + 1
    return [*parts, inner[begun:].strip()]
