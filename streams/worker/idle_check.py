"""Once a second an owner looks at the changelogs it does not write to: an earlier one may write there.

What it wrote is stale and is written over, long before compaction may choose between the two. And an owner that was
itself replaced while it was frozen finds the other's record, and ends.
"""

import logging
import time
from collections.abc import Iterable

from aiokafka.errors import KafkaError

from streams.state.changelog import Changelogs
from streams.state.tails import Tails
from streams.worker.runner import Runner

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""A partition that was not written to for so long is looked at, and so often."""


class IdleCheck:
    """Looks behind the last writes of a worker's owners; to be called once in ``IDLE_SECONDS``."""

    def __init__(self, changelogs: Changelogs, runners: Iterable[Runner]) -> None:
        self._tails = Tails(changelogs)
        self._runners = {runner.tasks.table.topic: runner for runner in runners}

    async def __call__(self) -> None:
        """Look once. Raises ``ForeignOwnerError``: this worker must end."""
        before = time.monotonic() - IDLE_SECONDS
        wanted = {
            (topic, partition): offset
            for topic, runner in self._runners.items()
            for partition, offset in runner.tasks.table.idle_since(before).items()
        }
        try:
            found = await self._tails.look(wanted)
        except (KafkaError, OSError) as error:
            # The broker is away: no write goes through either. The client is made anew.
            logger.warning("the ends of the changelogs cannot be read, will try again: %r", error)
            await self._tails.stop()
            return
        for (topic, partition), records in found.items():
            await self._runners[topic].take_in(partition, wanted[topic, partition], records)

    async def stop(self) -> None:
        """Close the connection."""
        await self._tails.stop()
