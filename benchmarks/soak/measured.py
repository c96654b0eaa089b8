"""What is measured of each process, and whether it stays."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.soak.place import Place
from benchmarks.soak.stored import rows_in

WITHIN = 0.05
"""How much more the last third may be than the one before it; the first third is warm-up."""
FEW = 3.0
"""So many descriptors more are no trend."""
MIB = 1 << 20
_TRIES = 5


@dataclass(frozen=True)
class Sample:
    """One look."""

    seconds: float
    events: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Trend:
    """How a measure went: its mean in the third after the warm-up and in the last one."""

    name: str
    before: float
    after: float

    @property
    def is_flat(self) -> bool:
        """Whether it has grown no more than is allowed."""
        slack = FEW if self.name.endswith("descriptors") else 0.0
        return self.after <= self.before * (1 + WITHIN) + slack


def look(place: Place) -> dict[str, float]:
    """RSS in MiB and descriptors of each process, and what the worker holds."""
    pids = {name: child.pid for name, child in place.children.items()} | {"warehouse": place.warehouse.pid or 0}
    found: dict[str, float] = {}
    for name, pid in pids.items():
        found[f"{name} RSS MiB"] = _rss_bytes(pid) / MIB
        found[f"{name} descriptors"] = float(len(os.listdir(f"/proc/{pid}/fd")))
    found["rows stored"], found["rows MiB"] = _stored(place.data)
    found["states cached MiB"] = place.metrics("worker").get("cloudtag_cached_bytes", 0.0) / MIB
    return found


def _stored(directory: Path) -> tuple[float, float]:
    """How many rows the worker's store has, and their size."""
    for _ in range(_TRIES):
        # The worker may be about to make it, or remove a file that is about to be read.
        with suppress(Exception):
            sizes = [row.size_bytes for row in rows_in(directory)]
            return float(len(sizes)), sum(sizes) / MIB
    return 0.0, 0.0


def trends(samples: Sequence[Sample]) -> list[Trend]:
    """The trend of each measure. What was said of the cache is bounded by its limit, and is no trend."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    return [Trend(name, _mean(middle, name), _mean(last, name)) for name in samples[0].values]


def _mean(samples: Iterable[Sample], name: str) -> float:
    return mean(sample.values[name] for sample in samples)


def _rss_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
