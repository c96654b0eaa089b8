"""`cloudtag evaluate`: how much the detectors find, how much they miss, whom they accuse falsely, and how late."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from cloudtag.cli.failure import FAILED
from cloudtag.cli.screen import errors, note, output, progress, stdout_bytes

if TYPE_CHECKING:
    from cloudtag.evaluate import CrowdTally, Evaluation, ExampleHistory, HonestFigures
    from cloudtag.simulate.profile import Profile

SHOWN = 20
"""How many misses, and how many false alerts, are named."""


class MessName(StrEnum):
    """What honest buyers meet."""

    CLEAN = "clean"
    MESSY = "messy"


def evaluate(
    events: Annotated[int, typer.Option(min=1000, help="About how many events among which attackers are.")] = 200_000,
    fraud: Annotated[
        float, typer.Option(min=0.0, max=0.5, metavar="SHARE", help="This share of the refunds is fraudulent.")
    ] = 0.03,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal streams.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="So many worlds of honest buyers, from that seed on.")] = 1,
    honest: Annotated[int, typer.Option(min=0, help="So many honest buyers in each world.")] = 10_000,
    profile: Annotated[
        MessName, typer.Option(help="What honest buyers meet: the mess of every day, or nothing at all.")
    ] = MessName.MESSY,
    processes: Annotated[
        int | None, typer.Option(min=1, help="So many at once (default: one for each processor).")
    ] = None,
    named: Annotated[int, typer.Option(min=0, max=500, help="So many false alerts are named.")] = SHOWN,
    examples: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write there an event file for each pair of detector and kind of mess."),
    ] = None,
    parts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Judge no attackers, append each part of the crowd to this file, pass over parts that are in it, "
            "and tell of all parts in it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Simulate attackers and honest buyers, judge them without Kafka, and compare with what is known to be true.

    Attackers are played once; a crowd of honest buyers, who meet refused parcels, lost boxes, slips of the pen, silent
    couriers and shops' mistakes, is judged for itself. Ends with exit code 1 when less than 99 % of the attacks are
    found, when anybody whom a script plays is accused falsely, or anybody of the crowd at severity high or above.
    Labels and detectors follow the same written rules: this shows that they agree, not how they do in the field.

    A crowd that takes too long for one run is judged with `--parts`: what was judged stays in the file.

    Example:  cloudtag evaluate --honest 300000 --seeds 3 --parts crowd.jsonl
    """
    from cloudtag.cli.evaluated import show
    from cloudtag.evaluate import evaluate as run
    from cloudtag.evaluate import honest_figures
    from cloudtag.simulate.profile import Profile

    is_messy = profile is MessName.MESSY
    if parts is not None:
        _in_parts(parts, (honest, seeds, seed), is_messy=is_messy, processes=processes, named=named, as_json=as_json)
        return
    wanted = Profile(events=events, seed=seed, catalogue="cover" if is_messy else "full", fraud_share=fraud)
    with progress("attackers: simulating", events) as steps:
        found = run(wanted, steps.each)
    tally = _crowd(
        honest, (seed, seeds), profile, processes or os.cpu_count() or 1, keeps_examples=examples is not None
    )
    crowd = honest_figures(tally, named) if tally.buyers else None
    if examples is not None:
        _write(examples, tally.examples)
    if as_json:
        stdout_bytes().write(encode(found, wanted, crowd) + b"\n")
    else:
        show(output(), found, crowd)
    _name_faults(found)
    if not found.is_good or (crowd is not None and not crowd.is_good):
        raise typer.Exit(FAILED)


def _in_parts(
    path: Path, crowd: tuple[int, int, int], *, is_messy: bool, processes: int | None, named: int, as_json: bool
) -> None:
    """Judge what a file of parts lacks of a crowd, and tell of everything in it."""
    from cloudtag.cli.evaluate_parts import judge_missing
    from cloudtag.cli.evaluated import show_crowd
    from cloudtag.evaluate import cut, honest_figures
    from cloudtag.simulate.mess import CLEAN, MESSY

    buyers, seeds, first_seed = crowd
    shards = cut(buyers, seeds, MESSY if is_messy else CLEAN, first_seed)
    tally = judge_missing(path, shards, processes or os.cpu_count() or 1)
    if not tally.buyers:
        note(f"{path}: no part of a crowd was judged yet")
        raise typer.Exit(FAILED)
    figures = honest_figures(tally, named)
    if as_json:
        stdout_bytes().write(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")
    else:
        show_crowd(output(), figures)
    if not figures.is_good:
        raise typer.Exit(FAILED)


def _crowd(
    honest: int, seeds: tuple[int, int], mess: MessName, processes: int, *, keeps_examples: bool
) -> "CrowdTally":
    """The tally of all honest buyers; so many are done is shown on a terminal, and every tenth part elsewhere."""
    from cloudtag.evaluate import CrowdTally, cut, judge_shards
    from cloudtag.simulate.mess import CLEAN, MESSY

    first, count = seeds
    shards = cut(honest, count, MESSY if mess is MessName.MESSY else CLEAN, first)
    tally, total = CrowdTally(), honest * count
    with progress("honest buyers", total) as steps:
        for part in judge_shards(shards, processes, keeps_examples=keeps_examples):
            tenth = 10 * tally.buyers // total
            tally += part
            steps.done(part.buyers)
            if 10 * tally.buyers // total > tenth and not errors().is_terminal:
                note(f"{tally.buyers:,} of {total:,} honest buyers, {tally.accused_gravely:,} accused")
    return tally


def encode(found: "Evaluation", profile: "Profile", crowd: "HonestFigures | None" = None) -> bytes:
    """Everything there is to know of a run, as one JSON object."""
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "profile": profile,
                "recall": found.recall,
                "medium_recall": found.medium_recall,
                "false_accusations": found.false_accusations,
                "is_good": found.is_good and (crowd is None or crowd.is_good),
                "evaluation": found,
                "honest": crowd,
            }
        ),
        indent=1,
    )


def _write(directory: Path, examples: "tuple[ExampleHistory, ...]") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for example in examples:
        path = directory / f"{example.detector}--{example.kind}.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in example.lines))
    note(f"{len(examples)} event files in {directory}")


def _name_faults(found: "Evaluation") -> None:
    for label in found.missed[:SHOWN]:
        note(f"missed: {label}")
    console = errors()
    for record in found.false[:SHOWN]:
        console.print(f"false: {record}", markup=False)
