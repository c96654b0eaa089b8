"""Events from lines in the replay form, decoded once to be judged more than once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cloudtag.contract.streams import INPUTS
from cloudtag.wire import Undecodable, decode_json


class Reading(NamedTuple):
    """The events, in the order of the lines, and how many lines a replay would make dead letters of."""

    events: list[Any]
    unread: int


def read_events(lines: Iterable[bytes]) -> Reading:
    """All events of the lines; empty lines are nothing."""
    events, unread = [], 0
    for line in lines:
        if not line.strip():
            continue
        try:
            stream, event = decode_json(line)
        except Undecodable:
            unread += 1
            continue
        if stream in INPUTS:
            events.append(event)
        else:
            unread += 1
    return Reading(events, unread)
