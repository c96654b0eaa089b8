"""A worker process that runs the counting task: `python toy_worker.py`, set up by the environment."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from cloudtag.config import Config
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.worker.app import build
from streams.worker.process import run_worker
from tests.streams import toy


def main() -> int:
    parts = build(Config.read(), toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    return run_worker(parts)


if __name__ == "__main__":
    sys.exit(main())
