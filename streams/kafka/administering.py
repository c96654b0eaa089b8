"""A connected admin client, also of a broker that is up and not yet, or for a moment not, part of its own cluster.

A broker is listed from when its controller has let it in, and no longer when it was not heard for its session: an
answer that lists no broker means that one is to be waited for.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from cloudtag.config import Config
from streams.kafka.admission import explained
from streams.kafka.security import client_settings

LISTED_SECONDS = 30.0
"""How long a broker that answers may take until its cluster lists it."""
AGAIN_SECONDS = 0.1


@asynccontextmanager
async def administering(config: Config) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connected admin client, of a cluster that lists a broker or has listed none for `LISTED_SECONDS`.

    Raises ``KafkaAccessError``, aiokafka's errors when no broker answers.
    """
    deadline = time.monotonic() + LISTED_SECONDS
    admin = await _connected(config)
    try:
        # Another connection each time: the answer to the first is all that a client without brokers goes by.
        while not admin._client.cluster.brokers() and time.monotonic() < deadline:
            await admin.close()
            await asyncio.sleep(AGAIN_SECONDS)
            admin = await _connected(config)
        yield admin
    finally:
        await admin.close()


async def _connected(config: Config) -> AIOKafkaAdminClient:
    admin = AIOKafkaAdminClient(**client_settings(config))
    try:
        async with explained(config):
            await admin.start()
    except BaseException:
        await admin.close()
        raise
    return admin


async def reach(config: Config) -> None:
    """Return when a broker answers. Raises aiokafka's ``KafkaConnectionError``."""
    async with administering(config):
        pass
