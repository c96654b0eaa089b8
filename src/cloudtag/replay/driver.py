"""Replay: a complete set of events through the engine, without Kafka, in event time.

The lines may come in any order and more than once; what is published is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from msgspec import Struct

from cloudtag.contract.records import CONFLICTING, NO_OFFSET, DeadLetter
from cloudtag.contract.replay_form import sorted_form
from cloudtag.contract.scope import Networks
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import EARLIEST_MS
from cloudtag.engine.rows import NEVER
from cloudtag.eventfiles.decoded_lines import BadLine, read
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.replay.event_batches import EventBatches
from cloudtag.replay.topology import Topology

ReplayRecord = tuple[str, Struct]
"""A published record and the name of its stream."""

ShowProgress = Callable[[Iterable[Any]], Iterable[Any]]
"""Passes items through unchanged, and may show how many have passed."""


def replay(
    lines: Iterable[bytes],
    until_ms: int | None = None,
    policies: Policies | None = None,
    live_since_ms: int | None = None,
) -> Iterator[ReplayRecord]:
    """Judge lines in the replay form and yield every record published, dead letters first.

    `until_ms`: move event time on to there after the last event. `live_since_ms`: what was decided before is published
    as historical. A line that cannot be read becomes a dead letter whose offset is its line number, counted from 0 over
    all lines.
    """
    events: list[Any] = []
    for item in read(lines):
        if isinstance(item, BadLine):
            yield "dead-letters", dead_letter_of_line(item)
        else:
            events.append(item)
    yield from judge(events, until_ms, policies, live_since_ms)


def judge(
    events: list[Any],
    until_ms: int | None = None,
    policies: Policies | None = None,
    live_since_ms: int | None = None,
) -> Iterator[ReplayRecord]:
    """Judge decoded events in order of event time and yield what is published. `events` is sorted in place.

    Whatever one buyer's events, or a parcel's, bring about and take back again is published step by step.
    """
    packs = policies or shipped()
    yield from drive(Topology(packs, live_since_ms=live_since_ms), packs.networks, events, until_ms)


def drive(
    topology: Topology, networks: Networks, events: list[Any], until_ms: int | None = None
) -> Iterator[ReplayRecord]:
    """The same on a topology that is open, with whatever it holds already."""
    runs = EventBatches(networks)
    events[:] = map(with_canonical_numbers, events)
    _sort(events)
    start, told = 0, set[tuple[str, str, str]]()
    while start < len(events):
        timer_ms, first_ms = topology.next_timer_ms, events[start].occurred_at
        if timer_ms != NEVER and timer_ms < first_ms:
            yield from ((o.stream, o.record) for o in topology.pass_time(first_ms - 1))
            timer_ms = topology.next_timer_ms
        end = runs.end(events, start, timer_ms)
        yield from ((o.stream, o.record) for o in topology.feed(events[start:end]))
        yield from (lost(event) for event in taken(topology.conflicting))
        yield from _refused(topology, told)
        start = end
    if until_ms is not None:
        yield from ((o.stream, o.record) for o in topology.pass_time(until_ms))


def _sort(events: list[Any]) -> None:
    """In order of event time; of one moment by stream and id. Few share a moment, so those are sorted by themselves."""
    events.sort(key=attrgetter("occurred_at"))
    start = 0
    for end in range(1, len(events) + 1):
        if end == len(events) or events[end].occurred_at != events[start].occurred_at:
            if end - start > 1:
                events[start:end] = sorted(events[start:end], key=lambda e: (STREAM_OF[type(e)], e.event_id))
            start = end


def _refused(topology: Topology, told: set[tuple[str, str, str]]) -> Iterator[ReplayRecord]:
    """The dead letters about events of somebody who is forgotten, each event once: a repeat of it changes nothing."""
    for event in taken(topology.refused):
        event_id = (STREAM_OF[type(event)], event.event_id, event.platform)
        if event_id not in told:
            told.add(event_id)
            yield "dead-letters", forgotten(event, NO_OFFSET)


def taken(found: list[Any]) -> Iterator[Any]:
    """What has gathered so far, which is then forgotten."""
    while found:
        yield found.pop(0)


def lost(event: Any) -> ReplayRecord:
    """The dead letter about an event in whose place another one of its stream stands under the same id.

    Which line it was is not known any more: it may have been accepted long before.
    """
    return "dead-letters", DeadLetter(
        topic=STREAM_OF[type(event)],
        partition=0,
        offset=NO_OFFSET,
        key=None,
        value=sorted_form(event),
        reason="conflicting_event",
        error=CONFLICTING,
        seen_at=EARLIEST_MS,
    )


def forgotten(event: Any, number: int) -> DeadLetter:
    """The dead letter about an event of somebody who is forgotten: of what it said nothing is kept.

    `number`: the number of its line, from 0, where it is known.
    """
    return DeadLetter(
        topic=STREAM_OF[type(event)],
        partition=0,
        offset=number,
        reason="erased",
        error="about a buyer who is forgotten",
        seen_at=EARLIEST_MS,
    )


def dead_letter_of_line(bad: BadLine) -> DeadLetter:
    """The dead letter about a line that is no event; the line's number is its offset."""
    return DeadLetter(
        topic="replay",
        partition=0,
        offset=bad.number,
        value=bad.line,
        reason=bad.error.reason,
        error=bad.error.error,
        seen_at=EARLIEST_MS,
    )
