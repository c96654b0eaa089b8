"""Replay in the order of delivery: lines as a worker would take them that received them so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import EARLIEST_MS
from cloudtag.eventfiles.decoded_lines import BadLine, numbered
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.replay.driver import ReplayRecord, dead_letter_of_line, forgotten, lost, taken
from cloudtag.replay.topology import Topology
from cloudtag.wire import encode_json


def replay_as_delivered(
    lines: Iterable[bytes],
    lateness_ms: int,
    until_ms: int | None = None,
    policies: Policies | None = None,
    live_since_ms: int | None = None,
) -> Iterator[ReplayRecord]:
    """Judge lines in the replay form in the order in which they stand, and yield every record published.

    `lateness_ms`: how far the watermark stays behind the newest event so far. In the end event time moves on to the
    newest event, or to `until_ms` if that is later: what then stands is what `replay` says, as long as nothing came
    too late to be held. Such events, and those about somebody who is forgotten, become dead letters like lines that
    cannot be read, with their line number as the offset. `live_since_ms`: what was decided before is historical.
    """
    topology, newest_ms = Topology(policies or shipped(), lateness_ms, live_since_ms=live_since_ms), 0
    for number, item in numbered(lines):
        if isinstance(item, BadLine):
            yield "dead-letters", dead_letter_of_line(item)
            continue
        newest_ms = max(newest_ms, item.occurred_at)
        # What was due before then was so without this line.
        outputs = [*topology.fire_before(newest_ms - lateness_ms), *topology.feed((item,))]
        yield from ((output.stream, output.record) for output in outputs)
        yield from (("dead-letters", letter) for letter in _refused(topology, number))
        yield from (lost(event) for event in taken(topology.conflicting))
    if newest_ms or until_ms is not None:
        for output in topology.pass_time(max(newest_ms, until_ms or 0)):
            yield output.stream, output.record


def _refused(topology: Topology, number: int) -> Iterator[DeadLetter]:
    """The dead letters about an event that was not taken; of somebody forgotten they keep nothing."""
    while topology.too_late:
        event = topology.too_late.pop()
        yield _too_late(event, number)
    while topology.refused:
        yield forgotten(topology.refused.pop(), number)


def _too_late(event: Any, number: int) -> DeadLetter:
    return DeadLetter(
        topic=STREAM_OF[type(event)],
        partition=0,
        offset=number,
        value=msgspec.json.encode(encode_json(STREAM_OF[type(event)], event)),
        reason="too_late",
        error="older than what is still held",
        seen_at=EARLIEST_MS,
    )
