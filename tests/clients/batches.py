"""How batches lie on the broker: their compression, looked at on the way through the Kafka client."""

from collections import Counter
from typing import Any
from unittest.mock import patch

from aiokafka.record.memory_records import MemoryRecords

from cloudtag.cli.kafka import read_to_end
from cloudtag.config import Config

CODEC_OF_BITS = ("none", "gzip", "snappy", "lz4", "zstd")
"""By the three lowest bits of a batch's attributes, as Kafka's record format has them."""


class _Noted:
    """aiokafka's reader of fetched bytes, which tells of each batch how it is compressed."""

    found: Counter[str]

    def __init__(self, data: bytes) -> None:
        self._records = MemoryRecords(data)

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        return int(self._records.size_in_bytes())

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        self.found[CODEC_OF_BITS[batch.compression_type]] += 1
        return batch


async def codecs_of(config: Config, stream: str) -> Counter[str]:
    """How many batches of a stream's topic are compressed with each codec."""
    found: Counter[str] = Counter()
    noted = type("Noted", (_Noted,), {"found": found})
    with patch("aiokafka.consumer.fetcher.MemoryRecords", noted):
        async for _ in read_to_end(config, [config.topic(stream)]):
            pass
    return found
