"""Tries inputs on a target and finds what is too much for it."""

import resource
import time
from dataclasses import dataclass
from random import Random

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import Target

HANG_SECONDS = 5.0
"""No input is so long that reading it takes a second, on a machine that has other things to do."""
GROWTH_BYTES = 256 << 20
"""What a target may take more of memory in all of its tries."""


@dataclass(frozen=True)
class Finding:
    """An input that was too much."""

    target: str
    data: bytes
    what: str


def tried(target: Target, data: bytes) -> Finding | None:
    """What is wrong with how a target takes an input, if anything."""
    begun = time.thread_time()
    try:
        target.read(data)
    except target.refusals:
        pass
    except (MemoryError, RecursionError, Exception) as error:
        return Finding(target.name, data, f"{type(error).__module__}.{type(error).__name__}: {error}")
    seconds = time.thread_time() - begun
    return Finding(target.name, data, f"took {seconds:.1f} s") if seconds > HANG_SECONDS else None


def fuzz(target: Target, seed: int, *, tries: int | None = None, seconds: float | None = None) -> Finding | None:
    """Try the seeds, then mutants of them, so many or for so long; the first that is too much."""
    random, seeds = Random(seed), target.inputs()
    for data in seeds:
        if finding := tried(target, data):
            return finding
    before, done, until = _memory_bytes(), 0, time.monotonic() + (seconds or 0)
    while done < tries if tries is not None else time.monotonic() < until:
        done += 1
        data = mutated(random, seeds)
        if finding := tried(target, data):
            return finding
        if not done % 50 and _memory_bytes() - before > GROWTH_BYTES:
            return Finding(target.name, data, f"memory grew by {_memory_bytes() - before} bytes")
    return None


def _memory_bytes() -> int:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
