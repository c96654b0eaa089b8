"""Global shop data: every worker reads the whole `shops` topic before its agents start, and follows it from then on."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.contract.events import ShopDescribed
from cloudtag.wire import Undecodable
from streams.runner import CodecProtocol

logger = logging.getLogger(__name__)

POLL_MS = 250
STREAM = "shops"

Bury = Callable[[Any, str, str], Awaitable[None]]
"""Takes a record that cannot be read, the reason and the error."""


class Directory(Protocol):
    """Where descriptions of shops go (see ``cloudtag.engine.directory.ShopDirectory``)."""

    def add(self, shop: ShopDescribed) -> None: ...

    def __len__(self) -> int: ...


class DirectoryStalledError(RuntimeError):
    """The `shops` topic is not at its end and has given nothing for too long."""


class DirectoryReader:
    """Keeps a directory in step with its topic. ``read`` blocks until the end; ``follow`` runs for ever."""

    def __init__(
        self,
        directory: Directory,
        settings: dict[str, Any],
        topic: str,
        codec: CodecProtocol,
        bury: Bury,
        stall_seconds: float,
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._topic = topic
        self._codec = codec
        self._bury = bury
        self._stall_seconds = stall_seconds
        self._consumer: AIOKafkaConsumer | None = None
        self._is_read = asyncio.Event()

    @property
    def size(self) -> int:
        """How many shops are known."""
        return len(self._directory)

    async def read(self, partitions: int) -> None:
        """Take in everything the topic holds now; a second call does nothing."""
        if self._consumer is not None:
            return
        consumer = AIOKafkaConsumer(**self._settings, enable_auto_commit=False, auto_offset_reset="earliest")
        await consumer.start()
        self._consumer = consumer
        tps = [TopicPartition(self._topic, partition) for partition in range(partitions)]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        last_progress = time.monotonic()
        while missing := [tp for tp in tps if await consumer.position(tp) < ends[tp]]:
            if await self._take(await consumer.getmany(*missing, timeout_ms=POLL_MS)):
                last_progress = time.monotonic()
            elif time.monotonic() - last_progress > self._stall_seconds:
                raise DirectoryStalledError(f"nothing read of {self._topic} for {self._stall_seconds:.0f} s")
        self._is_read.set()
        logger.info("%d shops known", len(self._directory))

    async def follow(self) -> None:
        """Take in what comes after; ends with the worker."""
        await self._is_read.wait()
        while self._consumer is not None:
            await self._take(await self._consumer.getmany(timeout_ms=POLL_MS * 4))

    async def close(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def _take(self, found: dict[TopicPartition, list[Any]]) -> int:
        count = 0
        for records in found.values():
            for record in records:
                count += 1
                if record.value is None:
                    continue  # a deleted shop: what it was stays true of the past
                try:
                    shop = self._codec.decode(STREAM, record.value)
                except Undecodable as error:
                    await self._bury(record, error.reason, error.error)
                    continue
                assert isinstance(shop, ShopDescribed)
                self._directory.add(shop)
        return count
