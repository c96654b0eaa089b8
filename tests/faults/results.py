"""The raw results: what came of every schedule, kept as JSON for the page."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.faults.play import Played

KEPT = Path(__file__).parents[2] / "docs" / "guarantees.json"


def keep(played: Played, without: str) -> None:
    """Add a result, in the place of one of the same schedule."""
    found = msgspec.json.decode(KEPT.read_bytes()) if KEPT.exists() else {}
    group = found.setdefault("taken_out" if without else "schedules", {})
    made = msgspec.to_builtins(played)
    made["counts"] = {name: len(one) for name, one in made.pop("tally").items()}
    group[without or played.schedule] = made
    KEPT.write_text(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
