"""The worker as it is run in earnest, with somebody who watches how far it has come."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks import meter
from benchmarks.rungs.order import Order, tell_drained, tell_settled
from cloudtag.contract.streams import READS
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import RowReader
from cloudtag.engine.timers import MOST_DUE
from cloudtag.policy.load import shipped
from cloudtag.processors import build as processor
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.worker.app import Parts, build
from streams.worker.process import run_worker

LOOK_SECONDS = 0.01
STILL_SECONDS = 1.5
"""Nothing was acknowledged for so long, and nothing is left to do: the last internal record has come around."""


def run(order: Order) -> int:
    """Run the worker until it is told to stop."""
    config = order.config()
    packs = shipped()

    def make_task(name: str, rows: RowReader) -> Task:
        return Task(processor(name, packs, config.lateness_seconds * 1000), rows, most_due=MOST_DUE)

    parts = build(config, READS, make_task, Codec(), packs.platforms)
    watch = Watch(order, parts)
    parts.app.task(watch.run)
    # The level it has by default; from WARNING on, Faust formats every debug line for its spinner.
    return run_worker(parts, loglevel="INFO")


class Watch:
    """Looks at the acknowledged offsets, and says when there is nothing left."""

    def __init__(self, order: Order, parts: Parts) -> None:
        self._order = order
        self._parts = parts
        self._wanted = {parts.config.topic(stream): count for stream, count in order.counts.items()}

    async def run(self) -> None:
        """First the load, then the watermark records that somebody else writes when told that the load is done."""
        consumer: Any = self._parts.app.consumer
        await consumer.can_resume_flow.wait()
        begun = meter.read()
        tell_drained(self._order, begun, await self._until_done())
        config = self._parts.config
        self._wanted |= {config.topic(topics.watermarks(name)): config.partitions for name in config.processors}
        await self._until_done()
        tell_settled()

    async def _until_done(self) -> meter.Reading:
        """The moment of the last acknowledgement."""
        consumer: Any = self._parts.app.consumer
        done: dict[Any, int] = {}
        last = meter.read()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = meter.read()
            if (acknowledged := consumer.in_flight.committable()) != done:
                done, last = acknowledged, now
            elif now.wall - last.wall > STILL_SECONDS and self._is_done(done, consumer.lag()):
                return last

    def _is_done(self, done: dict[Any, int], lag: dict[Any, int]) -> bool:
        by_topic: dict[str, int] = {}
        for tp, end in done.items():
            by_topic[tp.topic] = by_topic.get(tp.topic, 0) + end
        return not any(lag.values()) and all(by_topic.get(t, 0) >= n for t, n in self._wanted.items())
