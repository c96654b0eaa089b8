"""`cloudtag evaluate`: how much the detectors find, how much they miss, whom they accuse falsely, and how late."""

import sys
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from cloudtag.cli.failure import FAILED
from cloudtag.cli.screen import errors, note, output, progress
from cloudtag.evaluate import Evaluation, Figures
from cloudtag.simulate import Profile

HOUR_MS = 3_600_000
SHOWN = 20
"""How many misses, and how many false alerts, are named."""


def evaluate(
    events: Annotated[int, typer.Option(min=1000, help="About how many events.")] = 200_000,
    fraud: Annotated[
        float, typer.Option(min=0.0, max=0.5, metavar="SHARE", help="This share of the refunds is fraudulent.")
    ] = 0.03,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal streams.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Simulate attackers and honest buyers, judge them without Kafka, and compare with what is known to be true.

    Ends with exit code 1 when less than 99 % of the attacks are found, or when anybody whom a script plays is accused
    falsely. Labels and detectors follow the same written rules: this shows that they agree, not how they do in the
    field.

    Example:  cloudtag evaluate --events 200000 --fraud 0.03 --seed 1
    """
    from cloudtag.evaluate import evaluate as run

    profile = Profile(events=events, seed=seed, catalogue="full", fraud_share=fraud)
    with progress("simulating", events) as steps:
        found = run(profile, steps.each)
    if as_json:
        sys.stdout.write(encode(found, profile).decode() + "\n")
    else:
        output().print(_table(found))
        output().print(_summary(found))
    _name_faults(found)
    if not found.is_good:
        raise typer.Exit(FAILED)


def encode(found: Evaluation, profile: Profile) -> bytes:
    """Everything there is to know of a run, as one JSON object."""
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "profile": profile,
                "recall": found.recall,
                "false_accusations": found.false_accusations,
                "is_good": found.is_good,
                "evaluation": found,
            }
        ),
        indent=1,
    )


def _table(found: Evaluation) -> Table:
    table = Table(title=f"{found.events:,} events, {_share(found)}", pad_edge=False)
    table.add_column("detector")
    for name in ("expected", "found", "missed", "false", "by chance", "withdrawn", "median delay", "90 %"):
        table.add_column(name, justify="right")
    for n, figures in enumerate((*found.detectors, *found.others)):
        table.add_row(*_cells(figures), end_section=n == len(found.detectors) - 1)
    return table


def _cells(figures: Figures) -> list[str]:
    missed, false = figures.missed, figures.false_accusations
    return [
        figures.detector,
        str(figures.expected),
        str(figures.found),
        f"[red]{missed}[/]" if missed else "0",
        f"[red]{false}[/]" if false else "0",
        str(figures.by_chance),
        str(figures.withdrawn),
        _hours(figures.delay_median_ms),
        _hours(figures.delay_p90_ms),
    ]


def _hours(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / HOUR_MS:.1f} h"


def _share(found: Evaluation) -> str:
    share = found.fraudulent_refunds / found.refunds if found.refunds else 0.0
    return f"{found.fraudulent_refunds:,} of {found.refunds:,} refunds fraudulent ({share:.1%})"


def _summary(found: Evaluation) -> str:
    return (
        f"[bold]recall {found.recall:.2%}[/] ({found.found:,} of {found.expected:,}), "
        f"{found.false_accusations} false accusations of scripted buyers, "
        f"{sum(figures.by_chance for figures in found.detectors)} alerts about buyers whom chance made do it"
    )


def _name_faults(found: Evaluation) -> None:
    for label in found.missed[:SHOWN]:
        note(f"missed: {label}")
    console = errors()
    for record in found.false[:SHOWN]:
        console.print(f"false: {record}", markup=False)
