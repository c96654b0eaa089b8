"""Which partitions are this instance's, of several that all read everything: as a consumer group shares them out."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

POLL_MS = 500


class GroupShare(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of a group that takes part in the sharing and reads nothing."""

    def __init__(self, client: AIOKafkaConsumer, topic: str) -> None:
        """`client` belongs to the group; it is started and stopped by whoever has it."""
        self._client = client
        self._topic = topic
        self._mine: frozenset[int] = frozenset()
        self.rounds = 0
        """How often something was assigned: then what others were to do may be this one's."""

    def has(self, partition: int) -> bool:
        """Whether a partition is this instance's now."""
        return partition in self._mine

    async def run(self) -> None:
        """Take part until cancelled."""
        self._client.subscribe([self._topic], listener=self)
        while True:
            # Whoever asks for nothing for long is taken for dead.
            await self._client.getmany(timeout_ms=POLL_MS)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """They may be another's from now on."""
        self._mine = self._mine - {place.partition for place in revoked}

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """They are this one's; nothing of them is fetched."""
        self._client.pause(*assigned)
        self._mine = frozenset(place.partition for place in assigned)
        self.rounds += 1
