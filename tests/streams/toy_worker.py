"""A worker process that runs the counting task: `python toy_worker.py`, set up by the environment."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from cloudtag.changelog.records import OWNER_KEY
from cloudtag.config import Config
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.kafka import producer
from streams.worker.app import build
from streams.worker.process import run_worker
from tests.streams import toy

FREEZE = "TOY_FREEZES"
"""Where the process stops itself: `before` or `after` what is written to a topic, its name's end, which time."""


def freeze(where: str, producer: Any) -> None:
    """Have the process stop itself, as `kill -STOP` does, at one point of one step."""
    moment, suffix, time = where.split()
    left, write = [int(time)], producer._write

    async def frozen(handle: Any, target: Any, records: Any) -> Any:
        # Of the changelog, what a step writes: an owner record alone is none.
        is_meant = target[0].endswith(suffix) and not any(record.key == OWNER_KEY for record in records)
        left[0] -= is_meant
        is_now = is_meant and left[0] == 0
        if is_now and moment == "before":
            os.kill(os.getpid(), signal.SIGSTOP)
        written = await write(handle, target, records)
        if is_now and moment == "after":
            os.kill(os.getpid(), signal.SIGSTOP)
        return written

    producer._write = frozen


def main() -> int:
    if where := os.environ.get(FREEZE):
        freeze(where, producer)
    parts = build(Config.read(), toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    return run_worker(parts)


if __name__ == "__main__":
    sys.exit(main())
