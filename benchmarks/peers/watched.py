"""A peer's processes seen from outside: what they say, what CPU time they take, how much memory they held at most."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.job import BEGUN

_TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Moment:
    """The clocks at one moment, in seconds: the wall's, the peer's CPU time, the broker's."""

    wall: float
    cpu: float
    broker: float


def cpu_seconds(pid: int) -> float:
    """What a process and those it has started have used so far, all their threads; 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    # User and system time, and the same of children that have ended and were waited for.
    own = sum(int(field) for field in fields[11:15]) / _TICKS
    return own + sum(cpu_seconds(int(child)) for child in children)


def peak_rss_mb(pid: int) -> float:
    """The most memory a process ever held, in MiB; 0 where there is none."""
    return _memory_mb(pid, "VmHWM")


def rss_mb(pid: int) -> float:
    """What it holds now."""
    return _memory_mb(pid, "VmRSS")


def _memory_mb(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


class Watched:
    """One process of a peer; its log goes to a file, its lines here."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, broker: int) -> None:
        """`broker`: the number of the broker's process, whose time is taken at the same moments."""
        self._log, self._broker = log, broker
        self.begun: Moment | None = None
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))), **environment},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def now(self) -> Moment:
        """The clocks now."""
        return Moment(time.perf_counter(), cpu_seconds(self.pid), cpu_seconds(self._broker))

    def _follow(self) -> None:
        for line in self._process.stdout or ():
            if BEGUN in line and self.begun is None:
                self.begun = self.now()

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-6000:]

    def stop(self) -> None:
        """Ask it to end, and wait; then end it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._follower.join(STOP_SECONDS)
        if self._process.stdout:
            self._process.stdout.close()
