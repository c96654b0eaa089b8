"""The page of the rooms: what lives where, what it may import, which tests mirror it."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
INTRODUCTION = """# Architecture

Made by `make docs` from the docstrings of the packages and from the import contracts in `pyproject.toml`, which
`make contracts` holds every module against: no arrow runs back, and no room is left out.

How an event travels through the rooms is said in [the life of an event](life-of-an-event.md), what words mean in the
[glossary](glossary.md), why things are as they are in [decisions](decisions/).
"""
WIDE = 6
"""Where a room may import more rooms than that, only the highest of them are named."""


def architecture_page() -> str:
    """`docs/architecture.md`."""
    return INTRODUCTION + "".join(_part(contract) for contract in _layered())


def rooms(container: str) -> list[str]:
    """The packages and modules directly in `src/cloudtag` or `streams`, by name."""
    folder = _folder(container)
    found = [path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    return sorted(name for name in found if not name.startswith("_"))


def layers(container: str) -> list[list[str]]:
    """The layers of a container, highest first; rooms of one layer do not import each other."""
    contract = next(each for each in _layered() if each["containers"] == [container])
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def mirror_of(container: str, room: str) -> str:
    """Where the tests of a room are: a folder or a file of its name, or none."""
    base = ROOT / "tests" if container == "cloudtag" else ROOT / "tests" / container
    for place in (base / room, base / f"test_{room}.py"):
        if place.exists():
            return str(place.relative_to(ROOT))
    return ""


def _layered() -> list[dict[str, Any]]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = declared["tool"]["importlinter"]["contracts"]
    return [contract for contract in contracts if contract["type"] == "layers"]


def _part(contract: dict[str, Any]) -> str:
    (container,) = contract["containers"]
    rows = [f"\n## {container}\n", "| Room | What lives there | May import | Tests |", "|---|---|---|---|"]
    found = layers(container)
    for height, layer in enumerate(found):
        below = [room for lower in found[height + 1 :] for room in lower]
        rows += [_row(container, room, below) for room in layer]
    return "\n".join(rows) + "\n"


def _row(container: str, room: str, below: list[str]) -> str:
    allowed = ", ".join(f"`{name}`" for name in below[:WIDE]) or "nothing of these"
    if len(below) > WIDE:
        allowed = f"{allowed} and all below"
    tests = mirror_of(container, room)
    return f"| `{room}` | {_told(container, room)} | {allowed} | {f'`{tests}`' if tests else '-'} |"


def _told(container: str, room: str) -> str:
    """The first paragraph of a room's docstring, in one line."""
    folder = _folder(container)
    package = folder / room / "__init__.py"
    path = package if package.is_file() else folder / f"{room}.py"
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(doc.split("\n\n")[0].split()).replace("|", "\\|")


def _folder(container: str) -> Path:
    return ROOT / "src" / container if container == "cloudtag" else ROOT / container
