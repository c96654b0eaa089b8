"""`python -m benchmarks.pipeline.relay_native FILE`: the relay again (`benchmarks.pipeline.relay`), with librdkafka in
the place of aiokafka: what is left when the client costs hardly anything."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from aiokafka import TopicPartition
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Place

from benchmarks.pipeline.relay import FETCH_MAX_WAIT_MS, Relay, RelayOrder, Rows, read_by_workers
from cloudtag.gc_tuning import collect_rarely

POLL_SECONDS, MOST_RECORDS = 0.01, 10_000
PATIENCE_SECONDS = 60.0


class _Record(NamedTuple):
    offset: int | None
    key: bytes | None
    value: bytes | None


def _read(consumer: Consumer) -> dict[TopicPartition, list[Any]]:
    found: dict[TopicPartition, list[Any]] = defaultdict(list)
    first = consumer.poll(POLL_SECONDS)
    more = consumer.consume(MOST_RECORDS, 0) if first is not None else []
    for message in [first, *more] if first is not None else []:
        if not message.error():
            where = TopicPartition(message.topic(), message.partition())
            found[where].append(_Record(message.offset(), message.key(), message.value()))
    return found


def _write(producer: Producer, rows: Rows) -> None:
    for (topic, partition), records in rows.items():
        for record in records:
            producer.produce(topic, record.value, record.key, partition=partition)
    if rows and producer.flush(PATIENCE_SECONDS):
        raise RuntimeError("not all was taken")


def run(told: RelayOrder) -> None:
    """Pass on until killed. It says so when it has asked for everything."""
    config, relay = told.order.config(), Relay(told)
    common = {"bootstrap.servers": config.brokers}
    producer = Producer({**common, "acks": "all", "enable.idempotence": True, "linger.ms": 0})
    consumer = Consumer(
        {
            **common,
            "group.id": "relay",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": FETCH_MAX_WAIT_MS,
        }
    )
    consumer.assign([Place(tp.topic, tp.partition, 0) for tp in read_by_workers(config)])
    consumer.poll(1.0)
    print("ready", flush=True)
    while True:
        rows, onward = relay.answer(_read(consumer))
        _write(producer, rows)
        _write(producer, onward)


if __name__ == "__main__":
    collect_rarely()  # as a worker does
    run(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=RelayOrder))
