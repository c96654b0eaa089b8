"""The raw results: what came of every schedule, kept as JSON for the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tests.faults.play import Played

KEPT = Path(__file__).parents[2] / "docs" / "guarantees.json"


def keep(path: Path, played: Played, without: str) -> None:
    """Add a result, in the place of one of the same schedule."""
    found = read(path)
    group = found.setdefault("taken_out" if without else "schedules", {})
    made = msgspec.to_builtins(played)
    made["counts"] = {name: len(one) for name, one in made.pop("tally").items()}
    group[without or played.schedule] = made
    path.write_text(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")


def read(path: Path) -> dict[str, Any]:
    """What is kept in a file; nothing if there is none."""
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
    return found
