"""Feed much of one kind in one go, then a little more event by event, and count what that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec import Struct

from benchmarks.growth import buyer, others
from benchmarks.growth.counting import calls_of
from benchmarks.growth.leaving import KINDS as LEAVING
from benchmarks.growth.leaving import calls_as_old_ones_leave
from cloudtag.contract.events import Event, ParcelScanned
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology, memory_rows

Course = Callable[[int], list[Event]]
"""The events of the n-th of many things of one kind."""
COURSES: Mapping[str, Course] = {
    "buyer: orders": buyer.delivered,
    "buyer: right returns, one shop": buyer.returned,
    "buyer: right returns, many shops": buyer.returned_at_many,
    "buyer: wrong returns, one shop": buyer.returned_wrong,
    "buyer: wrong goods claimed, one shop": buyer.claimed_wrong,
    "buyer: deliveries denied": buyer.denied,
    "buyer: complaints": buyer.complained,
    "buyer: complaints of no order": buyer.threatened,
    "buyer: bad ratings": buyer.rated,
    "parcel: scans": others.scanned,
    "parcel: buyers": others.used,
    "device: buyers": others.shown,
    "shop: tags": others.tagged,
    "shop: violations": others.violated,
}
"""By name, the key first."""
NAMES = (*COURSES, *LEAVING)
"""Of all that is counted."""
LAST = 4
"""So many more things are counted."""


class Growth(Struct, frozen=True):
    """What one event more takes, by how much of its kind was known before."""

    course: str
    calls: dict[int, float]
    """Calls of functions for each event, of all four processors, rows stored."""

    @property
    def factor(self) -> float:
        """By how much the calls grew from the fewest known to the most, or 1 where they fell."""
        ordered = [self.calls[known] for known in sorted(self.calls)]
        return max(1.0, ordered[-1] / ordered[0])


def growth_of(name: str, known: tuple[int, ...]) -> Growth:
    """One course, with so many things of its kind known each time."""
    if name in LEAVING:
        return Growth(name, {many: calls_as_old_ones_leave(name, many) for many in known})
    return Growth(name, {many: calls_per_event(COURSES[name], many) for many in known})


def calls_per_event(course: Course, known: int) -> float:
    """The calls for each event of the next few things, once so many are known; averaged, each event a batch.

    Couriers go on scanning other parcels every hour, which is not counted: one that falls silent concerns everybody.
    """
    topology = Topology(shipped(), 0, memory_rows())
    before, events = known_events(course, known), upcoming(course, known)
    topology.feed(before)
    list(topology.fire_before(before[-1].occurred_at))
    at_ms, calls = before[-1].occurred_at, 0
    for event in events:
        for scan in scans_between(at_ms, event.occurred_at):
            topology.feed((scan,))
        at_ms = max(at_ms, event.occurred_at)
        calls += calls_of(partial(topology.feed, (event,)))
    return calls / len(events)


def known_events(course: Course, known: int) -> list[Event]:
    """What came before, in order of time."""
    events = [event for n in range(known) for event in course(n)]
    events += scans_between(buyer.START_MS, max(event.occurred_at for event in events))
    return sorted(events, key=lambda event: event.occurred_at)


def upcoming(course: Course, known: int) -> list[Event]:
    """The events of the next few things, in order of time."""
    events = [event for n in range(known, known + LAST) for event in course(n)]
    return sorted(events, key=lambda event: event.occurred_at)


def scans_between(from_ms: int, until_ms: int) -> Iterator[Event]:
    """A scan of some other parcel by each courier in each hour that begins after one moment and until another."""
    for hour in range(from_ms // buyer.HOUR_MS + 1, until_ms // buyer.HOUR_MS + 1):
        for courier in ("sf", "yto"):
            number = f"X{courier}{hour}"
            yield ParcelScanned(f"b-{number}", hour * buyer.HOUR_MS, "taobao", courier, number, scan="arrived")
