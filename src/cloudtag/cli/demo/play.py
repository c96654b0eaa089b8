"""The demonstration from beginning to end."""

import asyncio
import time
from dataclasses import dataclass

from cloudtag.cli.demo.ask import Warehouse, prepare
from cloudtag.cli.demo.place import Place, check_running
from cloudtag.cli.demo.rate import Rate, measure
from cloudtag.cli.demo.report import report
from cloudtag.cli.demo.watch import Watch, worker_reads
from cloudtag.cli.demo.week import Week, imagine, send_all, send_paced
from cloudtag.cli.kafka import quiet, sender
from cloudtag.cli.screen import note, output, progress
from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.local.child import Child
from cloudtag.local.probe import free_port
from cloudtag.simulate import Profile
from cloudtag.simulate.profile import DAY_MS
from streams import topics

SETTLE_SECONDS = 60.0
QUIET_DAYS = 4
"""So much time passes after the last event: longer than any of the detectors waits."""
RATE_EVENTS = 100_000
AGO_DAYS = 21
"""The simulated week began so long before today, so that nothing in it lies in the future."""

EXAMPLE = "SELECT decided_at, explanation FROM alerts_current LIMIT 3"


@dataclass(frozen=True)
class Wish:
    """What is asked of the demonstration."""

    events: int
    seconds: float
    seed: int
    measures_rate: bool
    serves: bool


def last_weeks(wish: Wish) -> Profile:
    """A week that is over, measured by this machine's clock."""
    today = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
    return Profile(events=wish.events, seed=wish.seed, starts_at=today - AGO_DAYS * DAY_MS)


async def play(place: Place, wish: Wish) -> bool:
    """Play it; true when everything was found, nothing else, and every event is accounted for."""
    quiet()
    rate = await _rate(place) if wish.measures_rate else None
    week = imagine(last_weeks(wish))
    await topics.create(place.config)
    await asyncio.to_thread(prepare, place.config)
    sink_port = free_port()
    children = {
        "worker": place.start("worker", log="worker.log"),
        "sink": place.start("sink", log="sink.log", CLOUDTAG_METRICS_PORT=str(sink_port)),
    }
    try:
        async with Watch(place.config) as watch:
            await _send(place, week, watch, wish, children)
            warehouse = await asyncio.to_thread(Warehouse, place.config)
            is_well = report(output(), week, watch.records, warehouse, rate)
        if wish.serves:
            await _serve(place, children, sink_port)
    finally:
        for child in children.values():
            await asyncio.to_thread(child.stop)
    return is_well


async def _rate(place: Place) -> Rate:
    note(f"measuring one worker on {RATE_EVENTS:,} waiting events")
    return await measure(place.beside("rate-"), RATE_EVENTS)


async def _send(place: Place, week: Week, watch: Watch, wish: Wish, children: dict[str, Child]) -> None:
    """History, the week, and the quiet days after it, each judged before the next begins."""
    config = place.config
    judged = {config.app_id: worker_reads()}
    stored = judged | {f"{config.app_id}-sink": [*INPUTS, *OUTPUTS]}

    async def settled(groups: dict[str, list[str]]) -> None:
        await watch.settled(groups, lambda: check_running(children), SETTLE_SECONDS)

    async with sender(config) as out:
        note("starting a worker and a sink")
        await send_all(out, week.history)
        await settled(judged)
        note(f"streaming {len(week.events):,} events of a week in {wish.seconds:.0f} s, late and repeated ones too")
        with progress("streaming the week", len(week.events)) as steps:
            await send_paced(out, config, week.events, wish.seconds, steps)
        await settled(judged)
        await out.tick(week.ends_at + QUIET_DAYS * DAY_MS)
        await settled(stored)


async def _serve(place: Place, children: dict[str, Child], sink_port: int) -> None:
    """Say where everything is and stay until interrupted."""
    config, console = place.config, output()
    prefix = f"CLOUDTAG_TOPIC_PREFIX={config.topic_prefix} " if config.topic_prefix else ""
    console.print("\n[bold]Still running[/]; Ctrl-C ends it.")
    console.print(f"  Kafka       {config.brokers}   (topics {config.topic_prefix}orders, …)")
    console.print(f"  ClickHouse  {config.clickhouse_url}")
    for name, port in (("worker", config.metrics_port), ("sink", sink_port)):
        console.print(f"  {name:<12}http://{config.metrics_host}:{port}  /metrics /healthz /readyz")
    console.print(f"  try         {prefix}cloudtag tail --from-start -b {config.brokers}")
    console.print(f"              cloudtag warehouse query -c {config.clickhouse_url} '{EXAMPLE}'")
    while True:
        check_running(children)
        await asyncio.sleep(1.0)
