"""How far the sink is behind: records on the broker that are not stored, and the age of the oldest one held."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from streams.kafka.backoff import Backoffs
from streams.sink import sink_metrics as metrics
from streams.sink.partitions import Partitions, wall_ms
from streams.worker.worker_metrics import Labels, Shown, replace

MEASURE_SECONDS = 1.0


async def end_of(consumer: AIOKafkaConsumer, partitions: Partitions, where: TopicPartition) -> int | None:
    """The offset after the last record that can be read; none while that is not known.

    A transaction leaves a marker behind its records, which is never handed out: where everything was read, the end
    is behind the last record taken.
    """
    end: int | None = consumer.last_stable_offset(where)
    partition = partitions.get(where)
    if end is not None and partition is not None and await _place(consumer, partitions, where) >= end:
        return partition.next_offset
    return end


async def _place(consumer: AIOKafkaConsumer, partitions: Partitions, where: TopicPartition) -> int:
    """The offset after the last record taken, and after what holds an offset and is no record."""
    position: int = await consumer.position(where)
    # The client has passed what it has fetched, also while that waits to be taken.
    return partitions.waiting.get(where, position)


async def lags(consumer: AIOKafkaConsumer, partitions: Partitions) -> dict[TopicPartition, int | None]:
    """Records not stored per assigned partition; none where the end of the log is not known yet."""
    found: dict[TopicPartition, int | None] = {}
    for where in consumer.assignment():
        end, partition = await end_of(consumer, partitions, where), partitions.get(where)
        if end is None:
            found[where] = None
            continue
        # Where nothing is held the position says so: it has passed what holds an offset and is no record.
        is_level = partition is None or partition.oldest_ms is None
        begin = partition.stored_offset if partition and not is_level else await _place(consumer, partitions, where)
        found[where] = max(0, end - begin)
    return found


class Lags:
    """Sets the gauges, beside the rounds, which wait for the warehouse."""

    def __init__(self, streams: tuple[str, ...], partitions: Partitions, gates: Backoffs) -> None:
        self._streams = streams
        self._partitions = partitions
        self._gates = gates
        self._shown: Shown = {}

    async def keep_measuring(self, consumer: AIOKafkaConsumer) -> None:
        """Until cancelled."""
        while True:
            await self._measure(consumer)
            await asyncio.sleep(MEASURE_SECONDS)

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        with suppress(IllegalStateError):  # partitions go while they are looked at
            found: dict[Labels, float] = {
                (self._partitions.stream_of(where), str(where.partition)): lag
                for where, lag in (await lags(consumer, self._partitions)).items()
                if lag is not None
            }
            self._shown = replace(metrics.LAG, self._shown, found)
        now = wall_ms()
        oldest: dict[str, int] = dict.fromkeys(self._streams, now)
        for _, partition in self._partitions:
            at_ms = partition.oldest_ms
            oldest[partition.stream] = min(oldest[partition.stream], now if at_ms is None else at_ms)
        for stream, at_ms in oldest.items():
            metrics.LAG_SECONDS.labels(stream).set((now - at_ms) / 1000)
            metrics.IS_BLOCKED.labels(stream).set(self._gates.has_failed(stream))
        metrics.HELD_ROWS.set(self._partitions.held_rows)
