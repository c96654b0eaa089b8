"""A partition without any state is a fresh installation, or a mistake: which of them is found out before it is judged.

Its rows may lie in format 1, to be migrated first. Or input was judged before, as the committed offsets say, and the
changelog is gone: to go on from there would be to judge without a memory.
"""

from collections.abc import Collection, Sequence

from aiokafka import TopicPartition

from cloudtag.config import Config
from streams.kafka import topics
from streams.kafka.administering import committed
from streams.kafka.security import client_settings
from streams.state.by_hand import records_of
from streams.state.state_store import NoStateError

GONE = (
    "{topic}/{partition} is empty, but {input} was judged up to {offset}: the state of what was judged is gone. "
    "Restore the topic. Or stop all workers and run `cloudtag state rebuild`, which makes it anew of the input topics. "
    "Or, to go on without a memory of what was judged, set CLOUDTAG_START_EMPTY=true once"
)
FIRST_FORMAT = (
    "{topic}/{partition} has rows in format 1, and nothing of them is in format 2: stop all workers and run "
    "`cloudtag state migrate`. Or, to go on without them, set CLOUDTAG_START_EMPTY=true once"
)


class Origins:
    """Asked about partitions of which the changelog holds nothing."""

    def __init__(self, config: Config) -> None:
        self._config = config

    async def check(self, processor: str, inputs: Sequence[str], partitions: Collection[int]) -> None:
        """Raise ``NoStateError`` unless the partitions are fresh, or are to be taken for it."""
        if self._config.start_empty:
            return
        await self._refuse_first_format(self._config.first_changelog(processor), partitions)
        await self._refuse_judged(self._config.changelog(processor), inputs, partitions)

    async def _refuse_first_format(self, topic: str, partitions: Collection[int]) -> None:
        if not await topics.exists(self._config, topic):
            return
        for partition in partitions:
            async for _ in records_of(client_settings(self._config), (topic, partition)):
                raise NoStateError(FIRST_FORMAT.format(topic=topic, partition=partition))

    async def _refuse_judged(self, topic: str, inputs: Sequence[str], partitions: Collection[int]) -> None:
        wanted = [TopicPartition(name, partition) for name in inputs for partition in partitions]
        for tp, offset in (await committed(self._config, self._config.app_id, wanted)).items():
            if offset > 0:
                raise NoStateError(GONE.format(topic=topic, partition=tp.partition, input=tp.topic, offset=offset))
