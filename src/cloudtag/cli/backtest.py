"""`cloudtag backtest`: what another policy would have said about the same events."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from cloudtag.cli.failure import UNREADABLE
from cloudtag.cli.lines import read_events
from cloudtag.cli.options import Files, Until, milliseconds, settings
from cloudtag.cli.screen import note, progress, stdout_bytes

if TYPE_CHECKING:
    from cloudtag.policy.load import Packs

SHIPPED = "the shipped packs"


def backtest(
    files: Files,
    policy: Annotated[
        Path,
        typer.Option(
            "--policy",
            metavar="DIR|FILE",
            help="The new packs; a single TOML file takes the place of the shipped pack of its name.",
        ),
    ],
    base: Annotated[
        Path | None,
        typer.Option("--base", metavar="DIR|FILE", help="What to compare with (default: the packs in use)."),
    ] = None,
    until: Until = None,
    show: Annotated[int, typer.Option("--show", min=0, metavar="N", help="List N examples of each difference.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with every record instead.")] = False,
) -> None:
    """Judge files of events with two policies and show what differs in the end: alerts, tags, consequences, money.

    Compared is the latest revision of each record; what was withdrawn, reversed or voided does not stand. The files
    are read as `cloudtag replay` reads them, and judged by the engine of the worker.

    Example:  cloudtag backtest --policy ./policies week.jsonl --until 2025-03-25 --show 3
    """
    from cloudtag.backtest import backtest as run

    until_ms = None if until is None else milliseconds(until)
    base = base or settings().policies_dir
    packs, new_packs = _packs(base), _packs(policy)
    events, unread = read_events(files)
    with progress("judging") as steps:
        found = run(events, packs, new_packs, until_ms, steps.each)
    names = (str(base) if base else SHIPPED, str(policy))
    if as_json:
        from cloudtag.backtest.to_json import as_object

        told = {"base": names[0], "new": names[1], "unread": unread, **as_object(found)}
        stdout_bytes().write(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
    else:
        from cloudtag.cli.backtest_report import report

        report(found, names, show)


def _packs(path: Path | None) -> "Packs":
    """The packs at a path, or those that came along. Ends with one line for each fault."""
    from cloudtag.backtest.packs import packs_at
    from cloudtag.policy.faults import PolicyError

    try:
        return packs_at(path)
    except PolicyError as error:
        for fault in error.faults:
            note(f"{fault}")
        raise typer.Exit(UNREADABLE) from None
