"""The words of prose. `python -m tests.docs.words` lists what `words.toml` bans; with `--write` it first replaces."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cloudtag.docs.architecture import ROOT

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
PROSE = ("src", "streams", "docs", "deploy", "schemas", "README.md", "CONTRIBUTING.md")
LEFT_OUT = ("docs/decisions/", "docs/stories.md", "docs/detectors.md")
"""Decisions are of their day, stories are texts of their own, and detectors are read where they are written."""
WIDTH = 120
"""Columns of a line of code."""
_CODE = re.compile(r"`[^`]*`")


def pages() -> list[Path]:
    """Every tracked file whose prose is looked at."""
    listed = subprocess.run(["git", "ls-files", *PROSE], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / path for path in listed.split() if path.endswith((".py", ".md")) and not path.startswith(LEFT_OUT)]


def prose(path: Path) -> dict[int, int]:
    """Lines that are prose by number (from 1), and the column where it begins: pages, docstrings, comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return dict.fromkeys(range(1, text.count("\n") + 2), 0)
    found: dict[int, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), 0)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return found | {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}


def banned_in(line: str, path: str) -> list[str]:
    """The banned words of one line of prose."""
    patterns = WORDS["banned"] + [each["word"] for each in WORDS["banned_in"] if path.startswith(tuple(each["paths"]))]
    rest = _CODE.sub("", line)
    for allowed in WORDS["allowed"]:
        rest = re.sub(allowed, "", rest)
    return [found[0] for pattern in patterns for found in re.finditer(pattern, rest, re.IGNORECASE)]


def left() -> Iterator[str]:
    """Every banned word that stands in prose, with its place."""
    for page in pages():
        path, lines = str(page.relative_to(ROOT)), page.read_text(encoding="utf-8").split("\n")
        for number, column in sorted(prose(page).items()):
            for word in banned_in(lines[number - 1][column:], path):
                yield f"{path}:{number}: {word}: {lines[number - 1].strip()}"


def write() -> None:
    """Make the replacements, in prose alone; lines that became too long are wrapped."""
    for page in pages():
        path, lines = str(page.relative_to(ROOT)), page.read_text(encoding="utf-8").split("\n")
        words = [each for each in WORDS["replace"] if path.startswith(tuple(each.get("paths", [""])))]
        for number, column in prose(page).items():
            before = line = lines[number - 1]
            for each in words:
                line = line[:column] + _replaced(line[column:], each["word"], each["instead"])
            lines[number - 1] = _wrapped(line) if line != before and page.suffix == ".py" else line
        page.write_text("\n".join(lines), encoding="utf-8")


def _replaced(line: str, word: str, instead: str) -> str:
    """A pattern that begins with `^` means the beginning of the line's text."""
    found = re.match(r'\s*(?:#\s*)?(?:"""|- )?', line)
    start = found.end() if found else 0
    return line[:start] + re.sub(word, instead, line[start:])


def _wrapped(line: str) -> str:
    """A line of prose in two where it is too long."""
    if len(line) <= WIDTH:
        return line
    indent = line[: len(line) - len(line.lstrip())] + ("# " if line.lstrip().startswith("#") else "")
    cut = line.rfind(" ", 0, WIDTH)
    return f"{line[:cut]}\n{indent}{line[cut + 1 :]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    for line in left():
        sys.stdout.write(f"{line}\n")
