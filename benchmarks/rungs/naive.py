"""Faust as its documentation shows it: an agent, an event at a time, a table. It only counts events per buyer."""

from __future__ import annotations

import asyncio
from typing import Any

import faust

from benchmarks import meter
from benchmarks.rungs.order import Order, tell_drained, tell_settled
from cloudtag.wire import decode


def run(order: Order) -> int:
    """Run until every event is counted."""
    config = order.config()
    stream_of = {config.topic(stream): stream for stream in order.counts}
    app = faust.App(
        "naive",
        broker=f"kafka://{order.broker}",
        broker_session_timeout=6.0,
        broker_heartbeat_interval=0.6,
        broker_rebalance_timeout=6.0,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_partitions=order.partitions,
        topic_replication_factor=1,
        web_enabled=False,
        store="memory://",
        datadir=order.data_dir,
    )
    counts = app.Table("counts", default=int, partitions=order.partitions)
    source = app.topic(*stream_of, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")
    seen, done = 0, asyncio.Event()
    begun: list[meter.Reading] = []

    @app.agent(source)
    async def count(stream: Any) -> None:
        nonlocal seen
        async for event in stream.events():
            if not begun:
                begun.append(meter.read())
            fact: Any = decode(stream_of[event.message.topic], event.value)
            counts[fact.buyer_id] += 1
            seen += 1
            if seen == order.events:
                done.set()

    @app.task  # type: ignore[untyped-decorator]
    async def watch() -> None:
        await done.wait()
        tell_drained(order, begun[0], meter.read())
        tell_settled()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = faust.Worker(app, loglevel="INFO", loop=loop, quiet=True, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
