"""What is to be reached, and how far it is: each goal with what was measured of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.page.found import Found
from benchmarks.peers.measure import PeersFound, PeerSummary
from benchmarks.pipeline.growth import Grown
from benchmarks.pipeline.histogram import Histogram
from benchmarks.pipeline.lag import at_best
from benchmarks.pipeline.measure import PipelineFound
from benchmarks.pipeline.open_loop import OpenLoop
from benchmarks.stores.order import ALONE_BESIDE, ALONE_INSIDE, BESIDE, FROM_MEMORY, INSIDE, StoresFound

ENGINE, BASE = "cloudtag, engine", "plain aiokafka loop"
UNMEASURED = "–"


class Goal(Struct, frozen=True):
    """One line of the table."""

    measure: str
    wanted: str
    now: str
    is_met: bool | None
    """None: this measurement does not say."""
    why_missed: str = ""
    """What the profiles of this miss have shown, for whoever asks."""


_AGAINST = {BASE: 0.8, "Kafka Streams, 1 thread": 1.0, "Flink, RocksDB": 1.0, "Quix Streams": 3.0, "naive Faust": 30.0}
"""Records per CPU second, as multiples of theirs."""
STEADY_RECORDS = 500_000
"""With fewer records a JVM has hardly compiled itself: nothing is concluded about its peers."""
MANY_BUYERS, MANY_FACTS = 1_000_000, 100_000
"""What growth is told up to: smaller states conclude nothing."""
LEAST_BUYERS = 1_000
"""Of fewer it is what a worker needs anyway that would be divided by them."""
LEAST_ALERTS = 200
"""Of fewer nothing is said about the slowest hundredth."""
_ON_JVM = ("Kafka Streams", "Flink", "Hazelcast")
READ_BACK, STORED_BESIDE, STORED_INSIDE = 300_000.0, 40_000.0, 75_000.0
SUSTAINED, P99_AT_HALF, P99_AT_MOST, P99_IDLE, IDLE_CORES, GROWTH = 40_000.0, 100.0, 250.0, 25.0, 0.05, 1.5
IDLE_RATE = 100.0
SCALES, LOGGED_BYTES, BUYER_KIB = 0.95, 200.0, 10.0
_TWO = "each worker has batches half as large, and their rounds cost the same"
_ROWS = "a row is logged whole whenever something of it changes"
_OBJECTS = "facts and what is published are objects of Python as long as they are in use, and rows besides"
_ENGINE = "the engine judges a set of facts anew where the others keep a sum, and stores what a late fact may take back"
_PIPELINE = "many small batches, and fetches that ask of many partitions"
_HOPS = "an alert of several hops waits for as many rounds through the broker"
_IDLE = "each arrival is a batch of its own, and a round of fetches"
_VIEWS = "something is made anew of all that is held"
_ROWS_BACK = "memory is bounded: rows of those who were away are read back from the store"
_READING = "what is fetched is copied several times on its way, and each row is an object of its own"
_STORING = "what is decoded and put into columns, and what the warehouse takes of a block by itself"


def goals(found: Found) -> list[Goal]:
    """All of them. On a shared machine what the clock on the wall says is shown, and concludes nothing."""
    by_clock = list(_by_clock(found))
    if found.machine.is_shared:
        by_clock = [replace(goal, is_met=None, why_missed="") for goal in by_clock]
    return [*_of_job(found.job), *by_clock, *_of_cost(found), *_of_growth(found)]


def is_cold(job: PeersFound, peer: str) -> bool:
    """Whether a peer is on a JVM that hardly had the time to compile itself."""
    return peer.startswith(_ON_JVM) and job.shape["records"] < STEADY_RECORDS


def per_cpu(job: PeersFound, own: str, other: str) -> float | None:
    """How many records one peer does with the CPU time of another's one; None where either was not measured."""
    by_name: dict[str, PeerSummary] = {line.peer: line for line in job.summary}
    if own not in by_name or other not in by_name:
        return None
    return by_name[other].cpu_us / by_name[own].cpu_us


def _of_job(job: PeersFound | None) -> Iterator[Goal]:
    for other, wanted in _AGAINST.items():
        now = None if job is None or is_cold(job, other) else per_cpu(job, ENGINE, other)
        yield _at_least(f"job, engine: records per CPU, ÷ {other}", wanted, now, _ENGINE)


def _by_clock(found: Found) -> Iterator[Goal]:
    whole = found.pipeline
    runs: list[OpenLoop] = whole.runs if whole else []
    # Where no rate was sustained, nothing is known but that all were too high.
    top = (whole.sustained.get(1) or None) if whole else None
    yield _at_least("whole pipeline: events/s sustained by one worker", SUSTAINED, top, _PIPELINE)
    for name, wanted, rate in (
        ("50 % of that", P99_AT_HALF, top and top * 0.5),
        ("80 % of that", P99_AT_MOST, top and top * 0.8),
        ("100 events/s", P99_IDLE, IDLE_RATE),
    ):
        limit = _limit(whole, rate, lambda run: f"{all_hops(run).percentile(99):,.0f}")
        yield _latency(name, wanted, _run_at(runs, rate), _HOPS + limit)
    yield from _of_stores(found.stores)
    idle = next((one for one in runs if one.rate == IDLE_RATE), None)
    limit = _limit(whole, IDLE_RATE, lambda run: f"{run.cores:.2f}")
    yield _below("CPU at 100 events/s, cores", IDLE_CORES, idle.cores if idle else None, _IDLE + limit)


def _limit(whole: PipelineFound | None, rate: float | None, figure: Callable[[OpenLoop], str]) -> str:
    """What clients come to at this rate that only pass on."""
    least = whole.least if whole else {}
    told = [
        f"{figure(run)} ({client})" for client, runs in least.items() if (run := _run_at(runs, rate)) and run.by_hops
    ]
    return f"; a client that only passes on comes to {' or '.join(told)}" if told else ""


def _of_stores(stores: StoresFound | None) -> Iterator[Goal]:
    by_name: dict[str, float] = {}
    if stores is not None:
        by_name = {rate.name: rate.per_second for rate in (*stores.recovery, *stores.sink)}
    yield _at_least("recovery: rows/s", READ_BACK, by_name.get(FROM_MEMORY), _READING)
    for name, wanted, own, alone in (
        ("warehouse in the same process", STORED_INSIDE, INSIDE, ALONE_INSIDE),
        ("over HTTP", STORED_BESIDE, BESIDE, ALONE_BESIDE),
    ):
        limit = f"; by itself it takes {by_name[alone]:,.0f}" if alone in by_name else ""
        yield _at_least(f"sink: alert rows/s, {name}", wanted, by_name.get(own), _STORING + limit)


def _of_cost(found: Found) -> Iterator[Goal]:
    """What is counted, not timed: it says something on a busy machine as well."""
    whole = found.pipeline
    one, two = (at_best(whole.tried.get(workers, [])) if whole else None for workers in (1, 2))
    scales = one.cpu_us / two.cpu_us if one and two and one.cpu_us and two.cpu_us else None
    yield _at_least("events per CPU with two workers, ÷ with one, each at what it sustains", SCALES, scales, _TWO)
    largest = most_buyers(whole.runs) if whole else None
    logged = largest.changelog_bytes / largest.events if largest else None
    yield _at_most("whole pipeline: changelog, bytes per event", LOGGED_BYTES, logged, _ROWS)
    held = largest.kib_per_buyer if largest else None
    yield _at_most("whole pipeline: memory per buyer, KiB", BUYER_KIB, held, _OBJECTS)


def most_buyers(runs: list[OpenLoop]) -> OpenLoop | None:
    """The run with most buyers, of those that had enough to say something of one."""
    return max((run for run in runs if run.buyers >= LEAST_BUYERS), key=lambda run: run.buyers, default=None)


def growth_of(found: Found) -> tuple[list[Grown], list[Grown]]:
    """By buyers, and by facts of one: of older figures what the pipeline's part has."""
    told = found.growth or found.pipeline
    return (told.state, told.history) if told else ([], [])


def _of_growth(found: Found) -> Iterator[Goal]:
    by_buyers, by_facts = growth_of(found)
    of_buyers, of_facts = (
        ("buyers", MANY_BUYERS, by_buyers, _ROWS_BACK),
        ("facts of one buyer", MANY_FACTS, by_facts, _VIEWS),
    )
    for name, most, grown, why in (of_buyers, of_facts):
        now = grows(grown) if grown and grown[-1].held >= most else None
        yield _below(f"CPU of an event beside {most:,} {name}, ÷ that beside few", GROWTH, now, why)
    many = next((one for one in by_buyers if one.held >= MANY_BUYERS and one.grown_mb), None)
    held = many.grown_mb * 1024 / many.held if many else None
    yield _at_most(f"memory per buyer of {MANY_BUYERS:,} with one order, engine alone, KiB", BUYER_KIB, held, _OBJECTS)


def _run_at(runs: list[OpenLoop], rate: float | None) -> OpenLoop | None:
    return next((one for one in runs if rate and abs(one.rate - rate) < 1 and one.by_hops), None)


def _latency(at: str, wanted: float, run: OpenLoop | None, why: str) -> Goal:
    """With how many alerts it was: of few nothing is concluded about the slowest hundredth."""
    times = all_hops(run) if run else Histogram()
    now = times.percentile(99) if times.total >= LEAST_ALERTS else None
    goal = _below(f"event → alert, p99 ms at {at}", wanted, now, why)
    return replace(goal, now=f"{goal.now} ({times.total} alerts)") if times.total else goal


def all_hops(run: OpenLoop) -> Histogram:
    """The times of all alerts of a run."""
    whole = Histogram()
    for one in run.by_hops.values():
        for place, count in one.counts.items():
            whole.counts[place] = whole.counts.get(place, 0) + count
        whole.largest_ms = max(whole.largest_ms, one.largest_ms)
    return whole


def grows(grown: list[Grown]) -> float | None:
    """How many times as much an event costs on the largest state as on the smallest; None with fewer than two."""
    return grown[-1].cpu_us / grown[0].cpu_us if len(grown) > 1 and grown[0].cpu_us else None


def _at_least(measure: str, wanted: float, now: float | None, why: str) -> Goal:
    is_met = None if now is None else now >= wanted
    return Goal(measure, f"≥ {_shown(wanted)}", _shown(now), is_met, why if is_met is False else "")


def _at_most(measure: str, wanted: float, now: float | None, why: str) -> Goal:
    is_met = None if now is None else now <= wanted
    return Goal(measure, f"≤ {_shown(wanted)}", _shown(now), is_met, why if is_met is False else "")


def _below(measure: str, wanted: float, now: float | None, why: str) -> Goal:
    is_met = None if now is None else now < wanted
    return Goal(measure, f"< {_shown(wanted)}", _shown(now), is_met, why if is_met is False else "")


def _shown(value: float | None) -> str:
    if value is None:
        return UNMEASURED
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
