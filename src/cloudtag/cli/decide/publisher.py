"""The decision service's way to the broker: records keyed as their streams say, and acknowledged or not in time."""

import asyncio
from collections.abc import Sequence

from aiokafka.errors import KafkaError
from msgspec import Struct

from cloudtag.config import Config
from cloudtag.contract.streams import CONTRACTS, STREAM_OF
from cloudtag.decide.recorder import NotAcknowledgedError
from cloudtag.parcels.spelling import canonical_key
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, ProducerHandle, Target, publish

PUBLISH_SECONDS = 10.0
"""How long an acknowledgement is waited for."""


class KafkaPublisher:
    """Publishes records of any stream that has a schema."""

    def __init__(
        self, config: Config, producer: ProducerHandle, codec: Codec, seconds: float = PUBLISH_SECONDS
    ) -> None:
        """`config` has as many partitions as the topics have; `producer` is connected."""
        self._config = config
        self._producer = producer
        self._codec = codec
        self._seconds = seconds

    async def publish(self, records: Sequence[Struct]) -> None:
        """Return when the broker has all of them. Raises ``NotAcknowledgedError``."""
        batches: dict[Target, list[OutRecord]] = {}
        for record in records:
            stream = CONTRACTS[STREAM_OF[type(record)]]
            key = canonical_key(stream.key, stream.key_of(record))
            target = self._config.topic(stream.name), partition_of(key, self._config.partitions)
            value = self._codec.encode(stream.name, record)
            batches.setdefault(target, []).append(OutRecord(key.encode(), value))
        try:
            async with asyncio.timeout(self._seconds):
                await publish(self._producer, batches)
        except TimeoutError:
            raise NotAcknowledgedError(f"not within {self._seconds:.0f} s") from None
        except KafkaError as error:
            raise NotAcknowledgedError(type(error).__name__) from error
