"""Everything one measurement found, as it is kept."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from msgspec import Struct

from benchmarks.peers.measure import PeersFound
from benchmarks.pipeline.measure import PipelineFound
from benchmarks.stores.order import StoresFound

ROOT = Path(__file__).parents[2]


class Machine(Struct, frozen=True, kw_only=True):
    """Where it was measured, and of which state of the code."""

    cpus: int
    processor: str
    python: str
    revision: str
    is_shared: bool
    """Whether other work ran meanwhile: then only ratios of runs made one after the other say anything."""

    @classmethod
    def here(cls, *, is_shared: bool) -> Machine:
        """This one."""
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
        return cls(
            cpus=os.cpu_count() or 0,
            processor=platform.machine(),
            python=platform.python_version(),
            revision=done.stdout.strip(),
            is_shared=is_shared,
        )


class Found(Struct, frozen=True, kw_only=True):
    """One measurement."""

    profile: str
    machine: Machine
    job: PeersFound
    hot: PeersFound | None = None
    """The same job with a tenth of the records of one buyer."""
    pipeline: PipelineFound | None = None
    stores: StoresFound | None = None
    """How fast state is read back and alerts are stored; none in figures that are older than this measurement."""

    @property
    def is_right(self) -> bool:
        """Whether every run that told alerts has told the right ones."""
        measured = [self.job, *([self.hot] if self.hot else [])]
        return all(run.is_right for one in measured for runs in one.passes for run in runs)
