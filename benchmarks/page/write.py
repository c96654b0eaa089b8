"""Writes docs/speed.md and its pictures from raw figures."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

from benchmarks import pace
from benchmarks.page import jobs, svg, tables
from benchmarks.page.found import Found
from benchmarks.page.goals import all_hops, goals, growth_of
from benchmarks.page.svg import Point
from benchmarks.pipeline.histogram import BOUNDS, Histogram
from benchmarks.pipeline.measure import PipelineFound
from benchmarks.pipeline.open_loop import OpenLoop
from benchmarks.speed_profiles import PARTS

LATENCY_PICTURE = "speed-latency.svg"


def write(found: Found, raw: Path, folder: Path) -> None:
    """Write the page and its pictures; `raw` is where the figures are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in jobs.pictures(found).items():
        (folder / name).write_text(picture)
    if _timed(found):
        (folder / LATENCY_PICTURE).write_text(_latency_picture(found))
    (folder / "speed.md").write_text(page(found, raw.name))


def page(found: Found, raw: str) -> str:
    """The page; `raw` is the name of the file with the figures."""
    parts = (_begin(found, raw), *jobs.sections(found), *_pipeline(found), _growth(found), _stores(found))
    return "\n\n".join(part for part in parts if part) + "\n"


def _begin(found: Found, raw: str) -> str:
    machine = found.machine
    shared = (
        "Other work ran on the machine meanwhile: absolute figures\nare worse than they would be, and only ratios of "
        "runs made one after the other mean anything."
        if machine.is_shared
        else "Nothing else ran on the machine."
    )
    way = "with the native part" if machine.way == "native" else "by the pure code"
    return f"""# Speed

Made by `make bench` (profile `{found.profile}`), all figures from one run: {machine.cpus} cores, {machine.processor},
Python {machine.python}, revision `{machine.revision[:7]}`; raw in [`{raw}`](../benchmarks/results/{raw}).
Cloudtag read and wrote records {way}. {shared}{pace.told(found.pace_seconds)}
Broker, peers and whoever watches them share the cores. What each part means, and how the parts of a worker's
time are found, is in [benchmarks](benchmarks.md).
{_took(found)}

## Goals

{tables.of_goals(goals(found))}"""


def _took(found: Found) -> str:
    """How long each part took, and which were not measured: nothing is left out in silence."""
    if not found.took_seconds:
        return ""
    taken = ", ".join(f"{name} {seconds / 60:.1f}" for name, seconds in found.took_seconds.items())
    missing = [name for name in PARTS if name not in found.took_seconds]
    also = f" Not measured: {', '.join(missing)}." if missing else ""
    return f"\nMinutes that each part took: {taken}.{also}"


def _pipeline(found: Found) -> list[str]:
    whole = found.pipeline
    if whole is None:
        return []
    ready = [run.ready_seconds for run in whole.runs]
    cold = (
        f"\n\nCold start, from the start of the process to readiness: {min(ready):.1f}–{max(ready):.1f} s."
        if ready
        else ""
    )
    return [
        f"""## The whole pipeline

All streams and detectors, an open loop: each event is sent when it is due, whatever became of those before it, for
{whole.seconds:g} seconds. A rate is sustained where the lag does not grow by more than 2 % of it, by the line of least
squares after a quarter of the run (in short runs than by a second's events, the rhythm of commits); the highest such
rate is found by bisection.

{tables.of_tried(whole.tried)}{cold}""",
        f"""## From an event to its alert

By the hops on the way: how deep the internal records are that an alert follows from, each a round through the broker.
Times are counted from when the event was due, in classes a quarter apart.

{tables.of_latency(whole.runs)}

Of fewer than 200 alerts no slowest hundredth is concluded.{_least(whole)}{_left(whole.runs)}

![How many alerts were there after how long]({LATENCY_PICTURE})"""
        if _timed(found)
        else "",
    ]


def _least(whole: PipelineFound) -> str:
    if not whole.least:
        return ""
    return f"""

The least a client does at these rates on this machine: it reads the same partitions, writes each record as a row and
waits for it, and passes some on over as many hops. It decodes and judges nothing, is in no group, and has a third of
the internal records. What this takes is the broker's and the clients' share; what a worker takes beyond it is its own.

{tables.of_least(whole.least)}"""


def _left(runs: list[OpenLoop]) -> str:
    if not any(run.buyers for run in runs):
        return ""
    return f"""

What the same runs left on the broker's disk, and how much more memory the worker held at most than when it was ready;
a short stream of few buyers lets a fixed cost look like theirs:

{tables.of_cost(runs)}"""


def _growth(found: Found) -> str:
    by_buyers, by_facts = growth_of(found)
    if not by_buyers or not by_facts:
        return ""
    return f"""## Large states, long histories

CPU of judging alone, each size in a process of its own; the memory is that process's, rows in memory.

{tables.of_growth("buyers", by_buyers)}

{tables.of_growth("facts of one buyer", by_facts)}"""


def _stores(found: Found) -> str:
    if found.stores is None:
        return ""
    return f"""## What is read back, what is stored

A process without state takes over all partitions of a changelog of real rows, from its owner records to the last row
in its store. The sink takes alerts from their topic into the warehouse, each once, the engine in its own process or
behind HTTP; beside it such blocks of columns are given to the warehouse by themselves, made beforehand. In the same
process the engine's own time is counted too.

{tables.of_stores(found.stores)}"""


def _timed(found: Found) -> bool:
    return found.pipeline is not None and any(run.by_hops for run in found.pipeline.runs)


def _latency_picture(found: Found) -> str:
    runs = found.pipeline.runs if found.pipeline else []
    given = {f"{run.rate:,.0f} events/s": _reached(all_hops(run)) for run in runs if run.by_hops}
    return svg.lines("Share of the alerts that were there", given, "ms", "%")


def _reached(times: Histogram) -> list[Point]:
    places = sorted(times.counts)
    sums = accumulate(times.counts[place] for place in places)
    return [(0.0, 0.0), *((BOUNDS[place], 100 * seen / times.total) for place, seen in zip(places, sums, strict=True))]
