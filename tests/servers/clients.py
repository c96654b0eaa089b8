"""Producers for tests that publish what cloudtag's own code packs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer

from streams.kafka.producer import BatchClient


@dataclass(frozen=True)
class FixedHandle:
    """A handle whose client is never replaced: losing count ends the test."""

    client: BatchClient

    async def renew(self, failed: BatchClient) -> None:
        raise AssertionError(f"{failed} is refused")


@asynccontextmanager
async def producing(**settings: Any) -> AsyncIterator[FixedHandle]:
    """A connected producer with aiokafka's own settings, stopped at the end."""
    producer = AIOKafkaProducer(**settings)
    await producer.start()
    try:
        yield FixedHandle(producer)
    finally:
        await producer.stop()
