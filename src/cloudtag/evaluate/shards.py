"""A crowd cut into shards that several processes judge side by side: memory holds one shard per process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from cloudtag.evaluate.crowd import judge_crowd
from cloudtag.evaluate.parts import PartOfCrowd, part_of
from cloudtag.evaluate.tally import CrowdTally
from cloudtag.simulate.mess import BLOCK, CrowdProfile, MessRates

_Judged = TypeVar("_Judged")
"""What becomes of a shard."""


def cut(honest: int, seeds: int, rates: MessRates, first_seed: int = 1, size: int = BLOCK) -> Iterator[CrowdProfile]:
    """The shards of so many honest buyers in each of so many worlds; the last of each may be smaller.

    Raises `ValueError` for a size that tears a block of neighbours apart.
    """
    if size % BLOCK:
        raise ValueError(f"a shard of {size} buyers would cut a block of {BLOCK}")
    for seed in range(first_seed, first_seed + seeds):
        for first in range(0, honest, size):
            yield CrowdProfile(seed=seed, first=first, buyers=min(size, honest - first), rates=rates)


def judge_shards(
    shards: Iterator[CrowdProfile], processes: int, *, keeps_examples: bool = False
) -> Iterator[CrowdTally]:
    """The tally of each shard, as they come; one process judges them here, more each in its own."""
    return _each(partial(judge_crowd, keeps_examples=keeps_examples), shards, processes)


def judge_parts(shards: Iterator[CrowdProfile], processes: int) -> Iterator[PartOfCrowd]:
    """The same, each with what it is of, to be kept."""
    return _each(_judge_part, shards, processes)


def _judge_part(profile: CrowdProfile) -> PartOfCrowd:
    return part_of(profile, judge_crowd(profile))


def _each(work: Callable[[CrowdProfile], _Judged], shards: Iterator[CrowdProfile], processes: int) -> Iterator[_Judged]:
    if processes <= 1:
        yield from map(work, shards)
        return
    # No process inherits threads or locks of this one.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        running: set[Future[_Judged]] = {pool.submit(work, shard) for shard in islice(shards, 2 * processes)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(work, shard) for shard in islice(shards, len(done))}
            for future in done:
                yield future.result()
