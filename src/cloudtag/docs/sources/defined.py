"""Is a name defined in a file, and which rule ids does the definition name?"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_ID = re.compile(r"\b(?:[TBJAPF]\d{1,2}[a-z]?(?:\.\d)?|S4)\b")
_RANGE = re.compile(r"\b([TBJAPF])(\d{1,2})\s*(?:to|–)\s*\1(\d{1,2})\b")
_PAIR = re.compile(r"\b([TBJAP]\d{1,2})a/b\b")
_RULE = "RULE"
"""What a detector calls the fixed facts about itself, its rule ids among them."""


def ids_in(text: str) -> set[str]:
    """The rule ids that stand in a text, each as it is: of a range both ends."""
    written = _PAIR.sub(r"\1a \1b", text)
    return set(_ID.findall(written))


def ids_meant(text: str) -> set[str]:
    """The rule ids a text means: those that stand there and all within its ranges."""
    ranges = {f"{m[1]}{n}" for m in _RANGE.finditer(text) for n in range(int(m[2]), int(m[3]) + 1)}
    return ids_in(text) | ranges


@cache
def text_of(path: Path) -> str:
    """A file's text. Raises FileNotFoundError."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text_of(path), filename=str(path))


def definition(path: Path, name: str) -> ast.stmt | None:
    """The statement that defines a dotted name in a Python file, at its top or within classes."""
    body, found = tree_of(path).body, None
    for part in name.split("."):
        found = next((node for node in body if part in _names(node)), None)
        if found is None:
            return None
        body = found.body if isinstance(found, ast.ClassDef) else []
    return found


def is_defined(path: Path, name: str) -> bool:
    """Whether the file exists and defines the name: a Python definition, a view, or a key of any version of a pack."""
    if not path.is_file():
        return False
    if path.suffix == ".py":
        return definition(path, name) is not None
    if path.suffix == ".sql":
        return re.search(rf"^CREATE VIEW .*\.{re.escape(name)} AS$", text_of(path), re.MULTILINE) is not None
    if path.suffix == ".toml":
        data = tomllib.loads(text_of(path))
        return any(_has(version, name.split(".")) for version in data.get("version", [data]))
    return False


def ids_named(path: Path, name: str) -> set[str]:
    """The rule ids meant by a definition, its file's docstring or a detector's rule; of a policy pack, by all of it."""
    if path.suffix != ".py":
        return ids_meant(text_of(path))
    texts = [ast.get_docstring(tree_of(path)) or "", _written(path, name), _written(path, _RULE)]
    return set().union(*map(ids_meant, texts))


def ids_documented(path: Path) -> set[str]:
    """The rule ids that stand in a Python file's docstrings, and in a detector's rule."""
    texts = [*_docstrings(tree_of(path)), _written(path, _RULE)]
    return set().union(*map(ids_in, texts))


def _written(path: Path, name: str) -> str:
    """A definition as it is written; nothing where there is none."""
    node = definition(path, name)
    return "" if node is None else ast.get_source_segment(text_of(path), node) or ""


def _docstrings(tree: ast.Module) -> Iterator[str]:
    """Of modules, classes and functions, and the strings that stand below an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _has(table: Any, path: list[str]) -> bool:
    for key in path:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True
