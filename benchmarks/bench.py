"""`python -m benchmarks.bench --profile short`: everything about speed, and the page that tells it.

`smoke`: a minute, no peers, fails when alerts are wrong. `short`: about ten minutes. `full`: hours, and figures worth
quoting. Raw figures go into benchmarks/results, the page and its pictures into docs. Only the alerts are judged, never
a time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from benchmarks import ladder, report
from benchmarks.page.found import Found, Machine
from benchmarks.page.write import write
from benchmarks.peers import measure as peers
from benchmarks.peers.catalogue import PEERS
from benchmarks.peers.records import Shape
from benchmarks.pipeline import measure as pipeline
from benchmarks.pipeline.measure import PipelineAsked
from benchmarks.stores import measure as stores

SHORT = PipelineAsked(
    low=1_000, high=6_000, steps=3, seconds=10, shares=(0.5,), buyers=(2_000, 20_000), facts=(10, 2_000), workers=(1,)
)
FULL = PipelineAsked(
    low=4_000,
    high=24_000,
    steps=8,
    seconds=60,
    shares=(0.05, 0.1, 0.25, 0.5, 0.8, 1.0),
    buyers=(2_000, 20_000, 200_000, 1_000_000),
    facts=(10, 100, 1_000, 10_000, 100_000),
)
PROFILES = {"short": (Shape(60_000, 2_000), 1, SHORT), "full": (Shape(1_000_000), 5, FULL)}
STORED = {"short": (200_000, 60_000), "full": (3_000_000, 1_000_000)}
"""Rows read back, and alerts stored."""
HOT_SHARE = 0.1
DOCS = Path("docs")


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--profile", choices=("smoke", *PROFILES), default="short")
    parser.add_argument("--page-of", type=Path, help="measure nothing: write the page of these raw figures")
    parser.add_argument("--out", type=Path, default=DOCS, help="where the page goes")
    parser.add_argument("--shared", action="store_true", help="other work runs on this machine: the page says so")
    asked = parser.parse_args(words)
    if asked.page_of:
        write(msgspec.json.decode(asked.page_of.read_bytes(), type=Found), asked.page_of, asked.out)
        return 0
    if asked.profile == "smoke":
        return ladder.main(["--profile", "smoke"])
    found = _measured(asked.profile, is_shared=asked.shared)
    path = report.RESULTS / f"speed-{asked.profile}-{found.machine.revision[:7] or 'unknown'}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    write(found, path, asked.out)
    say(f"kept in {path}, told in {asked.out / 'speed.md'}")
    return 0 if found.is_right else 1


def _measured(name: str, *, is_shared: bool) -> Found:
    # Before anything runs: the state of the code that is measured.
    machine = Machine.here(is_shared=is_shared)
    shape, passes, wanted = PROFILES[name]
    job = peers.measure(peers.Asked(shape, PEERS, passes), say)
    ours = [peer for peer in PEERS if peer.is_base or peer.is_engine]
    hot = peers.measure(peers.Asked(replace(shape, hot_share=HOT_SHARE), ours, passes), say)
    whole = pipeline.measure(wanted, say)
    rows, alerts = STORED[name]
    kept = stores.measure(rows, alerts, say)
    return Found(profile=name, machine=machine, job=job, hot=hot, pipeline=whole, stores=kept)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
