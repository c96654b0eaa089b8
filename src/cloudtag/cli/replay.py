"""`cloudtag replay`: files of events through the engine, without Kafka."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from cloudtag.cli.lines import STANDARD, check_readable, line_writer, read_lines
from cloudtag.cli.options import Files, OutFile, Until, milliseconds
from cloudtag.cli.screen import progress
from cloudtag.collector import uncollected
from cloudtag.contract.records import DeadLetter
from cloudtag.wire import encode_json

Record = tuple[str, Struct]


def replay(
    files: Files,
    until: Until = None,
    final: Annotated[bool, typer.Option("--final", help="Print only the latest revision of each record.")] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="Print too what verdicts label as true or false positives.")
    ] = False,
    out: OutFile = STANDARD,
) -> None:
    """Judge files of events with the engine of the worker and print what it publishes, as JSON lines.

    The files are one complete set: the order of the lines does not matter, and repeats change nothing. A line that
    cannot be read becomes a dead letter.

    Example:  cloudtag replay week.jsonl --until 2025-03-20T00:00:00Z --final
    """
    from cloudtag.replay import replay as judge

    size = check_readable(files)
    until_ms = None if until is None else milliseconds(until)
    with progress("reading", size) as steps, line_writer(out) as file, uncollected():
        records: Iterable[Record] = judge(read_lines(files, steps), until_ms)
        if not labels:
            records = (record for record in records if record[0] != "labels")
        for stream, record in latest_of(records) if final else records:
            file.write(msgspec.json.encode(encode_json(stream, record)) + b"\n")


def latest_of(records: Iterable[Record]) -> Iterator[Record]:
    """The latest revision of each record, in the order in which the records first appeared, and every dead letter."""
    from cloudtag.simulate.score import identity

    final: dict[tuple[str, str], Record] = {}
    for stream, record in records:
        if isinstance(record, DeadLetter):
            yield stream, record
        else:
            final[identity(record)] = (stream, record)
    yield from final.values()
