"""Packs as their files state them, before anything is inherited."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any, NamedTuple

from cloudtag.policy.faults import Fault
from cloudtag.policy.key_lines import VERSION, Path, broken_at, line_of, places


class RawPack(NamedTuple):
    """One version of a pack: what its file says, and where. `from_ms` is event time."""

    file: str
    platform: str
    id: str
    from_ms: int
    table: dict[str, Any]
    lines: dict[Path, int]

    def fault(self, path: Path, text: str) -> Fault:
        """What is wrong with a key of this version."""
        return Fault(self.file, line_of(self.lines, path), text)


def read(file: str, platform: str, text: str, faults: list[Fault]) -> list[RawPack]:
    """The versions of one file, oldest first. What is wrong is added to `faults`."""
    try:
        pack = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(file, *broken_at(error, text)))
        return []
    tables = pack.get(VERSION)
    if pack.keys() != {VERSION} or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        faults.append(Fault(file, 1, f"expected [[version]] tables only, found {', '.join(sorted(pack)) or 'nothing'}"))
        return []
    versions: list[RawPack] = []
    for table, lines in zip(tables, places(text), strict=True):
        version = RawPack(file, platform, str(table.get("id", "")), 0, table, lines)
        starts = _start_of(version, faults)
        if starts is not None and versions and starts <= versions[-1].from_ms:
            faults.append(version.fault(("from",), f"from: not later than that of version {versions[-1].id!r}"))
        versions.append(version._replace(from_ms=starts or 0))
    return versions


def _start_of(version: RawPack, faults: list[Fault]) -> int | None:
    if not isinstance(version.table.get("id"), str) or not version.id:
        faults.append(version.fault(("id",), 'id: a version needs a name, as in id = "2016"'))
    starts = version.table.get("from")
    if isinstance(starts, datetime) and starts.tzinfo is not None:
        return int(starts.timestamp() * 1000)
    faults.append(version.fault(("from",), "from: must be a time with its zone, as in 2026-01-01T00:00:00Z"))
    return None
