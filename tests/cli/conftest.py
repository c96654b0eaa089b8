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


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small simulated week and its labels, as files that are only read."""
    place = tmp_path_factory.mktemp("week")
    events, labels = place / "week.jsonl", place / "labels.jsonl"
    asked = ["simulate", "--events", "3000", "--seed", "5", "-o", str(events), "--labels", str(labels)]
    assert main(asked) == 0
    return events, labels
