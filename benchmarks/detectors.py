"""What the catalogue costs: replay over mixed events in one process, and microseconds per event by detector.

``python -m benchmarks.detectors [--events N] [--fraud SHARE] [--seed S] [--json FILE]``. The events per second are
measured without any instrument, for replay (in event time, nothing stored) and for batches in order of delivery as a
worker reads them, rows stored; a third pass has a clock around every detector.
"""

from __future__ import annotations

import argparse
import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.load import QUIET_MS
from benchmarks.meter import peak_rss_mb
from cloudtag.config import Config
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.gc_tuning import collect_rarely, uncollected
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.simulate import Profile, simulate

MOST_ROWS = 40
BATCH_RECORDS = 2000


class Cost(Struct):
    """What one detector took: how often it was asked, how many findings and timers it gave, and its seconds."""

    asked: int = 0
    answers: int = 0
    seconds: float = 0.0


class Pass(Struct, frozen=True):
    """One way of judging all events: wall time, and how long the process computed."""

    published: int
    seconds: float
    cpu_seconds: float


class Measured(Struct, kw_only=True):
    """A whole measurement."""

    profile: Profile
    events: int
    replay: Pass
    batches: Pass
    batch_records: int
    peak_rss_mb: float
    detectors: dict[str, Cost]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--fraud", type=float, default=0.03, help="share of the refunds that is fraudulent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    wish = parser.parse_args()
    collect_rarely()
    found = measure(Profile(events=wish.events, seed=wish.seed, catalogue="full", fraud_share=wish.fraud))
    show(found)
    if wish.json:
        wish.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def measure(profile: Profile) -> Measured:
    """Three passes over the same events: two to time the whole, one to time each detector."""
    events = list(simulate(profile).events())
    until_ms = max(event.occurred_at for event in events) + QUIET_MS
    # The events themselves are no part of what is measured; the collector need not visit them again and again.
    gc.collect()
    gc.freeze()
    batches = timed(in_batches(events, until_ms))
    with uncollected():
        replay = timed(judge(events, until_ms))
        peak = peak_rss_mb()
        with clocked(all_detectors().values()) as costs:
            _count(judge(events, until_ms))
    gc.unfreeze()
    return Measured(
        profile=profile,
        events=len(events),
        replay=replay,
        batches=batches,
        batch_records=BATCH_RECORDS,
        peak_rss_mb=peak,
        detectors=costs,
    )


def timed(records: Iterable[Any]) -> Pass:
    """Drain what is published and time it."""
    gc.collect()
    wall, cpu = perf_counter(), process_time()
    published = _count(records)
    return Pass(published, perf_counter() - wall, process_time() - cpu)


def in_batches(events: list[Any], until_ms: int) -> Iterator[Any]:
    """What a worker's tasks publish of events in order of delivery."""
    topology = Topology(shipped(), Config.read().lateness_seconds * 1000, memory_rows())
    for start in range(0, len(events), BATCH_RECORDS):
        yield from topology.feed(events[start : start + BATCH_RECORDS])
    yield from topology.pass_time(until_ms)


@contextmanager
def clocked(detectors: Iterable[Detector]) -> Iterator[dict[str, Cost]]:
    """A clock around every detector's function, taken away again at the end."""
    costs: dict[str, Cost] = {}
    plain = {detector.name: (detector, detector.detect) for detector in detectors}
    try:
        for name, (detector, detect) in plain.items():
            costs[name] = Cost()
            # The registry's detectors are frozen for everybody else.
            object.__setattr__(detector, "detect", _clocked(detect, costs[name]))
        yield costs
    finally:
        for detector, detect in plain.values():
            object.__setattr__(detector, "detect", detect)


def _clocked(detect: Callable[[Any, Any], Iterable[Any]], cost: Cost) -> Callable[[Any, Any], list[Any]]:
    def clocked(case: Any, parameters: Any) -> list[Any]:
        begun = perf_counter()
        answers = list(detect(case, parameters))
        cost.seconds += perf_counter() - begun
        cost.asked += 1
        cost.answers += len(answers)
        return answers

    return clocked


def show(found: Measured) -> None:
    """Print the whole and its parts."""
    table = Table(title=f"detectors over {found.events:,} events")
    table.add_column("detector")
    for name in ("asked", "per event", "answers", "µs when asked", "µs per event"):
        table.add_column(name, justify="right")
    by_cost = sorted(found.detectors.items(), key=lambda item: -item[1].seconds)
    for name, cost in by_cost[:MOST_ROWS]:
        each = cost.seconds / cost.asked * 1e6 if cost.asked else 0.0
        share = cost.asked / found.events
        micros = cost.seconds / found.events * 1e6
        table.add_row(name, f"{cost.asked:,}", f"{share:.3f}", f"{cost.answers:,}", f"{each:.2f}", f"{micros:.3f}")
    total = sum(cost.seconds for cost in found.detectors.values()) / found.events * 1e6
    console = Console(width=110, highlight=False)
    console.print(table)
    console.print(
        f"all detectors: {total:.2f} µs per event, of {found.replay.cpu_seconds / found.events * 1e6:.2f} µs in all; "
        f"{found.peak_rss_mb:,.0f} MiB"
    )
    ways = {"replay": found.replay, f"batches of {found.batch_records:,}": found.batches}
    for name, way in ways.items():
        console.print(
            f"{name}: [bold]{found.events / way.seconds:,.0f} events/s[/] by the clock ({way.seconds:.1f} s), "
            f"{found.events / way.cpu_seconds:,.0f} for each second computed; {way.published:,} records published"
        )


def _count(records: Iterable[Any]) -> int:
    """Drain an iterator; how many there were."""
    counted = deque(enumerate(records, 1), maxlen=1)
    return counted[0][0] if counted else 0


if __name__ == "__main__":
    main()
