"""Everything one measurement found, as it is kept."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from msgspec import Struct

from benchmarks.peers.measure import PeersFound
from benchmarks.pipeline.growth import GrowthFound
from benchmarks.pipeline.measure import PipelineFound
from benchmarks.stores.order import StoresFound
from cloudtag.native.choice import Way, is_native

ROOT = Path(__file__).parents[2]


class Machine(Struct, frozen=True, kw_only=True):
    """Where it was measured, and of which state of the code."""

    cpus: int
    processor: str
    python: str
    revision: str
    is_shared: bool
    """Whether other work ran meanwhile: then only ratios of runs made one after the other say anything."""
    way: Way = "pure"
    """How cloudtag read and wrote records: in older figures by the pure code, there was no other."""

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
            way="native" if is_native() else "pure",
        )


class Found(Struct, frozen=True, kw_only=True):
    """One measurement."""

    profile: str
    machine: Machine
    job: PeersFound | None = None
    hot: PeersFound | None = None
    """The same job with a tenth of the records of one buyer."""
    pattern: PeersFound | None = None
    """The second job."""
    pipeline: PipelineFound | None = None
    growth: GrowthFound | None = None
    stores: StoresFound | None = None
    """How fast state is read back and alerts are stored."""
    took_seconds: dict[str, float] = {}
    """How long each part took. A part that was not asked for, or not known when it was measured, is not there."""
    pace_seconds: list[float] = []
    """How fast the machine was, before each part and after the last (`benchmarks.pace`)."""

    @property
    def is_right(self) -> bool:
        """Whether every run that told alerts has told the right ones."""
        measured = [one for one in (self.job, self.hot, self.pattern) if one]
        return all(run.is_right for one in measured for runs in one.passes for run in runs)
