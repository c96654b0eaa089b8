"""Dead letters on their way to their topic."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from cloudtag.contract.records import DeadLetter
from cloudtag.wire import Codec
from streams.kafka.dead_letters import CUT_BYTES, record_of
from streams.kafka.producer import ROOM_BYTES

_LARGEST = 64 * 1024 * 1024


class DeadLetterProducer:
    """Publishes dead letters; returns only when the broker has them."""

    def __init__(self, bootstrap: str | list[str], topic: str, kafka: Mapping[str, Any]) -> None:
        """`kafka`: more for aiokafka's client, such as its security."""
        self._options = {"bootstrap_servers": bootstrap, "acks": "all", "max_request_size": _LARGEST, **kafka}
        self._topic = topic
        self._codec = Codec()
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Publish dead letters. Raises aiokafka's errors when the broker does not take them in time."""
        for letter in letters:
            try:
                await self._send(letter)
            except MessageSizeTooLargeError:
                # The topic was made with a smaller limit than declared.
                await self._send(letter, CUT_BYTES)

    async def stop(self) -> None:
        """Let go of the broker."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def _send(self, letter: DeadLetter, room_bytes: int = ROOM_BYTES) -> None:
        producer = self._producer or await self._started()
        record = record_of(letter, self._codec, room_bytes)
        await producer.send_and_wait(self._topic, record.value, key=record.key)

    async def _started(self) -> AIOKafkaProducer:
        # Several partitions may have dead letters at a time.
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(**self._options)
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
