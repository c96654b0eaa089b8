"""What a process has used: wall time, CPU time of all its threads, peak memory."""

import resource
import time
from pathlib import Path

from msgspec import Struct


class Reading(Struct, frozen=True, gc=False):
    """The clocks at one moment, in seconds."""

    wall: float
    cpu: float


class Result(Struct, frozen=True, kw_only=True):
    """What one run of one rung took."""

    rung: str
    events: int
    seconds: float
    cpu_seconds: float
    peak_rss_mb: float
    alerts: str = ""
    """The hash of the alerts that stand, where the rung publishes alerts."""

    @property
    def rate(self) -> float:
        """Input events per second."""
        return self.events / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU time per input event in microseconds, the broker's not counted."""
        return self.cpu_seconds / self.events * 1e6


def read() -> Reading:
    """The clocks now."""
    return Reading(time.perf_counter(), time.process_time())


def peak_rss_mb() -> float:
    """The most memory this process ever held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike getrusage, this does not remember the parent before exec.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
