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
from streams.worker.app import build
from streams.worker.process import run_worker
from tests.faults.points import watch_writes
from tests.streams import toy

FREEZE = "TOY_FREEZES"
"""Where the process stops itself: `before` or `after` what is written to a topic, its name's end, which time."""


def freeze(where: str) -> None:
    """Have the process stop itself, as `kill -STOP` does, at one point of one step."""
    moment, suffix, time = where.split()
    left = [int(time)]

    def strike(when: str, target: Any, records: Any) -> None:
        # Of the changelog, what a step writes: an owner record alone is none.
        if when == moment and target[0].endswith(suffix) and not any(one.key == OWNER_KEY for one in records):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGSTOP)

    watch_writes(strike)


def main() -> int:
    if where := os.environ.get(FREEZE):
        freeze(where)
    parts = build(Config.read(), toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    return run_worker(parts)


if __name__ == "__main__":
    sys.exit(main())
