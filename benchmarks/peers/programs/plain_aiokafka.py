"""A loop by hand with aiokafka: what is changed and what is told, both acknowledged, then the offsets.

It is one process that could not be started twice: no partitions are given away, nothing is read back. What it takes is
what the job itself costs in Python; batches are packed here, since the client's own way takes a future for each record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.peers import generic
from benchmarks.peers.job import Task, Window, say_begun

POLL_MS = 200
BATCH_BYTES = 900_000
_pack = msgspec.msgpack.Encoder().encode
ByPartition = Mapping[int, Sequence[tuple[bytes, bytes]]]


async def run(task: Task) -> None:
    """Until all is done; then wait to be ended, for memory and time are read from outside."""
    # No prefetch setting is worth a change: fetches of 1 MiB for each partition are the default.
    consumer = AIOKafkaConsumer(
        task.input,
        bootstrap_servers=task.broker,
        group_id=task.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=None,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=task.broker, acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    await consumer.start()
    windows: dict[str, Window] = {}
    seen = 0
    while seen < task.records:
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=task.batch)
        if polled and not seen:
            say_begun()
        rows: dict[int, list[tuple[bytes, bytes]]] = {}
        alerts: dict[int, list[tuple[bytes, bytes]]] = {}
        for tp, records in polled.items():
            rows[tp.partition], alerts[tp.partition] = judge(windows, records)
            seen += len(records)
        await _send(producer, task.changelog, rows)
        await _send(producer, task.output, alerts)
        if polled:
            await consumer.commit()
    await asyncio.Event().wait()


def judge(windows: dict[str, Window], records: Sequence[Any]) -> tuple[list[tuple[bytes, bytes]], ...]:
    """The changed rows and the alerts of some records of one partition, each with its key."""
    dirty: dict[bytes, Window] = {}
    alerts = []
    for record in records:
        fields = generic.dealing(record.value)
        buyer, event_id, at_ms = fields["buyer_id"], fields["event_id"], fields["occurred_at"]
        window = windows.get(buyer)
        if window is None:
            window = windows[buyer] = Window()
        if window.add(event_id, at_ms, generic.KINDS[fields["kind"]], fields["amount"]):
            alerts.append((record.key, generic.opened(window.opened(buyer, event_id, at_ms))))
        dirty[record.key] = window
    return [(key, _pack(window.stored())) for key, window in dirty.items()], alerts


async def _send(producer: AIOKafkaProducer, topic: str, by_partition: ByPartition) -> None:
    futures = []
    for partition, records in by_partition.items():
        batch = producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=None) is None:
                futures.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        if batch.record_count():
            futures.append(await producer.send_batch(batch, topic, partition=partition))
    for future in futures:
        await future


if __name__ == "__main__":
    asyncio.run(run(Task.read()))
