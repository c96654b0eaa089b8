"""A broker that is away when a process starts is waited for: nothing is wrong with the process."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaConnectionError

from cloudtag.config import Config

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
SAY_SECONDS = 30.0
CONNECT_SECONDS = 5.0


async def when_broker_answers(config: Config, ask: Callable[[], Awaitable[None]]) -> None:
    """Await `ask` as soon as a broker answers, however long that takes.

    Where something listens and does not answer as a broker does (another protocol, another password) for the stall
    time, its ``KafkaConnectionError`` is raised; and whatever else `ask` raises, at once.
    """
    heard_at = said_at = float("-inf")
    while True:
        try:
            return await ask()
        except KafkaConnectionError as error:
            now = time.monotonic()
            if not await _listens(config):
                heard_at = float("-inf")
            elif heard_at < 0:
                heard_at = now
            elif now - heard_at > config.stall_seconds:
                raise
            if now - said_at > SAY_SECONDS:
                said_at = now
                logger.warning("no broker answers at %s, which is waited for: %s", config.brokers, error)
        await asyncio.sleep(AGAIN_SECONDS)


async def _listens(config: Config) -> bool:
    """Whether anything takes connections at any of the brokers' addresses."""
    for address in config.bootstrap():
        host, _, port = address.rpartition(":")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, ValueError):
            continue
        writer.close()
        return True
    return False
