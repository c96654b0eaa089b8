"""All measurements of the whole pipeline on a broker, one after the other, and what they came to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from msgspec import Struct

from benchmarks import load as loads
from benchmarks import profiles
from benchmarks.load import Load
from benchmarks.pipeline.causes import causes
from benchmarks.pipeline.growth import Grown
from benchmarks.pipeline.lag import Tried, bisect, is_flat, slope, sustained
from benchmarks.pipeline.least import RELAYS, least
from benchmarks.pipeline.open_loop import OpenLoop, run

Say = Callable[[str], None]
ATTACKS = 0.3
"""The fraudulent share of the refunds: more than in life, or too few alerts would be timed."""
MOST_DELAY_SECONDS = 0.5


class PipelineAsked(Struct, frozen=True, kw_only=True):
    """How much is measured."""

    low: float
    high: float
    """Between these rates the sustained one is looked for."""
    steps: int
    seconds: float
    """How long each rate is held."""
    shares: tuple[float, ...]
    """At which parts of the sustained rate latency is measured."""
    shares_seconds: float = 0.0
    """How long those are held, if not as long as others: a hundredth of few alerts is one or none."""
    fixed: tuple[float, ...] = (100.0,)
    """And at which rates besides, in events a second."""
    fixed_seconds: float = 0.0
    """How long those are held, if not as long as others: few events bring few alerts."""
    least_seconds: float = 60.0
    """How long, at most, a rate is held for a client that only passes on."""
    workers: tuple[int, ...] = (1, 2)
    budget_seconds: float = float("inf")
    """For each number of workers no more rates are tried after so long."""


class PipelineFound(Struct, frozen=True, kw_only=True):
    """What was measured."""

    seconds: float
    tried: dict[int, list[Tried]]
    """By the number of workers."""
    sustained: dict[int, float]
    runs: list[OpenLoop]
    """Those whose alerts were timed, with one worker."""
    least: dict[str, list[OpenLoop]] = {}
    """The same rates with a client in the worker's place that only passes on; by its name."""
    state: list[Grown] = []
    history: list[Grown] = []
    """Only in figures that are older than `GrowthFound`."""


def measure(asked: PipelineAsked, say: Say) -> PipelineFound:
    """Measure it all."""
    load = simulated(asked.high * 2**0.5 * asked.seconds, say)
    tried = {workers: _bisected(asked, load, workers, say) for workers in asked.workers}
    best = {workers: sustained(rates) for workers, rates in tried.items()}
    say("sustained: " + ", ".join(f"{rate:,.0f}/s with {workers}" for workers, rate in best.items()))
    top = best[asked.workers[0]]
    timed = dict.fromkeys(asked.fixed, asked.fixed_seconds or asked.seconds)
    timed |= {top * share: asked.shares_seconds or asked.seconds for share in asked.shares if top}
    runs = [_timed(rate, timed[rate], say) for rate in sorted(timed)]
    passed_on = {
        relay: [_least(relay, rate, min(timed[rate], asked.least_seconds), say) for rate in sorted(timed)]
        for relay in RELAYS
    }
    return PipelineFound(seconds=asked.seconds, tried=tried, sustained=best, runs=runs, least=passed_on)


def simulated(events: float, say: Say) -> Load:
    """So many events of the simulated marketplace: a week of it, however many they are."""
    say(f"simulating {events:,.0f} events")
    return loads.make(replace(profiles.PROFILES["smoke"], events=int(events)), ATTACKS)


def _bisected(asked: PipelineAsked, load: Load, workers: int, say: Say) -> list[Tried]:
    begun = time.monotonic()

    def attempt(rate: float) -> Tried:
        seconds = min(asked.seconds, len(load.records) / rate)
        found = run(load, rate, seconds, {}, workers)
        grows = slope(found.looks)
        is_sustained = is_flat(found.looks, rate) and found.worst_delay_seconds < MOST_DELAY_SECONDS
        word = "sustained" if is_sustained else "not sustained"
        say(f"{workers} worker(s), {rate:,.0f}/s: lag grows by {grows:,.0f}/s, {found.cpu_us:.0f} µs CPU: {word}")
        return Tried(rate, grows, is_sustained, found.cpu_us)

    def has_time() -> bool:
        return time.monotonic() - begun < asked.budget_seconds

    return bisect(asked.low * workers**0.5, asked.high * workers**0.5, asked.steps, attempt, has_time)


def _timed(rate: float, seconds: float, say: Say) -> OpenLoop:
    # A stream of its own, that is over when the run is: of a longer one the first part has hardly an alert.
    load = simulated(rate * seconds * 1.02, say)
    found = run(load, rate, min(seconds, len(load.records) / rate), causes(load))
    say(f"{rate:,.0f}/s: {shown(found)}")
    return found


def _least(relay: str, rate: float, seconds: float, say: Say) -> OpenLoop:
    found = least(simulated(rate * seconds * 1.02, say), rate, seconds, relay)
    say(f"{rate:,.0f}/s, only passed on by {relay}: {shown(found)}")
    return found


def shown(found: OpenLoop) -> str:
    """A run's latency in one line."""
    parts = [
        f"{hops} hops: {h.total} alerts, p50 {h.percentile(50):.0f} p99 {h.percentile(99):.0f} ms"
        for hops, h in sorted(found.by_hops.items())
    ]
    return "; ".join([*parts, f"{found.cores:.0%} of a core, ready after {found.ready_seconds:.1f} s"])
