"""`python -m benchmarks.bench --profile standard`: everything about speed, and the page that tells it.

`smoke`: a minute, no peers, fails when alerts are wrong. `trial`: a few records of everything, to see that it runs.
`short`: about ten minutes, concludes little. `standard`: most of an hour on two quiet cores, fills every line of the
goals. `full`: hours, all peers, five passes. Raw figures go into benchmarks/results, the page and its pictures into
docs. Parts can be measured alone (`--parts job pattern`): they are put beside those that the same state of the code
already has there. Only the alerts are judged, never a time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from benchmarks import ladder, report
from benchmarks.pace import pace_seconds
from benchmarks.page.found import Found, Machine
from benchmarks.page.write import write
from benchmarks.peers import measure as peers
from benchmarks.peers.kinds import PATTERN
from benchmarks.pipeline import growth
from benchmarks.pipeline import measure as pipeline
from benchmarks.speed_profiles import PARTS, SPEED, SpeedProfile
from benchmarks.stores import measure as stores

DOCS = Path("docs")


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--profile", choices=("smoke", *SPEED), default="standard")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="only these")
    parser.add_argument("--page-of", type=Path, help="measure nothing: write the page of these raw figures")
    parser.add_argument("--out", type=Path, default=DOCS, help="where the page goes")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="where raw figures go")
    parser.add_argument("--shared", action="store_true", help="other work runs on this machine: the page says so")
    asked = parser.parse_args(words)
    if asked.page_of:
        write(msgspec.json.decode(asked.page_of.read_bytes(), type=Found), asked.page_of, asked.out)
        return 0
    if asked.profile == "smoke":
        return ladder.main(["--profile", "smoke"])
    # Before anything runs: the state of the code that is measured.
    machine = Machine.here(is_shared=asked.shared)
    path = asked.results / f"speed-{asked.profile}-{machine.revision[:7] or 'unknown'}.json"
    found = measured(begun(asked.profile, machine, path), parts_of(SPEED[asked.profile]), asked.parts, path)
    write(found, path, asked.out)
    say(f"kept in {path}, told in {asked.out / 'speed.md'}")
    return 0 if found.is_right else 1


def begun(profile: str, machine: Machine, path: Path) -> Found:
    """What the same state of the code has already shown on this machine, or nothing yet."""
    if path.exists():
        before = msgspec.json.decode(path.read_bytes(), type=Found)
        if replace(before.machine, is_shared=machine.is_shared) == machine:
            return replace(before, machine=replace(machine, is_shared=machine.is_shared or before.machine.is_shared))
    return Found(profile=profile, machine=machine)


def parts_of(profile: SpeedProfile) -> Mapping[str, Callable[[], Any]]:
    """What measures each part."""
    ours = [peer for peer in profile.peers if peer.is_base or peer.is_engine]
    job = peers.Asked(profile.job, profile.peers, profile.passes, budget_seconds=profile.job_seconds)
    pattern = peers.Asked(profile.pattern, profile.pattern_peers, profile.passes, PATTERN, profile.pattern_seconds)
    return {
        "job": lambda: peers.measure(job, say),
        "hot": lambda: peers.measure(peers.Asked(profile.hot, ours, profile.passes), say),
        "pattern": lambda: peers.measure(pattern, say),
        "pipeline": lambda: pipeline.measure(profile.pipeline, say),
        "growth": lambda: growth.measure(profile.buyers, profile.facts, say),
        "stores": lambda: stores.measure(profile.rows, profile.alerts, say),
    }


def measured(found: Found, parts: Mapping[str, Callable[[], Any]], asked: Sequence[str], path: Path) -> Found:
    """Measure one part after the other, and keep the figures after each: hours are lost otherwise if one fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in (part for part in parts if part in asked):
        found = replace(found, pace_seconds=[*found.pace_seconds, pace_seconds()])
        started = time.monotonic()
        got = parts[name]()
        took = round(time.monotonic() - started, 1)
        say(f"part {name}: {took:,.0f} s")
        found = replace(found, **{name: got}, took_seconds={**found.took_seconds, name: took})
        _keep(found, path)
    found = replace(found, pace_seconds=[*found.pace_seconds, pace_seconds()])
    _keep(found, path)
    say(f"all parts: {sum(found.took_seconds[name] for name in asked):,.0f} s")
    return found


def _keep(found: Found, path: Path) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
