"""What a measured process is told to do, and how it answers: both JSON, on its standard input and output."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE

import msgspec
from msgspec import Struct

from benchmarks.rungs.order import quiet_stdout

PATIENCE_SECONDS = 900.0
FROM_MEMORY, FROM_ROCKSDB = "recovery, memory", "recovery, rocksdb"
INSIDE, BESIDE = "sink, warehouse in the same process", "sink, over HTTP"
ALONE_INSIDE, ALONE_BESIDE = "warehouse alone, in the same process", "warehouse alone, over HTTP"
"""What is measured, by the names the page knows it by."""


class StoreOrder(Struct, frozen=True, kw_only=True):
    """One run on a broker that already holds all records."""

    broker: str
    prefix: str
    partitions: int
    rows: int
    """How many there are."""
    store: str = "memory"
    """Where read rows are kept: `memory` or `rocksdb`."""
    warehouse: str = ""
    """The address of a warehouse; without one the measured process has the engine inside of it."""
    directory: str = ""
    """Where the process may keep files."""
    samples: tuple[bytes, ...] = ()
    """Alerts of which those to be stored are copies."""


class Rate(Struct, frozen=True, kw_only=True):
    """How long so many rows took."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    """Of the measured process, all its threads."""
    peak_rss_mb: float

    @property
    def per_second(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU time of a row in microseconds."""
        return self.cpu_seconds / self.rows * 1e6


class StoresFound(Struct, frozen=True, kw_only=True):
    """What was measured."""

    recovery: list[Rate]
    sink: list[Rate]


async def measured(module: str, order: StoreOrder) -> list[Rate]:
    """Have a process of its own do it. Raises ``RuntimeError`` with its last words when it fails."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    told = child.communicate(msgspec.json.encode(order) + b"\n")
    answer, errors = await asyncio.wait_for(told, PATIENCE_SECONDS)
    if child.returncode != 0:
        raise RuntimeError(errors.decode(errors="replace")[-3000:])
    return msgspec.json.decode(answer.splitlines()[-1], type=list[Rate])


def told() -> StoreOrder:
    """The order this process was given; from now on only answers reach whoever gave it."""
    quiet_stdout()
    return msgspec.json.decode(sys.stdin.readline(), type=StoreOrder)
