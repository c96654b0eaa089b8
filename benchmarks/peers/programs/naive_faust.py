"""Faust as its documentation shows it: an agent that takes an event at a time, and a table with its changelog."""

from __future__ import annotations

from typing import Any

import faust

from benchmarks.peers import generic
from benchmarks.peers.job import PARTITIONS, Task, Window, say_begun
from benchmarks.rungs.naive import run_app


def app_of(task: Task) -> faust.App:
    """The app that does the job."""
    app = faust.App(
        task.group,
        broker=f"kafka://{task.broker}",
        broker_session_timeout=10.0,
        broker_heartbeat_interval=1.0,
        broker_rebalance_timeout=10.0,
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        web_enabled=False,
        store="memory://",
        datadir=task.directory,
    )
    raw: dict[str, Any] = {"value_type": bytes, "value_serializer": "raw", "key_type": bytes, "key_serializer": "raw"}
    source, out = app.topic(task.input, **raw), app.topic(task.output, **raw)
    windows = app.Table("windows", partitions=PARTITIONS)

    @app.agent(source)
    async def judge(stream: Any) -> None:
        is_begun = False
        async for value in stream:
            if not is_begun:
                is_begun = True
                say_begun()
            fields = generic.dealing(value)
            buyer, event_id, at_ms = fields["buyer_id"], fields["event_id"], fields["occurred_at"]
            stored = windows.get(buyer)
            window = Window() if stored is None else Window.of(stored)
            if window.add(event_id, at_ms, generic.KINDS[fields["kind"]], fields["amount"]):
                alert = window.opened(buyer, event_id, at_ms)
                await out.send(key=buyer.encode(), value=generic.opened(alert))
            windows[buyer] = window.stored()

    return app


if __name__ == "__main__":
    raise SystemExit(run_app(app_of(Task.read())))
