"""`cloudtag replay`: files of events through the engine, without Kafka."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.lines import check_stream, line_writer
from cloudtag.cli.options import Files, LiveSince, OutFile, TableStream, Until, milliseconds
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.cli.screen import note, progress
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.standing import REVERSIBLE, RecordKey, keep_latest
from cloudtag.eventfiles import STANDARD, BadLines, EventLines, check_readable
from cloudtag.gc_tuning import uncollected
from cloudtag.wire import encode_json

_Record = tuple[str, Struct]
LATENESS_SECONDS = Config().lateness_seconds


def replay(
    files: Files,
    until: Until = None,
    final: Annotated[bool, typer.Option("--final", help="Print only the latest revision of each record.")] = False,
    labels: Annotated[bool, typer.Option(help="Print too what verdicts label as true or false positives.")] = True,
    as_delivered: Annotated[
        bool, typer.Option("--as-delivered", help="Take the lines in their order, as a worker that received them so.")
    ] = False,
    lateness: Annotated[
        int | None,
        typer.Option(
            "--lateness",
            metavar="SECONDS",
            min=0,
            help=f"With --as-delivered: how long late events are waited for ({LATENESS_SECONDS} unless said).",
        ),
    ] = None,
    live_since: LiveSince = None,
    stream: TableStream = None,
    policies: PoliciesDir = None,
    out: OutFile = STANDARD,
) -> None:
    """Judge files of events with the engine of the worker and print what it publishes, as JSON lines.

    The files are one complete set: the order of the lines does not matter, and repeats change nothing. A line that
    is no event becomes a dead letter, and is named on standard error. JSON lines, a JSON array, CSV and Parquet are
    read, compressed with gzip or zstd or not.

    With --as-delivered the lines are taken as they stand; what stands in the end is the same, unless an event comes
    too late to be held.

    Example:  cloudtag replay week.jsonl --until 2025-03-20T00:00:00Z --final
    """
    from cloudtag.replay.as_delivered import replay_as_delivered
    from cloudtag.replay.driver import replay as judge

    if lateness is not None and not as_delivered:
        raise FailureError(
            "--lateness says how lines in their order are waited for: give --as-delivered too", UNREADABLE
        )
    check_stream(stream)
    lateness_ms = (LATENESS_SECONDS if lateness is None else lateness) * 1000
    size, bad, packs = check_readable(files), BadLines(), packs_of(policies)
    until_ms, live_ms = (None if time is None else milliseconds(time) for time in (until, live_since))
    with progress("reading", size) as steps, line_writer(out) as file, uncollected():
        lines = EventLines(files, stream, steps.done)
        judged = (
            replay_as_delivered(lines, lateness_ms, until_ms, packs, live_ms)
            if as_delivered
            else judge(lines, until_ms, packs, live_ms)
        )
        records: Iterable[_Record] = _counted(judged, lines, bad)
        if not labels:
            records = (record for record in records if record[0] != "labels")
        for name, record in latest_of(records) if final else records:
            file.write(msgspec.json.encode(encode_json(name, record)) + b"\n")
    for told in bad.told("became dead letters"):
        note(told)


def _counted(records: Iterable[_Record], lines: EventLines, bad: BadLines) -> Iterator[_Record]:
    """The same records; those of bad lines, which come as they are read, are counted with their places.

    A verdict or an appeal that was taken, and found nothing it could be about, is told of later, by its key; what lost
    its place in the order of event time, by its stream alone.
    """
    for stream, record in records:
        if isinstance(record, DeadLetter):
            of = f" of {record.key.decode()}" if record.key else ""
            place = lines.place if record.offset >= 0 else f"{record.topic}{of}"
            bad.add(place, record.reason, record.error)
        yield stream, record


def latest_of(records: Iterable[_Record]) -> Iterator[_Record]:
    """The latest revision of each record, in the order in which the records first appeared, and every dead letter."""
    final: dict[RecordKey, Struct] = {}
    for stream, record in records:
        if stream in REVERSIBLE:
            keep_latest(final, record)
        else:
            yield stream, record
    yield from ((key[0], record) for key, record in final.items())
