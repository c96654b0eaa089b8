"""The transport class behind the broker scheme, and its producer."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from aiokafka import AIOKafkaProducer
from aiokafka.errors import UnknownError
from faust.transport.drivers import aiokafka as stock

from streams.transport.consumer import BatchConsumer


class BatchProducer(stock.Producer):
    """Faust's producer, opened up to batches: what cloudtag sends is packed and awaited by `streams.kafka.producer`."""

    _is_idempotent = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self._renewing = asyncio.Lock()

    def _settings_extra(self) -> Mapping[str, Any]:
        # A retry after a lost answer should not write a batch twice (harmless, but it fills the changelog).
        return {"acks": "all", "enable_idempotence": self._is_idempotent}

    async def on_start(self) -> None:
        """Connect; without idempotence where the broker does not know it (the embedded one does not)."""
        try:
            await super().on_start()
        except UnknownError:
            self.log.info("The broker gives out no producer ids: writing without idempotence")
            self._is_idempotent = False
            await self.client.stop()
            await super().on_start()

    async def renew(self, failed: object) -> None:
        """Put a new client in the place of one that the broker takes nothing from any more.

        Nothing happens where others have seen to it already. What the old client still holds is on the broker or given
        back to its senders when this returns, so that nothing old is written behind what is sent next. While no
        broker answers, it raises aiokafka's errors and changes nothing.
        """
        async with self._renewing:
            if self._producer is not failed:
                return
            self.log.warning("The broker and the producer count differently: going on as a new producer")
            client = self._new_producer()
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
            self._producer = client
            await cast(AIOKafkaProducer, failed).stop()

    @property
    def client(self) -> AIOKafkaProducer:
        """The connected client; raises ``faust.exceptions.NotReady`` before the app has started."""
        return self._ensure_producer()


class Transport(stock.Transport):
    """Kafka through aiokafka, one event per batch."""

    Consumer: ClassVar[type[BatchConsumer]] = BatchConsumer
    Producer: ClassVar[type[BatchProducer]] = BatchProducer
    driver_version = f"batch+{stock.Transport.driver_version}"
