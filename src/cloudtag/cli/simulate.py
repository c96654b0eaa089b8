"""`cloudtag simulate`: a labelled stream of honest buyers and scripted attackers."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.lines import line_of, line_writer
from cloudtag.cli.options import OutFile, milliseconds
from cloudtag.cli.screen import note, progress
from cloudtag.eventfiles import STANDARD

if TYPE_CHECKING:
    from cloudtag.simulate.profile import Profile


class CatalogueName(StrEnum):
    """Which stories are played."""

    BASIC = "basic"
    FULL = "full"
    COVER = "cover"
    DEMO = "demo"


def simulate(
    out: OutFile = STANDARD,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there what must, and must not, be found.")
    ] = None,
    events: Annotated[int, typer.Option(min=1, help="About how many events.")] = 50_000,
    days: Annotated[int, typer.Option(min=1, help="Over how many days.")] = 7,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal streams.")] = 1,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the first order is placed (default 2025-03-03).")
    ] = None,
    pace: Annotated[
        float, typer.Option(min=0.01, max=10.0, help="1.0: parcels take days, as in Brazil; 0.1: hours.")
    ] = 0.1,
    late: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of events delivered late.")] = 0.03,
    duplicates: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of events delivered twice.")] = 0.02,
    attacks: Annotated[bool, typer.Option("--attacks/--no-attacks", help="With scripted attackers or without.")] = True,
    fraud: Annotated[
        float | None, typer.Option(min=0.0, max=0.5, help="This share of the refunds is fraudulent, as 0.03.")
    ] = None,
    catalogue: Annotated[
        CatalogueName,
        typer.Option(help="Stories for every detector, for six (basic), with more (cover), or of `cloudtag demo`."),
    ] = CatalogueName.FULL,
) -> None:
    """Write a simulated stream of events as JSON lines, in the order in which they would arrive.

    Honest buyers order, receive and sometimes return; scripted attackers do what the detectors look for; others
    only look like it. `--labels` says which is which, for `cloudtag score`.

    Example:  cloudtag simulate --events 20000 --seed 7 -o week.jsonl --labels labels.jsonl
    """
    from cloudtag.simulate.profile import MONDAY_MS, Profile

    profile = Profile(
        events=events,
        days=days,
        seed=seed,
        pace=pace,
        late_share=late,
        duplicate_share=duplicates,
        has_attacks=attacks,
        fraud_share=fraud,
        catalogue=catalogue.value,
        starts_at=milliseconds(start) if start else MONDAY_MS,
    )
    _write(profile, out, labels)


def _write(profile: "Profile", out: Path, labels: Path | None) -> None:
    from cloudtag.simulate.labels import encode_labels
    from cloudtag.simulate.simulation import simulate as play

    simulation = play(profile)
    written = 0
    with progress("simulating", profile.events) as steps, line_writer(out) as file:
        for event in steps.each(simulation.events()):
            file.write(line_of(event))
            written += 1
    if labels:
        with line_writer(labels) as file:
            file.writelines(encode_labels(simulation.labels))
    note(f"{written:,} events, {len(simulation.labels):,} labels")
