"""The rungs without Faust: read only, decode too, judge too, and the plain loop that is durable as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks import meter, profiles
from benchmarks.load import OneClient
from benchmarks.rungs.order import Order, tell_drained, tell_settled
from cloudtag.config import Config
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import split_key
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import ORDER as PROCESSORS
from cloudtag.replay.topology import Topology
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, group, publish
from streams.kafka.security import client_settings

POLL_MS = 200


class ChangedRows(MemoryRows):
    """Rows in memory that remember what changed since they were last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: dict[bytes, bytes | None] = {}

    def apply(self, rows: Mapping[bytes, bytes | None]) -> None:
        super().apply(rows)
        self._changed.update(rows)

    def take(self) -> dict[bytes, bytes | None]:
        """What changed; nothing the next time."""
        changed, self._changed = self._changed, {}
        return changed


class Loop:
    """Polls, and does with the records what its rung asks for."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.config: Config = order.config()
        self._codec = Codec()
        self._stream_of = {self.config.topic(stream): stream for stream in order.counts}
        self._rows = {name: ChangedRows() for name in PROCESSORS}
        self._network = Topology(shipped(), self.config.lateness_seconds * 1000, dict(self._rows))
        self._outputs: list[Output] = []

    async def run(self) -> None:
        """Until the load is done."""
        settings = client_settings(self.config)
        consumer = AIOKafkaConsumer(**settings, group_id="plain", enable_auto_commit=False, max_poll_records=None)
        producer = AIOKafkaProducer(**settings, acks="all", max_batch_size=900_000, max_request_size=1 << 24)
        await producer.start()
        await consumer.start()
        consumer.assign([TopicPartition(t, p) for t in self._stream_of for p in range(self.config.partitions)])
        await consumer.seek_to_beginning()
        try:
            begun = meter.read()
            await self._drain(consumer, producer)
            tell_drained(self.order, begun, meter.read())
            self._outputs += self._network.pass_time(self.order.until_ms)
            await self._publish(producer, self._outputs)
            tell_settled()
        finally:
            await consumer.stop()
            await producer.stop()

    async def _drain(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        seen, rung = 0, self.order.rung
        # As many records of each partition at a time as the worker's batches have.
        most = self.order.batch_records * self.config.partitions
        while seen < self.order.events:
            polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=most)
            seen += sum(map(len, polled.values()))
            if rung == profiles.READ:
                continue
            facts = self._decode(polled)
            if rung == profiles.DECODE:
                continue
            outputs = self._network.feed(facts)
            if rung == profiles.JUDGE:
                self._outputs += outputs
                continue
            await self._log_changes(producer)
            await self._publish(producer, outputs)
            await consumer.commit()

    def _decode(self, polled: Mapping[TopicPartition, list[Any]]) -> list[Any]:
        decode, facts = self._codec.decode, []
        for where, records in polled.items():
            stream = self._stream_of[where.topic]
            facts += [decode(stream, record.value) for record in records]
        return facts

    async def _log_changes(self, producer: AIOKafkaProducer) -> None:
        config = self.config
        changed = [
            ((config.changelog(name), self._partition(key)), OutRecord(key, value))
            for name, rows in self._rows.items()
            for key, value in rows.take().items()
        ]
        await publish(OneClient(producer), group(changed))

    def _partition(self, row_key: bytes) -> int:
        """By the key with its scope: as many to each as where the plain one decides."""
        return partition_of(split_key(row_key)[0], self.config.partitions)

    async def _publish(self, producer: AIOKafkaProducer, outputs: Iterable[Output]) -> None:
        encode, config = self._codec.encode, self.config
        records = [
            (
                (config.topic(out.stream), partition_of(out.key, config.partitions)),
                OutRecord(out.key.encode(), encode(out.stream, out.record)),
            )
            for out in outputs
        ]
        await publish(OneClient(producer), group(records))
