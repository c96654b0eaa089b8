"""How far a consumer group has come."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError

from cloudtag.config import Config
from streams.kafka.security import client_settings


class Offsets:
    """Use as ``async with Offsets(config) as offsets``."""

    def __init__(self, config: Config) -> None:
        """Ask the configured brokers."""
        self._config = config
        self._admin = AIOKafkaAdminClient(**client_settings(config))

    async def __aenter__(self) -> Self:
        await self._admin.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._admin.close()

    async def committed(self, group: str, streams: Iterable[str]) -> dict[TopicPartition, int]:
        """The offset up to which a group has acknowledged each partition of some streams' topics."""
        # Named one by one: not every broker can be asked for whatever the group has.
        names = [self._config.topic(stream) for stream in streams]
        wanted = [TopicPartition(name, number) for name in names for number in range(self._config.partitions)]
        try:
            known = await self._admin.list_consumer_group_offsets(group, partitions=wanted)
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
            return {}  # A broker that has just started has no coordinator yet, so nobody has committed anything.
        return {where: max(0, meta.offset) for where, meta in known.items()}
