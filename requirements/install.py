"""Makes an environment, installs pinned requirements and the project into it, and says how far it has come.

    python requirements/install.py .venv requirements/demo.txt

Standard library alone: it runs before anything is installed. Plain lines, a few seconds apart, in a terminal or a pipe.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

EVERY_SECONDS = 3.0
LAST_LINES = 15
FETCHING = re.compile(r"\s*(Downloading|Using cached) (?P<name>\S+?)-\d\S* \((?P<size>[\d.]+) (?P<unit>[kMG]?B)\)")
MEGABYTES = {"B": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off")


class Installation:
    """What has been done so far: one thread reads what pip says, the other tells it."""

    def __init__(self, environment: Path, requirements: Path) -> None:
        """Install `requirements` into the virtual environment, which is made when it is not there."""
        self._environment = environment
        self._requirements = requirements
        self._count = len(set(re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(), re.MULTILINE)))
        self._begun = time.monotonic()
        self._megabytes = 0.0
        self._fetched: list[str] = []
        self._is_unpacking = False

    def run(self) -> int:
        """Do everything; returns the exit code of the step that failed, or 0."""
        python = str(self._environment / "bin" / "python")
        code = 0
        if not Path(python).exists():
            code = self._step("making the environment", [sys.executable, "-m", "venv", str(self._environment)])
        code = code or self._step(
            f"{self._count} packages, each checked against its hash",
            [python, *PIP, "--require-hashes", "-r", str(self._requirements)],
            has_packages=True,
        )
        code = code or self._step(
            "the project itself", [python, *PIP, "--no-deps", "--no-build-isolation", "-e", str(Path.cwd())]
        )
        if not code:
            self._say(f"done: {self._on_disk()} MB in {self._environment}")
        return code

    def _step(self, what: str, command: Sequence[str], *, has_packages: bool = False) -> int:
        self._say(what)
        lines: list[str] = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            reader = threading.Thread(target=self._read, args=(process, lines), daemon=True)
            reader.start()
            while reader.is_alive():
                reader.join(EVERY_SECONDS)
                if reader.is_alive():
                    self._say(self._packages() if has_packages else what)
            code = process.wait()
        if code:
            sys.stderr.write("".join(lines[-LAST_LINES:]))
        return code

    def _read(self, process: "subprocess.Popen[str]", lines: list[str]) -> None:
        for line in process.stdout or ():
            lines.append(line)
            if found := FETCHING.match(line):
                self._fetched.append(found["name"])
                self._megabytes += float(found["size"]) * MEGABYTES[found["unit"]]
            self._is_unpacking = self._is_unpacking or line.startswith("Installing collected packages")

    def _packages(self) -> str:
        if self._is_unpacking:
            return f"unpacking: {self._on_disk()} MB so far"
        if not self._fetched:
            return "looking up packages"
        return f"fetched {len(self._fetched)} of {self._count}, {self._megabytes:.0f} MB; now {self._fetched[-1]}"

    def _on_disk(self) -> int:
        size = 0
        # Files and folders come and go while pip works: `os.walk` passes over a folder that is gone.
        for folder, _, names in os.walk(self._environment):
            for name in names:
                with suppress(OSError):
                    size += os.lstat(os.path.join(folder, name)).st_size
        return size // 1_000_000

    def _say(self, text: str) -> None:
        sys.stdout.write(f"  {time.monotonic() - self._begun:3.0f} s  {text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(Installation(Path(sys.argv[1]), Path(sys.argv[2])).run())
