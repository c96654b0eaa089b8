"""Dead letters on their way to their topic."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter
from cloudtag.wire import Codec

_LARGEST = 64 * 1024 * 1024
_CUT_BYTES = 64 * 1024
"""What is kept of a record that is too large for the broker to take back inside of a letter."""


class Letters:
    """Publishes dead letters; returns only when the broker has them."""

    def __init__(self, bootstrap: str | list[str], topic: str, kafka: Mapping[str, Any]) -> None:
        """`kafka`: more for aiokafka's client, such as its security."""
        self._options = {"bootstrap_servers": bootstrap, "acks": "all", "max_request_size": _LARGEST, **kafka}
        self._topic = topic
        self._codec = Codec()
        self._producer: AIOKafkaProducer | None = None

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Publish letters. Raises aiokafka's errors when the broker does not take them in time."""
        for letter in letters:
            try:
                await self._send(letter)
            except MessageSizeTooLargeError:
                cut = (letter.value or b"")[:_CUT_BYTES]
                error = f"{letter.error} (the first {len(cut)} of {len(letter.value or b'')} bytes)"
                await self._send(replace(letter, value=cut, error=error))

    async def stop(self) -> None:
        """Let go of the broker."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def _send(self, letter: DeadLetter) -> None:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._options)
            await producer.start()
            self._producer = producer
        value = self._codec.encode("dead-letters", letter)
        await self._producer.send_and_wait(self._topic, value, key=letter.topic.encode())
