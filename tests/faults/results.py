"""The raw results: what came of every schedule, kept as JSON for the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tests.faults.aim import counted
from tests.faults.play import Played
from tests.faults.schedule import Schedule
from tests.faults.taken_out import FIXES

KEPT = Path(__file__).parents[2] / "docs" / "guarantees.json"


def keep(path: Path, played: Played, without: str) -> None:
    """Add a result, in the place of one of the same schedule."""
    made = msgspec.to_builtins(played)
    made["counts"] = {name: len(one) for name, one in made.pop("tally").items()}
    if without:
        made |= {"what": FIXES[without].what, "instead": FIXES[without].instead}
    put(path, "taken_out" if without else "schedules", without or played.schedule, made)
    if not without:
        write(path, read(path) | {"places": counted(schedules(path))})


def is_clean(path: Path, schedule: Schedule) -> bool:
    """Whether a result of a schedule is kept, and nothing was lost, extra, wrong or conflicting in it."""
    found = schedules(path).get(str(schedule))
    return found is not None and not found["failure"] and not any(found["counts"].values())


def schedules(path: Path) -> dict[str, Any]:
    """The results of all schedules, by their words."""
    found: dict[str, Any] = read(path).get("schedules", {})
    return found


def put(path: Path, group: str, name: str, made: Any) -> None:
    """Add anything to a file."""
    found = read(path)
    found.setdefault(group, {})[name] = made
    write(path, found)


def write(path: Path, found: dict[str, Any]) -> None:
    """Keep everything; a run that is cut off here leaves what was kept before."""
    spare = path.with_suffix(".new")
    spare.write_text(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    spare.replace(path)


def read(path: Path) -> dict[str, Any]:
    """What is kept in a file; nothing if there is none."""
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
    return found
