"""Writes docs/speed.md and its pictures from raw figures."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

from benchmarks.page import svg, tables
from benchmarks.page.found import Found
from benchmarks.page.goals import STEADY_RECORDS, all_hops, goals, is_cold
from benchmarks.page.svg import Bar, Point
from benchmarks.peers.measure import PeersFound
from benchmarks.pipeline.histogram import BOUNDS, Histogram

PEERS_PICTURE, LATENCY_PICTURE = "speed-peers.svg", "speed-latency.svg"


def write(found: Found, raw: Path, folder: Path) -> None:
    """Write the page and its pictures; `raw` is where the figures are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    if found.job.summary:
        (folder / PEERS_PICTURE).write_text(_peers_picture(found))
    if _timed(found):
        (folder / LATENCY_PICTURE).write_text(_latency_picture(found))
    (folder / "speed.md").write_text(page(found, raw.name))


def page(found: Found, raw: str) -> str:
    """The page; `raw` is the name of the file with the figures."""
    return (
        "\n\n".join(
            part for part in (_begin(found, raw), _job(found), _hot(found), *_pipeline(found), _stores(found)) if part
        )
        + "\n"
    )


def _begin(found: Found, raw: str) -> str:
    machine = found.machine
    shared = (
        "Other work ran on the machine meanwhile: absolute figures\nare worse than they would be, and only ratios of "
        "runs made one after the other mean anything."
        if machine.is_shared
        else "Nothing else ran on the machine."
    )
    return f"""# Speed

Made by `make bench` (profile `{found.profile}`), all figures from one run: {machine.cpus} cores, {machine.processor},
Python {machine.python}, revision `{machine.revision[:7]}`; raw in [`{raw}`](../benchmarks/results/{raw}).
{shared} Broker, peers and whoever watches them share the cores. What each part means, and how the parts of a worker's
time are found, is in [benchmarks](benchmarks.md).

## Goals

{tables.of_goals(goals(found))}"""


def _job(found: Found) -> str:
    job = found.job
    shape = job.shape
    return f"""## One job, done by others too

{shape["records"]:,} Avro records of {shape["buyers"]:,} buyers (input `{job.input}`) on one Apache Kafka broker: a
window of seven days for each buyer, an alert where refunds fill it, state durable in a changelog (Flink: in checkpoints
on disk), alerts acknowledged before the offsets of what they follow from. A run counts from the first record to the
commit of the last, and only if its set of alerts is `{job.expected}`, which a reading of the same records one by one
has found. Peers run up and down in turn; passes: {len(job.passes)}; ratios are to the first line in the same pass, with
95 % bootstrap intervals (one pass has none). CPU is that of all the peer's threads and children, a JVM's compilers
among them; the broker's is not counted.{_short_of(job)}

{tables.of_peers(job)}

![Records per CPU second]({PEERS_PICTURE})

The plain loops could not be started twice: no partition is given away, nothing is read back after a crash. cloudtag's
engine judges a set of facts, so that a late dealing takes back what it refutes; no other peer does. Naive Faust is
given a tenth of the records. CPU µs per record are also CPU seconds per million. Not in the table:

{tables.of_left_out(job)}

{tables.of_settings()}"""


def _short_of(job: PeersFound) -> str:
    if job.shape["records"] >= STEADY_RECORDS:
        return ""
    return f"""

**So few records say nothing of the JVM's peers:** in their first seconds they compile themselves. And all but the plain
loops commit once a second, which is part of their time here. To compare with them takes {STEADY_RECORDS:,} records and
more (profile `full`). They are called cold below and are not in the picture, and no goal about them counts as reached
or missed."""


def _hot(found: Found) -> str:
    if found.hot is None:
        return ""
    share = found.hot.shape["hot_share"]
    return f"""## A hot key

The same with {share:.0%} of the records of one buyer.

{tables.of_peers(found.hot)}"""


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

![How many alerts were there after how long]({LATENCY_PICTURE})"""
        if _timed(found)
        else "",
        f"""## Large states, long histories

CPU of judging alone, in one process.

{tables.of_growth("buyers", whole.state)}

{tables.of_growth("facts of one buyer", whole.history)}"""
        if whole.state and whole.history
        else "",
    ]


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


def _peers_picture(found: Found) -> str:
    given = [
        Bar(line.peer, line.cpu_ratio.median, line.cpu_ratio.low, line.cpu_ratio.high, line.peer.startswith("cloudtag"))
        for line in found.job.summary
        if not is_cold(found.job, line.peer)
    ]
    return svg.bars("Records per CPU second, the plain aiokafka loop's = 1", given)


def _latency_picture(found: Found) -> str:
    runs = found.pipeline.runs if found.pipeline else []
    given = {f"{run.rate:,.0f} events/s": _reached(all_hops(run)) for run in runs if run.by_hops}
    return svg.lines("Share of the alerts that were there", given, "ms", "%")


def _reached(times: Histogram) -> list[Point]:
    places = sorted(times.counts)
    sums = accumulate(times.counts[place] for place in places)
    return [(0.0, 0.0), *((BOUNDS[place], 100 * seen / times.total) for place, seen in zip(places, sums, strict=True))]
