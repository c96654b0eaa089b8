"""The glossary: its terms and its example are written by hand, the types below them are taken from the code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from cloudtag.docs.architecture import ROOT
from cloudtag.docs.exported import ExportedType, exported_types

PAGE = ROOT / "docs" / "glossary.md"
MARK = "## Types\n"
"""What is above this heading is written by hand, what is below it is made."""
ORDER = (
    "contract",
    "wire",
    "streams/kafka",
    "streams/transport",
    "streams/worker",
    "streams/state",
    "changelog",
    "engine",
    "processors",
    "parcels",
    "policy",
    "detection",
    "detectors",
    "decisions",
    "streams/sink",
    "warehouse",
    "sql",
    "replay",
    "eventfiles",
    "backfill",
    "simulate",
    "scenarios",
    "explain",
    "serving",
    "streams/view",
    "decide",
    "desk",
    "backtest",
    "evaluate",
    "datasets",
    "doctor",
    "testing",
    "streams/sampling",
    "streams/health",
    "config",
    "http_settings",
    "gc_tuning",
    "native",
    "local",
    "docs",
    "cli",
)
"""The rooms in the order in which data flow, then those that look at it, then those that run it."""
INTRODUCTION = """
Every public class and type alias of `src/cloudtag` and `streams`, once, by room in the order in which data flow. Made
by `make docs` from the first sentence of each; edit the code, not these lines. No two rooms export one name.
"""


def glossary_page() -> str:
    """`docs/glossary.md`."""
    return handwritten() + MARK + INTRODUCTION + "".join(_rooms(exported_types()))


def handwritten() -> str:
    """The terms and the example."""
    return PAGE.read_text(encoding="utf-8").split(MARK)[0]


def _rooms(types: Iterable[ExportedType]) -> list[str]:
    ordered = sorted(types, key=lambda each: _place(each.room))
    return [_part(room, list(found)) for room, found in groupby(ordered, key=attrgetter("room"))]


def _place(room: str) -> tuple[int, str]:
    """A room that has no place yet comes last."""
    return (ORDER.index(room) if room in ORDER else len(ORDER)), room


def _part(room: str, types: list[ExportedType]) -> str:
    lines = [f"- [`{each.name}`](../{each.path}): {each.meaning}\n" for each in types]
    return f"\n### {room}\n\n{''.join(lines)}"
