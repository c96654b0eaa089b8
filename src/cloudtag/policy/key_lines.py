"""On which line of a TOML text each key stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
"""Keys from the version's table down, as in `("tags", "window_days")`; the version itself is `()`."""

VERSION = "version"
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")


def places(text: str) -> list[dict[Path, int]]:
    """For each `[[version]]` of a text, the line of each of its tables and keys, counted from 1.

    The text must be valid TOML.
    """
    found: list[dict[Path, int]] = []
    prefix: Path = ()
    for line, statement in _statements(text):
        told = tomllib.loads(statement)
        if not statement.lstrip().startswith("["):
            if found:
                for path in _paths(told):
                    found[-1].setdefault((*prefix, *path), line)
            continue
        if isinstance(told.get(VERSION), list):
            found.append({})
        *_, longest = _paths(told)
        prefix = longest[1:]
        if found:
            for size in range(len(prefix) + 1):
                found[-1].setdefault(prefix[:size], line)
    return found


def line_of(where: Mapping[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it."""
    while path not in where:
        path = path[:-1]
    return where[path]


def broken_at(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line on which a text stops being TOML, and why."""
    found = _AT_LINE.search(str(error))
    if found is None:
        return text.count("\n") + 1, str(error).removesuffix(" (at end of document)")
    return int(found[1]), str(error).replace(found[0], "")


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each table header and each key with its value, which may take several lines."""
    begin, pending = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        begin, pending = begin or number, f"{pending}{line}\n"
        try:
            is_empty = not tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if not is_empty:
            yield begin, pending
        begin, pending = 0, ""


def _paths(table: Mapping[str, Any]) -> Iterator[Path]:
    """Every key of nested tables, the outer ones first."""
    for name, value in table.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, *rest) for rest in _paths(value))
