"""What a version inherits: all that the versions before it say and it does not.

A version states only what differs from the version before it; the first version of a platform starts from the first
of the default pack, and that one from the defaults of the detectors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cloudtag.policy.key_lines import Path, line_of
from cloudtag.policy.raw_pack import RawPack

REPLACED = "scenarios"
"""The one table that is replaced as a whole: a platform either has its own labels or all of those it inherits."""


class PackSource(NamedTuple):
    """Where a value stands: the file, its line, and the version in it."""

    file: str
    line: int
    platform: str
    id: str


def line_of_descent(packs: dict[str, list[RawPack]], platform: str, number: int) -> list[RawPack]:
    """A version and those it inherits from, the oldest first."""
    own = packs[platform][: number + 1]
    return own if platform == "default" else [*packs["default"][:1], *own]


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Two tables in one; what `over` says wins."""
    both = dict(base)
    for key, value in over.items():
        is_deeper = isinstance(value, dict) and isinstance(both.get(key), dict) and key != REPLACED
        both[key] = merged(both[key], value) if is_deeper else value
    return both


def sources(versions: Iterable[RawPack]) -> dict[Path, PackSource]:
    """Where each value that any of the versions states was stated last."""
    found: dict[Path, PackSource] = {}
    for version in versions:
        for path in _leaves(version.table):
            if REPLACED in path[:-1]:
                table = path[: path.index(REPLACED) + 1]
                stale = [p for p in found if p[: len(table)] == table and found[p].file != version.file]
                for old in stale:
                    del found[old]
            found[path] = PackSource(version.file, line_of(version.lines, path), version.platform, version.id)
    return found


def _leaves(table: dict[str, Any]) -> Iterable[Path]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((name, *rest) for rest in _leaves(value))
        else:
            yield (name,)
