"""Whether a detector's file tells what it must, and leans on nothing but the facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from cloudtag.detectors.registry import Detector

HEADINGS = (
    "What it finds",
    "Why it is abuse",
    "How it decides",
    "Known false positives",
    "What would clear it",
    "What to do",
)
"""What a detector's text tells, in this order."""
OPEN_ROOMS = ("cloudtag.contract", "cloudtag.detection", "cloudtag.parcels")
"""The rooms of cloudtag that a detector may import from."""
IMPURE = frozenset(
    (
        *("aiohttp", "aiokafka", "asyncio", "chdb", "clickhouse_connect", "concurrent"),
        *("faust", "http", "mode", "multiprocessing", "os", "pathlib"),
        *("random", "requests", "secrets", "shutil", "socket", "sqlite3"),
        *("streams", "subprocess", "tempfile", "threading", "time", "urllib"),
        *("uuid"),
    )
)
"""Modules that bring in a clock, chance, files, other machines or other threads: an answer could not be given twice."""
_CLOCKS = frozenset(("now", "utcnow", "today"))


def check_headings(detector: Detector) -> None:
    """The text begins with what the detector finds and has every heading, in order. Raises AssertionError."""
    found = re.findall(r"^([A-Z][A-Za-z ]+):", detector.doc, re.MULTILINE)
    told = [heading for heading in found if heading in HEADINGS]
    assert told == list(HEADINGS), f"{detector.name}: expected the headings {HEADINGS}, found {told}"
    assert detector.doc.strip().splitlines()[0].endswith("."), f"{detector.name}: the first line is one sentence"


def check_purity(detector: Detector) -> None:
    """The detector, and what it imports of its own package, imports and asks nothing that is no fact.

    Raises AssertionError with every import at fault.
    """
    faults = sorted(set(_faults(detector.module, set())))
    assert not faults, f"{detector.name} must be a function of the facts alone: {'; '.join(faults)}"


def impurities(text: str, module: str) -> Iterator[str]:
    """What a module's text imports or asks that is no fact."""
    for node in ast.walk(ast.parse(text)):
        for name in _imported(node, module):
            root, is_ours = name.partition(".")[0], name.partition(".")[0] == "cloudtag"
            if root in IMPURE:
                yield f"{module} imports {root}"
            elif is_ours and not name.startswith(OPEN_ROOMS):
                yield f"{module} imports {name}, of cloudtag it may import {' and '.join(OPEN_ROOMS)}"
        if isinstance(node, ast.Attribute) and node.attr in _CLOCKS:
            yield f"{module} asks what time it is ({ast.unparse(node)})"


def _faults(module: str, seen: set[str]) -> Iterator[str]:
    path = _path(module)
    if module in seen or path is None:
        return
    seen.add(module)
    text = path.read_text(encoding="utf-8")
    yield from impurities(text, module)
    home = module.partition(".")[0]
    if home == "cloudtag":
        return
    for node in ast.walk(ast.parse(text)):
        for name in _imported(node, module):
            if name.partition(".")[0] == home:
                yield from _faults(name, seen)


def _imported(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = module.split(".")[: -node.level]
            base = ".".join((*above, base) if base else above)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _path(module: str) -> Path | None:
    """The file of a module; none for what is no module of Python."""
    try:
        spec = find_spec(module)
    except (ImportError, AttributeError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
