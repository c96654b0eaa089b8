"""What an event costs beside few buyers or many, and on a short history or a long one, judged in one process.

No broker: of what grows with state, all is in the engine and the processors; what a store adds is the ladder's.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from msgspec import Struct

from benchmarks.peers.watched import rss_mb
from cloudtag.contract.events import OrderChanged
from cloudtag.gc_tuning import collect_rarely
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology, memory_rows

STARTS_AT_MS = 1_760_000_000_000
SPAN_MS = 30 * 86_400_000
BATCH = 2_000
MEASURED = 4_000
"""Events that are timed, after those that make the state."""


class Grown(Struct, frozen=True):
    """What was held, and what an event cost then."""

    held: int
    cpu_us: float
    grown_mb: float = 0.0
    """How much more memory the process had for it; 0 in figures that are older than this measurement."""


class GrowthFound(Struct, frozen=True, kw_only=True):
    """What events cost as there is more of everything."""

    state: list[Grown]
    """By the number of buyers."""
    history: list[Grown]
    """By the number of one buyer's facts."""


def of_state(sizes: Sequence[int]) -> list[Grown]:
    """An order of a buyer drawn from so many, each of whom has one already."""
    return [_measured(size, _orders(size, buyers=size), MEASURED) for size in sizes]


def of_history(sizes: Sequence[int], measured: int = MEASURED // 20) -> list[Grown]:
    """An order of a buyer who has so many already."""
    return [_measured(size, _orders(size, buyers=1), measured) for size in sizes]


def _measured(size: int, orders: Iterator[OrderChanged], measured: int) -> Grown:
    collect_rarely()
    before = rss_mb(os.getpid())
    network = Topology(shipped(), 0, memory_rows())
    for _ in _fed(network, islice(orders, size)):
        pass
    gc.collect()
    grown = max(0.0, rss_mb(os.getpid()) - before)
    begun = time.process_time()
    for _ in _fed(network, islice(orders, measured), min(BATCH, max(1, measured // 20))):
        pass
    return Grown(size, (time.process_time() - begun) / measured * 1e6, grown)


def _fed(network: Topology, orders: Iterable[OrderChanged], batch: int = BATCH) -> Iterator[int]:
    left = iter(orders)
    while part := list(islice(left, batch)):
        network.feed(part)
        yield len(part)


def _orders(size: int, buyers: int) -> Iterator[OrderChanged]:
    """Orders without end, at an even pace that fits the wanted number into a month."""
    step, number = max(1, SPAN_MS // (size + MEASURED)), 0
    while True:
        at_ms = STARTS_AT_MS + number * step
        yield OrderChanged(
            event_id=f"e{number}",
            occurred_at=at_ms,
            platform="tmall",
            buyer_id=f"b{number * 7919 % buyers}",
            shop_id=f"s{number % 2000}",
            order_id=f"o{number}",
            status="paid",
        )
        number += 1


def measure(buyers: Sequence[int], facts: Sequence[int], say: Callable[[str], None]) -> GrowthFound:
    """Both, each size in a process of its own: what one has held must not be another's memory."""
    return GrowthFound(
        state=[_alone(of_state, size, "buyers", say) for size in buyers],
        history=[_alone(of_history, size, "facts of one buyer", say) for size in facts],
    )


def _alone(of: Callable[[Sequence[int]], list[Grown]], size: int, held: str, say: Callable[[str], None]) -> Grown:
    begun = time.monotonic()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        (grown,) = pool.submit(of, [size]).result()
    took = time.monotonic() - begun
    say(f"{size:,} {held}: {grown.cpu_us:.1f} µs CPU, {grown.grown_mb:.0f} MiB more, {took:.0f} s in all")
    return grown
