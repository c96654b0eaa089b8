"""``python -m benchmarks.soak --minutes 15 docs``: soak, write what was measured, and fail where something grows."""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.soak.feed import ROUNDS_HELD, rounds
from benchmarks.soak.measured import Sample, look, trends
from benchmarks.soak.place import Place
from benchmarks.soak.report import write
from cloudtag.cli.kafka import sender

SAMPLE_SECONDS = 5.0
FEWEST = 3
"""Fewer samples have no thirds."""
MOST_BEHIND = 2_000.0
"""The next round is sent when no more records wait."""


async def _soak(place: Place, seconds: float, events: int, samples: list[Sample]) -> None:
    """Fills `samples`. Raises RuntimeError when a process has ended."""
    begun = time.monotonic()
    sent = 0

    async def measure() -> None:
        while True:
            place.check()
            found = await asyncio.to_thread(look, place)
            samples.append(Sample(time.monotonic() - begun, sent, found))
            await asyncio.sleep(SAMPLE_SECONDS)

    measuring = asyncio.create_task(measure())
    for number, (batch, end_ms) in enumerate(rounds(events), 1):
        async with sender(place.config) as out:
            for event in batch:
                await out.send(event)
            await out.pass_time(end_ms)
        sent += len(batch)
        while await asyncio.to_thread(_behind, place) > MOST_BEHIND and not measuring.done():  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.2)
        if measuring.done() or (time.monotonic() - begun > seconds and number > ROUNDS_HELD):
            break
    measuring.cancel()
    await asyncio.wait([measuring])
    if not measuring.cancelled():
        measuring.result()


def _behind(place: Place) -> float:
    found = place.metrics("worker")
    lag = found.get("cloudtag_lag", MOST_BEHIND + 1)
    return lag + max(0.0, place.metrics("sink").get("cloudtag_sink_lag", 0.0) - 10 * MOST_BEHIND)


def main() -> int:
    """Soak; returns 1 when something has grown."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs"))
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--events", type=int, default=24_000, help="of one round: few of them use up the years to 2099")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="cloudtag-soak-") as directory, Place(Path(directory)) as place:
        samples, has_ended = list[Sample](), False
        try:
            asyncio.run(_soak(place, options.minutes * 60, options.events, samples))
        except RuntimeError as error:
            # What was measured until then is worth as much.
            sys.stderr.write(f"{error}\n")
            has_ended = True
    if len(samples) < FEWEST:
        return 1
    found = trends(samples)
    write(options.folder, samples, found, samples[-1].seconds / 60)
    for one in found:
        sys.stdout.write(f"{one.name}: {one.before:.1f} -> {one.after:.1f} {'' if one.is_flat else 'GROWS'}\n")
    return 0 if not has_ended and all(one.is_flat for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
