"""What the sink holds: the partitions it has read of, each from its first record until it is taken away."""

import time
from collections.abc import Iterator

from aiokafka import TopicPartition

from streams.sink.config import SinkConfig
from streams.sink.partition_batches import PartitionBatches


def wall_ms() -> int:
    """The machine's clock, to compare with broker time."""
    return time.time_ns() // 1_000_000


def passed_ms() -> int:
    """A clock that nobody sets, to tell how long something has waited."""
    return time.monotonic_ns() // 1_000_000


def name_of(where: TopicPartition) -> str:
    """The backoff of a partition; no stream has a name like it."""
    return f"{where.topic}/{where.partition}"


class Partitions:
    """The partitions of which records were read. A partition begins with its first record."""

    def __init__(self, config: SinkConfig) -> None:
        self._rule = config.rule
        self._stream_of = {config.prefix + stream: stream for stream in config.streams}
        self._known: dict[TopicPartition, PartitionBatches] = {}
        self.waiting: dict[TopicPartition, int] = {}
        """Of which records are fetched and not taken yet, and the offset of the next of them."""

    @property
    def topics(self) -> list[str]:
        """Every topic the sink reads."""
        return list(self._stream_of)

    def stream_of(self, where: TopicPartition) -> str:
        """The stream a partition is of."""
        return self._stream_of[where.topic]

    def get(self, where: TopicPartition) -> PartitionBatches | None:
        """What is known of a partition; none before its first record."""
        return self._known.get(where)

    def of(self, where: TopicPartition) -> PartitionBatches:
        """A partition, which begins here if it has not yet."""
        known = self._known.get(where)
        if known is None:
            stream = self.stream_of(where)
            known = PartitionBatches(stream, where.topic, where.partition, self._rule, passed_ms)
            self._known[where] = known
        return known

    def drop(self, where: TopicPartition) -> None:
        """What was read of it and not stored is for its next owner."""
        self._known.pop(where, None)
        self.waiting.pop(where, None)

    def __iter__(self) -> Iterator[tuple[TopicPartition, PartitionBatches]]:
        """Those of now: reading goes on meanwhile and may add some."""
        return iter(list(self._known.items()))

    @property
    def held_rows(self) -> int:
        """Rows read but not stored."""
        return sum(partition.held_rows for partition in self._known.values())

    @property
    def held_bytes(self) -> int:
        """About how much memory the records take that are read but not stored."""
        return sum(partition.held_bytes for partition in self._known.values())
