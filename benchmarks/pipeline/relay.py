"""`python -m benchmarks.pipeline.relay FILE`: the least that a client does which reads what a worker reads, keeps what
it has read, and passes on what some of it leads to.

It judges nothing, decodes nothing, is in no group and commits nothing. For each record it writes a row, acknowledged
before anything is passed on, as a worker does. What it costs and how long it takes is the share of the broker and of
the clients in a worker's figures.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec import Struct

from benchmarks.load import BATCH_BYTES, OneClient
from benchmarks.rungs.order import Order
from cloudtag.config import Config
from cloudtag.contract.streams import READS
from cloudtag.gc_tuning import collect_rarely
from streams.kafka import session_fetcher, topics
from streams.kafka.producer import OutRecord, Target, publish
from streams.kafka.security import client_settings

HOP_STREAM, ROW_PROCESSOR = "attribute-uses", "buyers"
"""Where what is passed on lies between two hops, and whose changelog takes the rows."""
OUT_STREAM = "alerts"
FETCH_MAX_WAIT_MS = 100
POLL_MS = 1000

Mark = tuple[str, int]
"""What is passed on: its name, and over how many hops."""
Rows = dict[Target, list[OutRecord]]


class RelayOrder(Struct, frozen=True):
    """What a relay is told."""

    order: Order
    marks: dict[str, dict[int, dict[int, Mark]]]
    """By topic, partition and offset, the records that something is passed on for."""


def read_by_workers(config: Config) -> list[TopicPartition]:
    """All partitions that a worker reads that is alone."""
    streams = [stream for name in config.processors for stream in (*READS[name], *topics.internal(name))]
    return [TopicPartition(config.topic(stream), number) for stream in streams for number in range(config.partitions)]


class Relay:
    """What becomes of the records of a round."""

    def __init__(self, told: RelayOrder) -> None:
        self._marks = told.marks
        self._partitions = told.order.partitions
        config = told.order.config()
        self._hop, self._out = config.topic(HOP_STREAM), config.topic(OUT_STREAM)
        self._changelog = config.changelog(ROW_PROCESSOR)

    def answer(self, found: dict[TopicPartition, list[Any]]) -> tuple[Rows, Rows]:
        """The rows to write for what was read, and what to pass on when they are there."""
        rows: Rows = defaultdict(list)
        onward: Rows = defaultdict(list)
        for (topic, partition), records in found.items():
            marks = self._marks.get(topic, {}).get(partition, {})
            for record in records:
                rows[self._changelog, partition].append(OutRecord(record.key, record.value))
                if topic == self._hop:
                    name, left = msgspec.msgpack.decode(record.value, type=Mark)
                    self._pass_on(onward, partition, name, left - 1)
                elif (mark := marks.get(record.offset)) is not None:
                    self._pass_on(onward, partition, *mark)
        return rows, onward

    def _pass_on(self, onward: Rows, partition: int, name: str, hops: int) -> None:
        if not hops:
            onward[self._out, partition].append(OutRecord(b"", name.encode()))
            return
        # Another partition, as another key would be in.
        where = (partition + 1) % self._partitions
        onward[self._hop, where].append(OutRecord(b"", msgspec.msgpack.encode((name, hops))))


async def run(told: RelayOrder) -> None:
    """Pass on until killed. It says so when it has asked for everything."""
    config, relay = told.order.config(), Relay(told)
    session_fetcher.use()
    producer = AIOKafkaProducer(
        **client_settings(config), acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES
    )
    consumer = AIOKafkaConsumer(
        **client_settings(config),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
    )
    async with producer, consumer:
        client = OneClient(producer)
        partitions = read_by_workers(config)
        consumer.assign(partitions)
        for tp in partitions:
            await consumer.position(tp)
        print("ready", flush=True)
        while True:
            rows, onward = relay.answer(await consumer.getmany(timeout_ms=POLL_MS))
            await publish(client, rows)
            await publish(client, onward)


if __name__ == "__main__":
    collect_rarely()  # as a worker does
    asyncio.run(run(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=RelayOrder)))
