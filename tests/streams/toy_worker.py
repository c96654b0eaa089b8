"""A worker process that runs the counting task: `python toy_worker.py`, set up by the environment."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from cloudtag.changelog.records import BID_KEY, OWNER_KEY
from cloudtag.config import Config
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.worker.app import build
from streams.worker.process import run_worker
from tests.faults.awaits import watch_awaits
from tests.faults.points import watch_writes
from tests.streams import toy

FREEZE = "TOY_FREEZES"
"""Where the process stops itself: `before` or `after` what is written to a topic, its name's end, which time; `bid` and
`owner` stand for what takes a changelog over."""
TAKES_OVER = {BID_KEY: "bid", OWNER_KEY: "owner"}


def freeze(where: str) -> None:
    """Have the process stop itself, as `kill -STOP` does, at one point of one step."""
    moment, suffix, time = where.split()
    left = [int(time)]

    def strike(when: str, target: Any, records: Any) -> None:
        # Of the changelog, what a step writes: what takes it over alone is none.
        taken = next((TAKES_OVER[one.key] for one in records if one.key in TAKES_OVER), "")
        if when == moment and (taken == suffix or (not taken and target[0].endswith(suffix))):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGSTOP)

    watch_writes(strike)


STRIKES, ARMED = "TOY_STRIKES", "TOY_ARMED"
"""Where the process strikes itself: a signal and the place of an await; and the file whose existence arms it."""


def strike_at(what: str, armed: Path) -> None:
    """Have the process send itself a signal the first time it comes to an await once a file is there."""
    name, place = what.split()
    left = [signal.Signals[name]]

    def waits(here: str) -> None:
        if here == place and left and armed.exists():
            os.kill(os.getpid(), left.pop())

    watch_awaits(waits)


def main() -> int:
    if what := os.environ.get(STRIKES):
        strike_at(what, Path(os.environ[ARMED]))
    if where := os.environ.get(FREEZE):
        freeze(where)
    parts = build(Config.read(), toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    return run_worker(parts)


if __name__ == "__main__":
    sys.exit(main())
