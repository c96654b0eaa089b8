"""`cloudtag score`: what was found, missed and falsely said, against the labels of a simulation."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec import Struct
from rich.table import Table

from cloudtag.cli.failure import FAILED, UNREADABLE, FailureError
from cloudtag.cli.options import Files
from cloudtag.cli.screen import errors, output, progress
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import OUTPUTS
from cloudtag.eventfiles import EventLines, check_readable
from cloudtag.wire import Undecodable, decode_json

if TYPE_CHECKING:
    from cloudtag.simulate import Score

SHOWN = 5
"""How many missed and false ones are named for each detector."""


def score(
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="The labels that `cloudtag simulate` wrote.")],
    records: Files,
) -> None:
    """Compare published records with the labels of the simulation they come from.

    Ends with exit code 1 when something was missed or falsely said.

    Example:  cloudtag replay week.jsonl --until 2025-03-20 | cloudtag score labels.jsonl -
    """
    from cloudtag.simulate import decode_labels
    from cloudtag.simulate import score as compare

    size = check_readable([labels, *records])
    try:
        known = list(decode_labels(labels.read_bytes().splitlines()))
    except msgspec.DecodeError as error:
        raise FailureError(f"{labels} holds no labels: {error}", UNREADABLE) from None
    with progress("reading", size) as steps:
        tallies = compare(known, _records(EventLines(records, done=steps.done)))
    output().print(score_table(tallies))
    name_faults(tallies)
    if not all(tally.is_clean for tally in tallies.values()):
        raise typer.Exit(FAILED)


def _records(lines: EventLines) -> Iterator[Struct]:
    for line in lines:
        try:
            stream, record = decode_json(line)
        except Undecodable as error:
            raise FailureError(f"{lines.place} cannot be read: {error}", UNREADABLE) from None
        if stream not in OUTPUTS:
            raise FailureError(f"{lines.place} is an input ({stream}): score what replay or tail prints", UNREADABLE)
        if not isinstance(record, DeadLetter):
            yield record


def score_table(tallies: "dict[str, Score]") -> Table:
    """Found, missed and false by detector, with the tags and confirmations below."""
    table = Table(title="Alerts and tags against the labels")
    table.add_column("detector")
    for name in ("expected", "found", "missed", "false", "withdrawn"):
        table.add_column(name, justify="right")
    for name, tally in sorted(tallies.items(), key=lambda item: (item[0] in ("tags", "confirmations"), item[0])):
        missed, false = len(tally.missed), len(tally.false)
        table.add_row(
            name,
            str(tally.expected),
            str(tally.found),
            f"[red]{missed}[/]" if missed else "0",
            f"[red]{false}[/]" if false else "0",
            str(tally.withdrawn),
        )
    return table


def name_faults(tallies: "dict[str, Score]") -> None:
    """Name a few of what was missed or false, on standard error."""
    console = errors()
    for name, tally in tallies.items():
        for label in tally.missed[:SHOWN]:
            console.print(f"missed {name}: {label}", markup=False)
        for record in tally.false[:SHOWN]:
            console.print(f"false {name}: {record}", markup=False)
