"""How many input events a second one worker judges when it need not wait for any."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from cloudtag.cli.demo.offsets import Offsets
from cloudtag.cli.demo.place import DemoPlace, check_running
from cloudtag.cli.demo.week import send_all
from cloudtag.cli.failure import FailureError
from cloudtag.cli.kafka import sender
from cloudtag.contract.streams import INPUTS, READS, STREAM_OF
from cloudtag.local.child import Child
from cloudtag.simulate import Profile, simulate
from streams.kafka import topics

LOOK_SECONDS = 0.1
LIMIT_SECONDS = 90.0


@dataclass(frozen=True)
class Rate:
    """Records judged, the seconds that took, and how many of them the worker computed (0 where that is unknown)."""

    records: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Input events per second."""
        return self.records / self.seconds if self.seconds else 0.0

    @property
    def per_cpu_second(self) -> float:
        """Input events per second of the worker's computing, which other work on the machine disturbs least."""
        return self.records / self.cpu_seconds if self.cpu_seconds else 0.0


async def measure(place: DemoPlace, events: int) -> Rate:
    """Lay up honest events in topics of their own, then start a worker on them and time it.

    The clock runs from the first records the worker acknowledges, which are not counted, to the last. State and
    outputs are written as always; nothing is stored in the warehouse.
    """
    config = place.config
    inputs = {stream for streams in READS.values() for stream in streams if stream in INPUTS}
    await topics.create(config)
    laid_up = list(simulate(Profile(events=events, seed=99, has_attacks=False)).events())
    async with sender(config) as out:
        await send_all(out, laid_up)
    total = sum(STREAM_OF[type(event)] in inputs for event in laid_up)
    worker = place.start("worker", log="rate.log")
    try:
        async with Offsets(config) as offsets:

            async def judged() -> int:
                return sum((await offsets.committed(config.app_id, inputs)).values())

            return await _time(worker, judged, total)
    finally:
        await asyncio.to_thread(worker.stop)


async def _time(worker: Child, judged: Callable[[], Awaitable[int]], total: int) -> Rate:
    deadline = time.monotonic() + LIMIT_SECONDS
    first, begun, cpu = 0, 0.0, 0.0
    while True:
        check_running({"worker": worker})
        done, now = await judged(), time.monotonic()
        if done and not first:
            first, begun, cpu = done, now, cpu_seconds(worker.pid)
        if done >= total:
            return Rate(done - first, now - begun, cpu_seconds(worker.pid) - cpu)
        if now > deadline:
            raise FailureError(f"the worker judged {done:,} of {total:,} records in {LIMIT_SECONDS:.0f} s")
        await asyncio.sleep(LOOK_SECONDS)


def cpu_seconds(pid: int) -> float:
    """How long a process has computed so far; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
