"""`cloudtag produce`: files of events into Kafka."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from cloudtag.cli.failure import FAILED
from cloudtag.cli.lines import check_stream, line_writer
from cloudtag.cli.options import Brokers, Files, TableStream, Until, milliseconds, settings
from cloudtag.cli.screen import note, progress
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.eventfiles import BadLines, EventLines, check_readable
from cloudtag.eventfiles.decoded_lines import BadLine, read
from cloudtag.wire import Undecodable
from cloudtag.wire.produced import check


class Refusals:
    """Names every refused line as it comes, writes it to a file where there is one, and counts."""

    def __init__(self, lines: EventLines, file: BinaryIO | None) -> None:
        """`lines`: knows where the line at hand stands."""
        self._lines = lines
        self._file = file
        self.bad = BadLines()

    def add(self, error: Undecodable) -> None:
        """The line at hand is refused."""
        place = self._lines.place
        self.bad.add(place, error.reason, error.error)
        note(f"{place} refused: {error.reason}: {error.error}")
        if self._file is not None:
            refused = {
                "file": str(self._lines.file),
                "line": self._lines.number,
                "reason": error.reason,
                "error": error.error,
                "value": self._lines.line.rstrip(b"\r\n").decode(errors="backslashreplace"),
            }
            self._file.write(msgspec.json.encode(refused) + b"\n")


def produce(
    files: Files,
    until: Until = None,
    stream: TableStream = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Write refused lines there, each with its reason.")
    ] = None,
    brokers: Brokers = None,
) -> None:
    """Send events from files to their topics, each checked, keyed and encoded as upstream would.

    A line that is no event of an input stream is refused and named; the others go on, and the exit code is 1. JSON
    lines, a JSON array, CSV and Parquet are read, compressed with gzip or zstd or not.
    `--until` then moves event time on for every processor, as quiet days would.

    Example:  cloudtag simulate | cloudtag produce -
    """
    config = settings(brokers)
    check_stream(stream)
    size = check_readable(files)
    until_ms = None if until is None else milliseconds(until)
    with progress("sending", size) as steps, _file(rejects) as file:
        lines = EventLines(files, stream, steps.done)
        refusals = Refusals(lines, file)
        sent = asyncio.run(_produce(config, lines, refusals, until_ms))
    refused = refusals.bad
    note(f"{sent:,} events sent, {refused.count:,} lines refused{f' ({refused.kinds})' if refused.count else ''}")
    if refused.count:
        raise typer.Exit(FAILED)


@contextmanager
def _file(path: Path | None) -> Iterator[BinaryIO | None]:
    with nullcontext() if path is None else line_writer(path) as file:
        yield file


async def _produce(config: Config, lines: EventLines, refusals: Refusals, until_ms: int | None) -> int:
    from cloudtag.cli.kafka import quiet, sender
    from streams.kafka import topics

    quiet()
    config = await topics.as_found(config, [config.topic(stream) for stream in INPUTS])
    async with sender(config) as out:
        for event in _accepted(lines, refusals):
            await out.send(event)
        await out.flush()
        sent = out.sent
        if until_ms is not None:
            await out.pass_time(until_ms)
    return sent


def _accepted(lines: EventLines, refusals: Refusals) -> Iterator[Any]:
    """The events that may be sent; all else is refused."""
    for item in read(lines):
        if isinstance(item, BadLine):
            refusals.add(item.error)
            continue
        try:
            check(STREAM_OF[type(item)], item)
        except ValueError as error:
            # It could be replayed, but whoever produces it must say what happened.
            refusals.add(Undecodable("invalid_value", str(error).partition(": ")[2]))
        else:
            yield item
