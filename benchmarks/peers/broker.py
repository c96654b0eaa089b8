"""The one broker of all peers: their topics, the input on it, how far a group has come, what was written."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.peers.job import PARTITIONS
from benchmarks.peers.records import Record

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05
FULL_QUEUE = 200_000
QUIET = {"log_level": 2}
"""Clients outlive the broker by a moment and would tell everybody."""


class Topics:
    """What is done with topics from outside of the peers."""

    def __init__(self, bootstrap: str, log_directory: Path) -> None:
        """`log_directory`: where the broker keeps its partitions."""
        self.bootstrap = bootstrap
        self._logs = log_directory
        self._admin = AdminClient({**QUIET, "bootstrap.servers": bootstrap})

    def create(self, name: str, *, is_compacted: bool = False) -> None:
        """A fresh topic; changelogs are compacted, as any framework makes them."""
        settings = {"cleanup.policy": "compact"} if is_compacted else {"retention.ms": "-1"}
        for future in self._admin.create_topics([NewTopic(name, PARTITIONS, 1, config=settings)]).values():
            future.result()
        # It is made, and a broker with much to do tells of it a moment later.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while name not in self._admin.list_topics(timeout=PATIENCE_SECONDS).topics:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} was made and is not there")
            time.sleep(LOOK_SECONDS)

    def write(self, name: str, records: Iterable[Record]) -> None:
        """Put all records on a topic, acknowledged."""
        producer = Producer(
            {
                **QUIET,
                "bootstrap.servers": self.bootstrap,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 50,
                "batch.size": 900_000,
                "queue.buffering.max.messages": FULL_QUEUE,
            }
        )
        for record in records:
            while True:
                try:
                    producer.produce(name, record.value, record.key, partition=record.partition)
                    break
                except BufferError:
                    producer.poll(0.1)
        if producer.flush(PATIENCE_SECONDS):
            raise RuntimeError(f"{name} could not be written")

    def committed(self, group: Consumer, name: str) -> int:
        """How many records of a topic a group has done, by what it has committed."""
        asked = [TopicPartition(name, partition) for partition in range(PARTITIONS)]
        return sum(max(0, found.offset) for found in group.committed(asked, timeout=10))

    def watcher(self, group: str) -> Consumer:
        """What `committed` asks with; it joins nothing."""
        return Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "enable.auto.commit": False})

    def held(self, watcher: Consumer, name: str) -> int:
        """How many records a topic has."""
        return sum(watcher.get_watermark_offsets(TopicPartition(name, p), timeout=10)[1] for p in range(PARTITIONS))

    def values(self, name: str) -> list[bytes]:
        """All records on a topic, in no order but each partition's."""
        consumer = self.watcher("peers-check")
        try:
            places = [TopicPartition(name, partition, 0) for partition in range(PARTITIONS)]
            wanted = sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
            consumer.assign(places)
            found: list[Any] = []
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(found) < wanted and time.monotonic() < deadline:
                found += [m.value() for m in consumer.consume(10_000, timeout=1.0) if not m.error()]
        finally:
            consumer.close()
        return found

    def others(self, part: str, but: Iterable[str]) -> list[str]:
        """The topics whose names hold a text, without those named: what a peer has made for itself."""
        names: list[str] = list(self._admin.list_topics(timeout=10).topics)
        return [name for name in names if part in name and name not in but]

    def bytes_of(self, name: str) -> int:
        """How much a topic takes on the broker's disk."""
        return bytes_in(self._logs, name)

    def delete(self, names: Iterable[str]) -> None:
        """Let topics go."""
        for future in self._admin.delete_topics(list(names)).values():
            future.result()


def bytes_in(logs: Path, name: str) -> int:
    """How much a topic takes where a broker keeps its partitions."""
    folders = (folder for folder in logs.glob(f"{name}-*") if folder.name[len(name) + 1 :].isdigit())
    return sum(file.stat().st_size for folder in folders for file in folder.glob("*.log"))
