"""Reading events from files or pipes, saying which lines are none, and writing JSON lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.screen import note, progress, stdout_bytes
from cloudtag.contract.events import Event
from cloudtag.contract.spelling import did_you_mean
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.eventfiles import STANDARD, BadLines, EventLines, check_readable
from cloudtag.eventfiles.decoded_lines import BadLine, read
from cloudtag.wire import encode_json


def read_events(files: list[Path], stream: str | None = None) -> tuple[list[Any], int]:
    """The events of all files, and how many lines are none; those are named.

    Raises `FailureError` when not one line is an event, `OSError` and `UnreadableFileError` for a file.
    """
    check_stream(stream)
    size, events, bad = check_readable(files), [], BadLines()
    with progress("reading", size) as steps:
        lines = EventLines(files, stream, steps.done)
        for item in read(lines):
            if isinstance(item, BadLine):
                bad.add(lines.place, item.error.reason, item.error.error)
            else:
                events.append(item)
    for line in bad.told("left out"):
        note(line)
    if bad.count and not events:
        raise FailureError(f"none of the {bad.count:,} lines is an event in the replay form", UNREADABLE)
    return events, bad.count


def check_stream(stream: str | None) -> None:
    """Raise `FailureError` for a name that is no input stream's."""
    if stream is not None and stream not in INPUTS:
        raise FailureError(f"there is no input stream {stream!r}{did_you_mean(stream, INPUTS)}", UNREADABLE)


@contextmanager
def line_writer(path: Path) -> Iterator[BinaryIO]:
    """A file to write lines to, or standard output for `-`."""
    if path == STANDARD:
        out = stdout_bytes()
        yield out
        out.flush()
        return
    with path.open("wb") as file:
        yield file


def line_of(event: Event) -> bytes:
    """An event in the replay form, with its line end."""
    return msgspec.json.encode(encode_json(STREAM_OF[type(event)], event)) + b"\n"
