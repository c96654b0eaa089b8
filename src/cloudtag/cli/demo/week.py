"""Sends a simulated week: history first, then the week itself in minutes instead of days."""

import asyncio
import time
from dataclasses import dataclass, field

from cloudtag.cli.kafka import Sender
from cloudtag.cli.screen import Steps
from cloudtag.config import Config
from cloudtag.contract.events import Event
from cloudtag.simulate import Label, Profile, simulate
from streams.publisher import Record

SLICES_PER_SECOND = 10
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
    labels: list[Label] = field(default_factory=list)
    ends_at: int = 0
    repeats: int = 0

    @property
    def sent(self) -> int:
        """Events that are sent, repeats included and poison not."""
        return len(self.history) + len(self.events)

    def by_id(self) -> dict[str, Event]:
        """Every event under its id."""
        return {event.event_id: event for event in (*self.history, *self.events)}


def imagine(profile: Profile) -> Week:
    """The whole week, in memory."""
    simulation = simulate(profile)
    week = Week(labels=simulation.labels)
    for event in simulation.events():
        (week.events if week.events or event.occurred_at >= profile.starts_at else week.history).append(event)
        week.ends_at = max(week.ends_at, event.occurred_at)
    week.repeats = week.sent - len(week.by_id())
    return week


async def send_all(sender: Sender, events: list[Event]) -> None:
    """Send events as fast as the broker takes them."""
    for event in events:
        await sender.send(event)
    await sender.flush()


async def send_paced(sender: Sender, config: Config, events: list[Event], seconds: float, steps: Steps) -> None:
    """Send events evenly over so many seconds, with the poison in the middle."""
    begun, count = time.monotonic(), max(1, int(seconds * SLICES_PER_SECOND))
    for n in range(count):
        part = events[len(events) * n // count : len(events) * (n + 1) // count]
        await send_all(sender, part)
        steps.done(len(part))
        if n == count // 2:
            await _poison(sender, config)
        await asyncio.sleep(max(0.0, begun + (n + 1) * seconds / count - time.monotonic()))


async def _poison(sender: Sender, config: Config) -> None:
    for n, value in enumerate(POISON):
        await sender.put((config.topic("refunds"), n % config.partitions), Record(b"poison", value))
    await sender.flush()
