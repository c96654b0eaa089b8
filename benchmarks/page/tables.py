"""The page's tables, each a list of lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.page.goals import Goal, all_hops, is_cold
from benchmarks.peers.catalogue import BY_NAME
from benchmarks.peers.measure import PeersFound
from benchmarks.pipeline.growth import Grown
from benchmarks.pipeline.lag import Tried
from benchmarks.pipeline.open_loop import OpenLoop
from benchmarks.stores.order import StoresFound

_MET = {True: "yes", False: "no", None: "not measured"}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def of_goals(goals: Sequence[Goal]) -> str:
    """What is to be reached, and what is."""
    rows = [[goal.measure, goal.wanted, goal.now, _MET[goal.is_met], goal.why_missed] for goal in goals]
    return table(["measure", "goal", "now", "reached", "what stands in the way"], rows)


def of_peers(job: PeersFound) -> str:
    """One line for each peer that ran and was right."""
    rows = [
        [
            f"{line.peer} (cold)" if is_cold(job, line.peer) else line.peer,
            f"{line.rate:,.0f}",
            str(line.rate_ratio),
            f"{line.cpu_us:.1f}",
            str(line.cpu_ratio),
            f"{line.peak_rss_mb:.0f}",
            f"{line.changelog_bytes:.0f}" if line.changelog_bytes else "–",
            f"{line.start_seconds:.1f}",
        ]
        for line in job.summary
    ]
    head = ["peer", "records/s", "ratio", "CPU µs", "ratio per CPU", "peak MiB", "changelog B", "first record after s"]
    return table(head, rows)


def of_settings(job: PeersFound) -> str:
    """What was chosen for each peer that was to run."""
    names = {line.peer for line in job.summary} | {run.peer for runs in job.passes for run in runs} | set(job.left_out)
    return table(["peer", "settings"], [[peer.name, peer.settings] for peer in BY_NAME.values() if peer.name in names])


def of_left_out(job: PeersFound) -> str:
    """Which peers are missing or were wrong, and why."""
    lines = [f"- {name} did not run: {' '.join(why.split())[:300]}" for name, why in job.left_out.items()]
    wrong = {run.peer: run.alerts for runs in job.passes for run in runs if not run.is_right}
    lines += [f"- {name} is void: it told {alerts}, not {job.expected}" for name, alerts in wrong.items()]
    return "\n".join(lines)


def of_tried(tried: dict[int, list[Tried]]) -> str:
    """Which rates were tried."""
    rows = [
        [
            str(workers),
            f"{one.rate:,.0f}",
            f"{one.slope:,.0f}",
            f"{one.cpu_us:.0f}" if one.cpu_us else "–",
            "yes" if one.is_sustained else "no",
        ]
        for workers, rates in tried.items()
        for one in sorted(rates, key=lambda one: one.rate)
    ]
    return table(["workers", "events/s", "lag grows by, events/s", "CPU µs per event", "sustained"], rows)


_TIMES = ("events/s", "hops", "alerts", "p50 ms", "p95 ms", "p99 ms", "most ms", "cores")


def of_latency(runs: Sequence[OpenLoop]) -> str:
    """How long alerts took at each rate, all of them and by hops."""
    return table(_TIMES, [line for run in runs for line in _times(run)])


def of_least(runs: Mapping[str, Sequence[OpenLoop]]) -> str:
    """The same of clients that only pass on."""
    rows = [[name, *line] for name, timed in runs.items() for run in timed for line in _times(run)]
    return table(["client", *("passed on" if head == "alerts" else head for head in _TIMES)], rows)


def _times(run: OpenLoop) -> Iterator[list[str]]:
    parts = {"all": all_hops(run), **{str(hops): one for hops, one in sorted(run.by_hops.items())}}
    for name, times in parts.items():
        if times.total:
            cuts = [f"{times.percentile(percent):.0f}" for percent in (50, 95, 99)]
            used = f"{run.cores:.2f}" if name == "all" else ""
            yield [f"{run.rate:,.0f}", name, str(times.total), *cuts, f"{times.largest_ms:.0f}", used]


def of_growth(held: str, grown: Sequence[Grown]) -> str:
    """What an event costs on a small state and on a large one."""
    rows = [[f"{one.held:,}", f"{one.cpu_us:.1f}", f"{one.grown_mb:,.0f}" if one.grown_mb else "–"] for one in grown]
    return table([held, "CPU µs per event", "MiB more"], rows)


def of_cost(runs: Sequence[OpenLoop]) -> str:
    """What each timed run left on disk and in memory."""
    rows = [
        [
            f"{run.rate:,.0f}",
            f"{run.events:,}",
            f"{run.buyers:,}",
            f"{run.changelog_bytes / run.events:.0f}",
            f"{kib:.1f}",
        ]
        for run in runs
        if (kib := run.kib_per_buyer) is not None
    ]
    return table(["events/s", "events", "buyers", "changelog, bytes per event", "memory per buyer, KiB"], rows)


def of_stores(stores: StoresFound) -> str:
    """How fast rows are read back and alerts stored."""
    rows = [
        [rate.name, f"{rate.rows:,}", f"{rate.per_second:,.0f}", f"{rate.cpu_us:.1f}", f"{rate.peak_rss_mb:.0f}"]
        for rate in (*stores.recovery, *stores.sink)
    ]
    return table(["what", "rows", "rows/s", "CPU µs per row", "peak MiB"], rows)
