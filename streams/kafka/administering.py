"""A connected admin client, also of a broker that is up and not yet, or for a moment not, part of its own cluster.

A broker is listed from when its controller has let it in, and no longer when it was not heard for its session: an
answer that lists no broker means that one is to be waited for.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)

from cloudtag.config import Config
from streams.kafka.admission import explained
from streams.kafka.security import client_settings

LISTED_SECONDS = 30.0
"""How long a broker that answers may take until its cluster lists it."""
AGAIN_SECONDS = 0.1
NOT_YET = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)
"""What says that a group's coordinator is just being found, or reads what it knows."""


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


async def committed(config: Config, group: str, wanted: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """Up to where a group has acknowledged each of some partitions; -1 where it never did.

    A coordinator that is not there yet is waited for. Raises ``GroupCoordinatorNotAvailableError`` when it does not
    come, aiokafka's other errors as they are.
    """
    deadline = time.monotonic() + LISTED_SECONDS
    async with administering(config) as admin:
        while True:
            try:
                found = await admin.list_consumer_group_offsets(group, partitions=list(wanted))
            except NOT_YET:
                found = {}
            # Who refuses the whole question answers nothing of what it asks, and the client does not say so: a
            # partition that is missing is not one of which nothing was acknowledged.
            if found.keys() >= set(wanted):
                return {where: found[where].offset for where in wanted}
            if time.monotonic() > deadline:
                raise GroupCoordinatorNotAvailableError(f"nobody says what {group} has acknowledged")
            await asyncio.sleep(AGAIN_SECONDS)
