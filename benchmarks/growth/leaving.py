"""Much of one key for years: as another thing comes, the oldest leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from benchmarks.growth import buyer
from benchmarks.growth.counting import calls_of
from cloudtag.contract.events import Event, OrderChanged, ReviewPosted
from cloudtag.engine.timers import PERIODS
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.topology import Topology, memory_rows

KINDS: Mapping[str, tuple[type[Event], ...]] = {
    "buyer: orders, as old ones leave": (OrderChanged,),
    "buyer: bad ratings, as old ones leave": (OrderChanged, ReviewPosted),
}
"""By name, the events that come about each order. Parcels are left out: couriers are scanned every hour of a year."""
ROUNDS = 2
"""So many periods, at whose ends rows leave, are counted: all of them together."""


def calls_as_old_ones_leave(name: str, held: int) -> float:
    """The calls for each event, once so many things are held and as many leave as come. Averaged, each a batch."""
    apart_ms = HELD_MS // held
    counted = max(4, ROUNDS * held // PERIODS)
    before = [event for n in range(held + held // 4) for event in _things(name, n, apart_ms)]
    topology = Topology(shipped(), 0, memory_rows())
    for begin in range(0, len(before), 1000):
        topology.feed(before[begin : begin + 1000])
    first = held + held // 4
    events = [event for n in range(first, first + counted) for event in _things(name, n, apart_ms)]
    calls = sum(calls_of(partial(topology.feed, (event,))) for event in events)
    return calls / len(events)


def _things(name: str, n: int, apart_ms: int) -> list[Event]:
    """What comes about the n-th order, where one comes so long after the other."""
    later_ms = buyer.START_MS + n * apart_ms - buyer.began(n)
    course = buyer.rated if ReviewPosted in KINDS[name] else buyer.delivered
    return [
        replace(event, occurred_at=event.occurred_at + later_ms) for event in course(n) if type(event) in KINDS[name]
    ]
