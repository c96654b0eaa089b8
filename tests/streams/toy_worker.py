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

if __name__ == "__main__":
    parts = build(Config.read(), toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    sys.exit(run_worker(parts))
