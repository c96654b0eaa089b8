"""The demonstration from beginning to end."""

import asyncio
import time
from dataclasses import dataclass

from cloudtag.cli.demo.ask import DemoWarehouse, prepare
from cloudtag.cli.demo.desk import open_desk
from cloudtag.cli.demo.diary import ProgressReport
from cloudtag.cli.demo.next import next_steps, still_running
from cloudtag.cli.demo.paper import paper
from cloudtag.cli.demo.place import SINK_METRICS_PORT, DemoPlace, check_running, usual_port
from cloudtag.cli.demo.rate import Rate, measure
from cloudtag.cli.demo.report import report
from cloudtag.cli.demo.watch import TopicWatch, worker_reads
from cloudtag.cli.demo.week import Week, imagine, send_poison, send_slice, slices
from cloudtag.cli.kafka import quiet, sender
from cloudtag.cli.screen import note
from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.local.child import Child
from cloudtag.policy.load import shipped
from cloudtag.policy.rest_days import rest_spans
from cloudtag.simulate import Profile
from cloudtag.simulate.profile import DAY_MS
from cloudtag.simulate.world import PLATFORMS
from streams.kafka import topics

SETTLE_SECONDS = 60.0
HISTORY_HOURS = 72
"""Of what happened before the week not more at a time than a detector waits for a parcel's first scan."""
QUIET_DAYS = 4
"""So much time passes after the last event: longer than any of the detectors waits."""
RATE_EVENTS = 100_000
AGO_DAYS = 56
"""The simulated week began at least so long before today, so that nothing in it lies in the future: the habits of some
buyers go on for seven weeks."""
WORKING_DAYS = 14
"""So long after it began no public holiday may be: on one a silent number is not counted against anybody."""


@dataclass(frozen=True)
class DemoOptions:
    """What is asked of the demonstration."""

    events: int
    seed: int
    measures_rate: bool
    serves: bool


def last_weeks(wish: DemoOptions) -> Profile:
    """A week that is over, measured by this machine's clock."""
    today_ms = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
    return Profile(events=wish.events, seed=wish.seed, starts_at=working_week_before(today_ms), catalogue="demo")


def working_week_before(today_ms: int) -> int:
    """The latest day, long enough ago, after which no platform has a holiday for as long as the week needs."""
    starts_at, policies = today_ms - AGO_DAYS * DAY_MS, shipped()
    while any(
        rest_spans(starts_at, starts_at + WORKING_DAYS * DAY_MS, policies.at(platform, starts_at).deadlines)
        for platform in PLATFORMS
    ):
        starts_at -= DAY_MS
    return starts_at


async def play(place: DemoPlace, wish: DemoOptions) -> bool:
    """Play it; true when everything was found, nothing else, and every event is accounted for."""
    quiet()
    rate = await _rate(place) if wish.measures_rate else None
    note("imagining a week of a marketplace")
    week = imagine(last_weeks(wish))
    note("making topics and tables")
    await topics.create(place.config)
    await asyncio.to_thread(prepare, place.config)
    sink_port = usual_port(SINK_METRICS_PORT, "the sink's metrics port")
    children = {
        "worker": place.start("worker", log="worker.log"),
        "sink": place.start("sink", log="sink.log", CLOUDTAG_METRICS_PORT=str(sink_port)),
    }
    console, desk = paper(), ""
    try:
        if wish.serves:
            children["desk"], desk = await open_desk(console, place)
        async with TopicWatch(place.config) as watch:
            await _send(place, week, watch, children)
            warehouse = await asyncio.to_thread(DemoWarehouse, place.config)
            is_well = report(console, week, watch.records, warehouse, rate)
        if wish.serves:
            still_running(console, place.config, desk, sink_port, watch.records)
            await _serve(children)
        else:
            next_steps(console)
    finally:
        note("ending the worker, the sink and the servers, and removing their files")
        await asyncio.gather(*(asyncio.to_thread(child.stop) for child in children.values()))
    return is_well


async def _rate(place: DemoPlace) -> Rate:
    note(f"measuring one worker on {RATE_EVENTS:,} waiting events")
    return await measure(place.beside("rate-"), RATE_EVENTS)


async def _send(place: DemoPlace, week: Week, watch: TopicWatch, children: dict[str, Child]) -> None:
    """History, the week slice by slice, and the quiet days after it, each judged before the next begins."""
    config = place.config
    judged = {config.app_id: worker_reads()}
    stored = judged | {f"{config.app_id}-sink": [*INPUTS, *OUTPUTS]}

    async def settled() -> None:
        watch.expected = out.sent
        await watch.settled(judged, lambda: check_running(children), SETTLE_SECONDS)

    async with sender(config) as out:
        note("starting a worker and a sink, and telling them what happened before the week")
        before = ProgressReport()
        for part in slices(week.history, HISTORY_HOURS, HISTORY_HOURS):
            await send_slice(out, part, settled)
            before.tell(part, watch.records)
        note(f"streaming {len(week.events):,} events of a week, in the order of their arrival")
        parts, diary = list(slices(week.events)), ProgressReport()
        for n, part in enumerate(parts, 1):
            if n == len(parts) // 2:
                await send_poison(out, config)
            await send_slice(out, part, settled)
            diary.tell(part, watch.records, is_last=n == len(parts))
        note(f"{QUIET_DAYS} quiet days pass; the sink stores the rest in the warehouse")
        inputs = out.sent
        await out.pass_time(week.ends_at + QUIET_DAYS * DAY_MS)
        watch.expected = inputs
        await watch.settled(stored, lambda: check_running(children), SETTLE_SECONDS)


async def _serve(children: dict[str, Child]) -> None:
    """Stay until interrupted."""
    while True:
        check_running(children)
        await asyncio.sleep(1.0)
