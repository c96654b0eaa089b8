"""Lines in the replay form to events: the one reader of whatever judges files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cloudtag.contract.streams import INPUTS
from cloudtag.wire import Undecodable, decode_json


class BadLine(NamedTuple):
    """A line that is no event: its number, counted from 0 over all lines, its bytes, and what is wrong with it."""

    number: int
    line: bytes
    error: Undecodable


def read(lines: Iterable[bytes]) -> Iterator[Any]:
    """An event, or a `BadLine`, for every line that holds anything."""
    return (item for _, item in numbered(lines))


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    """The same, each with the number of its line, counted from 0 over all lines."""
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            yield number, event_of(line)
        except Undecodable as error:
            yield number, BadLine(number, line, error)


def event_of(line: bytes) -> Any:
    """The event in a line. Raises Undecodable, also for a record that cloudtag publishes itself."""
    stream, event = decode_json(line)
    if stream not in INPUTS:
        raise Undecodable("unknown_stream", f"{stream} is published by cloudtag, not taken in")
    return event


def events_of(lines: Iterable[bytes]) -> list[Any]:
    """The events of lines, in their order; bad lines are left out."""
    return [event for event in read(lines) if type(event) is not BadLine]
