"""Quix Streams: a stateful function over RocksDB with a changelog, checkpoints every second, at least once."""

from __future__ import annotations

from typing import Any

from quixstreams import Application

from benchmarks.peers import generic
from benchmarks.peers.job import Task, Window, say_begun

CONSUMER = {"queued.min.messages": 200_000}
PRODUCER = {"linger.ms": 5, "batch.size": 900_000}


def application_of(task: Task) -> Any:
    """The application that does the job."""
    application = Application(
        broker_address=task.broker,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        state_dir=task.directory,
        commit_interval=1.0,
        processing_guarantee="at-least-once",
        loglevel="WARNING",
        consumer_extra_config=CONSUMER,
        producer_extra_config=PRODUCER,
    )
    source = application.topic(task.input, key_deserializer="str", value_deserializer="bytes")
    out = application.topic(task.output, key_serializer="str", value_serializer="bytes")
    is_begun = False

    def judge(value: bytes, state: Any) -> tuple[bytes, ...]:
        nonlocal is_begun
        if not is_begun:
            is_begun = True
            say_begun()
        fields = generic.dealing(value)
        buyer, event_id, at_ms = fields["buyer_id"], fields["event_id"], fields["occurred_at"]
        stored = state.get("window")
        window = Window() if stored is None else Window.of(stored)
        opens = window.add(event_id, at_ms, generic.KINDS[fields["kind"]], fields["amount"])
        state.set("window", window.stored())
        return (generic.opened(window.opened(buyer, event_id, at_ms)),) if opens else ()

    application.dataframe(source).apply(judge, stateful=True, expand=True).to_topic(out)
    return application


if __name__ == "__main__":
    application_of(Task.read()).run()
