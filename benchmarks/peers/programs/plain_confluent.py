"""The same loop by hand with confluent-kafka: librdkafka fetches and sends in threads of its own."""

from __future__ import annotations

import signal
from typing import Any

import msgspec
from confluent_kafka import Consumer, Producer

from benchmarks.peers import generic
from benchmarks.peers.job import Task, Window, say_begun

CONSUMER = {"enable.auto.commit": False, "auto.offset.reset": "earliest", "queued.min.messages": 200_000}
PRODUCER = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 2,
    "batch.size": 900_000,
    "queue.buffering.max.messages": 1_000_000,
}
FLUSH_SECONDS = 60.0
_pack = msgspec.msgpack.Encoder().encode


class Loop:
    """Polls, judges, sends, commits."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._consumer = Consumer({**CONSUMER, "bootstrap.servers": task.broker, "group.id": task.group})
        self._producer = Producer({**PRODUCER, "bootstrap.servers": task.broker})
        self._windows: dict[str, Window] = {}
        self._failed: list[Any] = []

    def run(self) -> None:
        """Until all is done."""
        self._consumer.subscribe([self._task.input])
        seen = 0
        while seen < self._task.records:
            polled = self._consumer.consume(self._task.batch, timeout=0.05)
            if not polled:
                continue
            if not seen:
                say_begun()
            seen += len(polled)
            self._judge(polled)
            self._consumer.commit(asynchronous=False)

    def _judge(self, polled: list[Any]) -> None:
        dirty: dict[bytes, tuple[int, Window]] = {}
        alerts = []
        for record in polled:
            if record.error():
                raise SystemExit(str(record.error()))
            fields = generic.dealing(record.value())
            buyer, event_id, at_ms = fields["buyer_id"], fields["event_id"], fields["occurred_at"]
            window = self._windows.get(buyer)
            if window is None:
                window = self._windows[buyer] = Window()
            key, partition = record.key(), record.partition()
            if window.add(event_id, at_ms, generic.KINDS[fields["kind"]], fields["amount"]):
                alerts.append((partition, key, generic.opened(window.opened(buyer, event_id, at_ms))))
            dirty[key] = partition, window
        self._send(self._task.changelog, [(p, key, _pack(window.stored())) for key, (p, window) in dirty.items()])
        self._send(self._task.output, alerts)

    def _send(self, topic: str, records: list[tuple[int, bytes, bytes]]) -> None:
        for partition, key, value in records:
            self._producer.produce(topic, value, key, partition=partition, on_delivery=self._note)
        if self._producer.flush(FLUSH_SECONDS) or self._failed:
            raise SystemExit(f"not acknowledged: {self._failed}")

    def _note(self, error: Any, _: Any) -> None:
        if error:
            self._failed.append(error)


if __name__ == "__main__":
    Loop(Task.read()).run()
    signal.pause()
