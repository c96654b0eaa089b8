"""Running the command line in this process, and as a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudtag.cli import main


@dataclass(frozen=True)
class Outcome:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Outcome]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def go(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return go


@pytest.fixture
def process() -> Run:
    """Run a command line as users do."""

    def go(*arguments: object, stdin: bytes = b"") -> Outcome:
        command = [sys.executable, "-m", "cloudtag.cli", *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return go


@pytest.fixture
def week(tmp_path: Path, run: Run) -> tuple[Path, Path]:
    """A small simulated week and its labels, as files."""
    events, labels = tmp_path / "week.jsonl", tmp_path / "labels.jsonl"
    assert run("simulate", "--events", 6000, "--seed", 5, "-o", events, "--labels", labels).code == 0
    return events, labels
