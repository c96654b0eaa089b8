"""What an event costs beside few buyers or many, and on a short history or a long one, judged in one process.

No broker: of what grows with state, all is in the engine and the processors; what a store adds is the ladder's.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

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


def of_state(sizes: Sequence[int]) -> list[Grown]:
    """An order of a buyer drawn from so many, each of whom has one already."""
    return [_measured(size, _orders(size, buyers=size), MEASURED) for size in sizes]


def of_history(sizes: Sequence[int], measured: int = MEASURED // 20) -> list[Grown]:
    """An order of a buyer who has so many already."""
    return [_measured(size, _orders(size, buyers=1), measured) for size in sizes]


def _measured(size: int, orders: Iterator[OrderChanged], measured: int) -> Grown:
    collect_rarely()
    network = Topology(shipped(), 0, memory_rows())
    for _ in _fed(network, islice(orders, size)):
        pass
    gc.collect()
    begun = time.process_time()
    for _ in _fed(network, islice(orders, measured), min(BATCH, max(1, measured // 20))):
        pass
    return Grown(size, (time.process_time() - begun) / measured * 1e6)


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
