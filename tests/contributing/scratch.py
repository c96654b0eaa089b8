"""A scratch copy of the checkout, and an example change made to it as CONTRIBUTING says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from cloudtag.docs.architecture import ROOT

HERE = Path(__file__).parent


class Section(NamedTuple):
    """What CONTRIBUTING says of one thing: how many files, which, and the commands that show what is missing."""

    files: int
    paths: list[str]
    commands: list[str]


def section(title: str) -> Section:
    """The section of that title."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    count = re.search(r"[Tt]ouches (\d+) files", text)
    fence = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert count is not None
    assert fence is not None
    paths = re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)
    return Section(int(count[1]), paths, fence[1].strip().splitlines())


class Scratch:
    """The copy. Only what is tracked is in it."""

    def __init__(self, folder: Path, thing: str) -> None:
        self.root = folder / "checkout"
        self._added = HERE / thing / "files"
        self.example: dict[str, Any] = tomllib.loads((HERE / thing / "example.toml").read_text(encoding="utf-8"))
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.root / name)
        migrations = len(list((self.root / "deploy" / "clickhouse").glob("[0-9]*.sql")))
        self.names = {**self.example["names"], "NUMBER": f"{migrations + 1:03}"}
        self.touched: set[str] = set()

    def named(self, text: str) -> str:
        """CONTRIBUTING's capitals as the example has them."""
        for name, value in self.names.items():
            text = re.sub(rf"(?<![A-Z]){name}(?![A-Z])", value, text)
        return text

    def edit(self, path: str) -> None:
        """Make the example's edits of one file that there is."""
        text = self.text(path)
        for each in self.example["edit"]:
            if each["path"] == path:
                assert text.count(each["after"]) == 1, each
                text = text.replace(each["after"], each["after"] + each["insert"])
        self.put(path, text)

    def text(self, path: str) -> str:
        """What a file of the copy holds."""
        return (self.root / path).read_text(encoding="utf-8")

    def put(self, path: str, text: str) -> None:
        """Write a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")
        self.touched.add(path)

    def apply(self) -> None:
        """Make all edits, copy what begins as a copy, and add the example's own files."""
        for path in {each["path"] for each in self.example["edit"]} - self.touched:
            self.edit(path)
        for each in self.example.get("copy", ()):
            self.put(each["to"], self.text(each["from"]).replace(each["replace"], each["by"]))
        for path in sorted(each for each in self._added.rglob("*") if each.is_file()):
            self.add(str(path.relative_to(self._added)))

    def add(self, path: str) -> None:
        """Add one of the example's own files."""
        self.put(self.named(path), (self._added / path).read_text(encoding="utf-8"))

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command of CONTRIBUTING, in the copy and on its code."""
        words = shlex.split(command)
        words[:1] = {
            "cloudtag": ["-m", "cloudtag.cli"],
            "pytest": ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
            "ruff": ["-m", "ruff"],
            "python": [],
        }[words[0]]
        environment = os.environ | {"PYTHONPATH": f"{self.root / 'src'}:{self.root}", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *words], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
