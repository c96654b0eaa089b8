"""Faust as its documentation shows it: an agent, an event at a time, a table. It only counts events per buyer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import faust

from benchmarks import meter
from benchmarks.rungs.order import Order, tell_drained, tell_settled
from cloudtag.wire import decode

NAME = "naive"
CHANGELOG = f"{NAME}-counts-changelog"
"""What the table's changes are written to: the last one of each buyer is what it counts."""


def run(order: Order) -> int:
    """Run until every event is counted."""
    config = order.config()
    seen, done = 0, asyncio.Event()
    begun: list[meter.Reading] = []

    def note() -> None:
        nonlocal seen
        if not begun:
            begun.append(meter.read())
        seen += 1
        if seen == order.events:
            done.set()

    stream_of = {config.topic(stream): stream for stream in order.counts}
    app = counting_app(order.broker, stream_of, order.partitions, order.data_dir, note)

    @app.task  # type: ignore[untyped-decorator]
    async def watch() -> None:
        await done.wait()
        tell_drained(order, begun[0], meter.read())
        tell_settled()

    return run_app(app)


def counting_app(
    broker: str, stream_of: Mapping[str, str], partitions: int, directory: str, note: Callable[[], None]
) -> faust.App:
    """The app that counts the events of some topics, each of a stream; `note` is called at each."""
    app = faust.App(
        NAME,
        broker=f"kafka://{broker}",
        broker_session_timeout=6.0,
        broker_heartbeat_interval=0.6,
        broker_rebalance_timeout=6.0,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_partitions=partitions,
        topic_replication_factor=1,
        web_enabled=False,
        store="memory://",
        datadir=directory,
    )
    counts = app.Table("counts", default=int, partitions=partitions)
    source = app.topic(*stream_of, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")

    @app.agent(source)
    async def count(stream: Any) -> None:
        async for event in stream.events():
            fact: Any = decode(stream_of[event.message.topic], event.value)
            counts[fact.buyer_id] += 1
            note()

    return app


def run_app(app: faust.App) -> int:
    """Run it as a worker until it is told to stop; its exit code."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = faust.Worker(app, loglevel="INFO", loop=loop, quiet=True, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
