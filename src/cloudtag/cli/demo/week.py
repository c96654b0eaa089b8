"""A simulated week, sent in the order in which a real one would arrive: slice by slice of event time."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cloudtag.cli.kafka import Sender
from cloudtag.config import Config
from cloudtag.contract.events import Event
from cloudtag.contract.streams import STREAM_OF
from cloudtag.simulate import ExpectedLabel, Profile, simulate
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS
from streams.kafka.producer import OutRecord

SLICE_HOURS, QUIET_HOURS = 6, 24
FEW = 200
"""A slice with fewer events goes on for up to the longer of the two."""
LATE_MS = 10 * MINUTE_MS
"""An event that comes so long after a newer one was reported late."""
REFERRED_TO = frozenset(("orders", "logistics", "shops", "accounts"))
"""What other events are about. In a real week hours lie between a scan and the refund it speaks for, and every report
from one processor to another has long come; so these are judged before the rest of a slice is sent."""
POISON: tuple[bytes, ...] = (
    b"\xc3\x01\x00",  # ends inside of the header
    b"\xc3\x01" + bytes(8) + b"no schema has this fingerprint",
    b"\x00\x00\x00\x00\x07a registry's frame, but there is no registry",
    b"not Avro at all",
)
"""Records no consumer can read: each must end as a dead letter."""


@dataclass
class Week:
    """A simulated week in order of delivery, split where history ends."""

    history: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    labels: list[ExpectedLabel] = field(default_factory=list)
    ends_at: int = 0
    repeats: int = 0

    @property
    def sent(self) -> int:
        """Events that are sent, repeats included and unreadable ones not."""
        return len(self.history) + len(self.events)

    def by_id(self) -> dict[str, Event]:
        """Every event under its id."""
        return {event.event_id: event for event in (*self.history, *self.events)}

    def late(self) -> dict[str, int]:
        """By event id, how far the newest event before it was ahead, in milliseconds, where that was long."""
        newest, late = 0, dict[str, int]()
        for event in (*self.history, *self.events):
            if newest - event.occurred_at > LATE_MS:
                late.setdefault(event.event_id, newest - event.occurred_at)
            newest = max(newest, event.occurred_at)
        # A repeat comes late as well, but what it says was known.
        for event_id in {e.event_id for e in self._prompt()}:
            late.pop(event_id, None)
        return late

    def _prompt(self) -> Iterator[Event]:
        newest = 0
        for event in (*self.history, *self.events):
            if newest - event.occurred_at <= LATE_MS:
                yield event
            newest = max(newest, event.occurred_at)


@dataclass
class Slice:
    """Some hours of event time: what arrived in them, and the event time they reach."""

    reaches_at: int
    events: list[Event]

    def parts(self) -> Iterator[list[Event]]:
        """What others refer to, then the rest, each in order of delivery."""
        for is_first in (True, False):
            if part := [e for e in self.events if (STREAM_OF[type(e)] in REFERRED_TO) is is_first]:
                yield part


def imagine(profile: Profile) -> Week:
    """The whole week, in memory."""
    simulation = simulate(profile)
    week = Week(labels=simulation.labels)
    for event in simulation.events():
        (week.events if week.events or event.occurred_at >= profile.starts_at else week.history).append(event)
        week.ends_at = max(week.ends_at, event.occurred_at)
    week.repeats = week.sent - len(week.by_id())
    return week


def slices(events: Iterable[Event], hours: int = SLICE_HOURS, longest_hours: int = QUIET_HOURS) -> Iterator[Slice]:
    """Events in order of delivery, cut into spans of event time; quiet hours are put together.

    It is the newest event so far that says how late it is: a late event belongs to the slice in which it arrived.
    """
    now = begun = 0
    events_of_slice: list[Event] = []
    for event in events:
        now = max(now, event.occurred_at)
        passed = now - begun
        is_full = passed >= hours * HOUR_MS and len(events_of_slice) >= FEW
        if events_of_slice and (is_full or passed >= longest_hours * HOUR_MS):
            yield Slice(max(e.occurred_at for e in events_of_slice), events_of_slice)
            events_of_slice = []
        if not events_of_slice:
            begun = now
        events_of_slice.append(event)
    if events_of_slice:
        yield Slice(now, events_of_slice)


async def send_all(sender: Sender, events: list[Event]) -> None:
    """Send events as fast as the broker takes them."""
    for event in events:
        await sender.send(event)
    await sender.flush()


async def send_slice(sender: Sender, part_of: Slice, judged: Callable[[], Awaitable[None]]) -> None:
    """Send a slice, and wait after each part of it until it is `judged`."""
    for part in part_of.parts():
        await send_all(sender, part)
        await judged()


async def send_poison(sender: Sender, config: Config) -> None:
    """Send what nobody can read."""
    for n, value in enumerate(POISON):
        await sender.put((config.topic("refunds"), n % config.partitions), OutRecord(b"poison", value))
    await sender.flush()
