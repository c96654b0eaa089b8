"""Looks at what lies behind an owner's last write: there should be nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.kafka.producer import Target
from streams.state.changelog import Changelogs, refuse_oversized


class Tails:
    """The ends of changelog partitions. A look waits for nothing: what it asks for is there at the next."""

    def __init__(self, changelogs: Changelogs) -> None:
        self._changelogs = changelogs
        self._consumer: AIOKafkaConsumer | None = None
        self._positions: dict[TopicPartition, int] = {}

    async def look(self, wanted: Mapping[Target, int]) -> dict[Target, list[Any]]:
        """The records behind the offsets, as far as they have arrived.

        Raises ``RecoveryStalledError`` for what cannot be unpacked.
        """
        consumer = await self._started()
        if wanted.keys() != self._positions.keys():
            self._positions = {}
            consumer.assign([TopicPartition(*target) for target in wanted])
        for target, offset in wanted.items():
            tp = TopicPartition(*target)
            if self._positions.get(tp) != offset:
                consumer.seek(tp, offset)
                self._positions[tp] = offset
        if not wanted:
            return {}
        found = await consumer.getmany(timeout_ms=0)
        for tp, records in found.items():
            refuse_oversized(records, tp)
            self._positions[tp] = records[-1].offset + 1
        return {target: records for target, records in _behind(wanted, found) if records}

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = self._changelogs.consumer()
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer

    async def stop(self) -> None:
        """Close the connection."""
        consumer, self._consumer, self._positions = self._consumer, None, {}
        if consumer is not None:
            await consumer.stop()


def _behind(
    wanted: Mapping[Target, int], found: Mapping[TopicPartition, list[Any]]
) -> Iterator[tuple[Target, list[Any]]]:
    """Of a topic that was made anew the client begins at the beginning: the next write finds that out."""
    for tp, records in found.items():
        target = (tp.topic, tp.partition)
        yield target, [record for record in records if record.offset >= wanted[target]]
