"""A loop by hand with aiokafka: what is changed and what is told, both acknowledged, then the offsets.

It is one process that could not be started twice: no partitions are given away, nothing is read back. What it takes is
what a job itself costs in Python; batches are packed here, since the client's own way takes a future for each record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.peers.job import Task, say_begun

POLL_MS = 200
BATCH_BYTES = 900_000
Told = list[tuple[bytes, bytes | None]]
"""Keys and values."""
Judge = Callable[[int, Sequence[Any]], tuple[Told, Told]]
"""The changed rows and the alerts of some records of a partition."""
ByPartition = Mapping[int, Told]


async def run(task: Task, judge: Judge) -> None:
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
    seen = 0
    while seen < task.records:
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=task.batch)
        if polled and not seen:
            say_begun()
        rows: dict[int, Told] = {}
        alerts: dict[int, Told] = {}
        for tp, records in polled.items():
            rows[tp.partition], alerts[tp.partition] = judge(tp.partition, records)
            seen += len(records)
        await send(producer, task.changelog, rows)
        await send(producer, task.output, alerts)
        if polled:
            await consumer.commit()
    await asyncio.Event().wait()


async def send(producer: AIOKafkaProducer, topic: str, by_partition: ByPartition) -> None:
    """Put records on a topic, acknowledged."""
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
