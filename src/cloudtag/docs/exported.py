"""What the rooms export: every public class and type alias, with the sentence that says what it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cloudtag.docs.architecture import ROOT

DETECTOR_PARAMETERS = "Parameters"
"""Every detector's file has a struct of this name; the glossary names it once."""
VALUES_SHOWN = 8
"""So many values of an enumeration are named in its line."""
_SENTENCE = re.compile(r"(.+?[^.][.…])(?=\s|$)", re.DOTALL)


class ExportedType(NamedTuple):
    """A public class or type alias: its name, its room (`wire`, `streams/sink`), its file, and what it is."""

    name: str
    room: str
    path: str
    meaning: str


@cache
def exported_types() -> tuple[ExportedType, ...]:
    """All of them, by room and file, in the order in which they are written there; a detector's parameters once."""
    found: list[ExportedType] = []
    for folder in (ROOT / "src" / "cloudtag", ROOT / "streams"):
        for path in sorted(folder.rglob("*.py")):
            relative = path.relative_to(folder)
            room = relative.parts[0].removesuffix(".py")
            if folder.name == "streams":
                room = f"streams/{room}"
            place = str(path.relative_to(ROOT))
            found += [ExportedType(name, room, place, meaning) for name, meaning in types_of(path)]
    of_detectors = [each for each in found if each.name == DETECTOR_PARAMETERS]
    return tuple(each for each in found if each.name != DETECTOR_PARAMETERS or each is of_detectors[0])


def types_of(path: Path) -> Iterator[tuple[str, str]]:
    """Names and meanings of the public types a module defines; a meaning that is written nowhere is empty."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, first_sentence(ast.get_docstring(node) or "")
        elif (name := _alias(node)) and isinstance(node, ast.Assign):
            yield name, first_sentence(_text(after)) or _values(node.value)


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, in one line."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    found = _SENTENCE.match(paragraph)
    return found[1] if found else paragraph


def _alias(node: ast.stmt) -> str:
    """The name a type alias is given, or none. Options of commands are declared alike, and are no types."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return ""
    name = node.targets[0].id
    is_named_as_type = name[0].isupper() and not name.isupper()
    return name if is_named_as_type and "typer." not in ast.unparse(node.value) else ""


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return ""


def _values(node: ast.expr) -> str:
    """The values of an enumeration."""
    if not isinstance(node, ast.Subscript) or ast.unparse(node.value) != "Literal":
        return ""
    values = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    shown = [f"`{ast.literal_eval(value)}`" for value in values]
    more = f" and {len(shown) - VALUES_SHOWN} more" if len(shown) > VALUES_SHOWN else ""
    return f"One of {', '.join(shown[:VALUES_SHOWN])}{more}."
