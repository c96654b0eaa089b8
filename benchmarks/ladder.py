"""`python -m benchmarks.ladder --profile smoke|full`: measure the ladder, fail when a run is wrong or ours too slow.

Never an absolute time: machines differ, and one machine differs from hour to hour.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from benchmarks import load as loads
from benchmarks import profiles, report, truth
from benchmarks.meter import Result
from benchmarks.profiles import Profile
from benchmarks.ratios import Summary, order_of_pass, summarize
from benchmarks.run import RunError, run

OK, FAILED = 0, 1


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit status."""
    profile, is_kept = _asked(words)
    try:
        return _measure(profile, is_kept)
    except RunError as error:
        _say(str(error))
        return FAILED


def _asked(words: Sequence[str] | None) -> tuple[Profile, bool]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ladder", description=__doc__)
    parser.add_argument("--profile", choices=profiles.PROFILES, default="smoke", help="how much is measured")
    parser.add_argument("--events", type=int, help="another size of the stream")
    parser.add_argument("--pairs", type=int, help="another number of passes")
    parser.add_argument("--rung", action="append", choices=profiles.RUNGS, help="only these, beside the plain loop")
    asked = parser.parse_args(words)
    profile = profiles.PROFILES[asked.profile]
    is_kept = asked.profile == "full" and not (asked.events or asked.pairs or asked.rung)
    rungs = tuple(r for r in profiles.RUNGS if r in (*asked.rung, profiles.BASE)) if asked.rung else profile.rungs
    changed = replace(profile, events=asked.events or profile.events, pairs=asked.pairs or profile.pairs, rungs=rungs)
    return replace(changed, naive_share=profile.naive_share or 0.2), is_kept


def _measure(profile: Profile, is_kept: bool) -> int:
    load = loads.make(profile)
    expected = truth.expected(load)
    _say(f"{len(load.records):,} events; replay finds alerts {expected}")
    passes: list[dict[str, Result]] = []
    for number in range(profile.pairs):
        results = {}
        for rung in order_of_pass(profile.rungs, number):
            results[rung] = result = asyncio.run(run(profile, rung, load))
            _say(f"pass {number + 1}, {rung}: {result.rate:,.0f} events/s, {result.cpu_us:.1f} µs CPU/event")
            if rung in profiles.WITH_ALERTS and result.alerts != expected:
                _say(f"void: {rung} has alerts {result.alerts}")
                return FAILED
        passes.append({rung: results[rung] for rung in profile.rungs})
    summaries = summarize(passes, profile.rungs, profiles.BASE)
    report.show(summaries, profiles.BASE)
    if is_kept:
        _say(f"kept in {report.write(profile, report.as_json(profile, passes, summaries, expected))}")
    return OK if _is_fast_enough(profile, summaries) else FAILED


def _is_fast_enough(profile: Profile, summaries: Sequence[Summary]) -> bool:
    # By CPU time: how long a run takes says as much about the machine's other work as about ours.
    reached = {summary.rung: summary.cpu_ratio.median for summary in summaries}
    slow = [(rung, floor) for rung, floor in profile.floors if reached.get(rung, floor) < floor]
    for rung, floor in slow:
        _say(f"too slow per CPU second: {rung} reaches {reached[rung]:.2f} of the {profiles.BASE}, asked is {floor}")
    return not slow


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
