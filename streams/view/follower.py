"""Reads every partition of some topics for ever, hands each record on, and says until when all of them are known.

It belongs to no group and commits nothing: whoever starts again reads again. An end counts as reached where the answer
to a fetch said so; one that was said before the broker fell silent is no news.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct

logger = logging.getLogger(__name__)

POLL_MS = 200
MOST_RECORDS = 500
TURN_RECORDS = 20
"""Handed on at a time: in between, whoever shares the event loop gets a turn."""


class TopicFollower:
    """Follows the topics that a consumer is assigned, all of their partitions."""

    def __init__(
        self,
        client: AIOKafkaConsumer,
        stream_of: Mapping[str, str],
        decode: Callable[[str, bytes | None], Struct],
        take: Callable[[str, Struct], None],
    ) -> None:
        """`stream_of`: the stream of each topic. `take` gets each record; those that cannot be decoded are counted."""
        self._client = client
        self._stream_of = stream_of
        self._decode = decode
        self._take = take
        self._known_ms: dict[TopicPartition, int] = dict.fromkeys(client.assignment(), 0)
        self._has_ended: set[TopicPartition] = set()
        self.unreadable = 0
        self.read = 0
        """Records handed on so far."""

    @property
    def is_caught_up(self) -> bool:
        """Whether every partition was read to its end at least once."""
        return len(self._has_ended) == len(self._known_ms)

    @property
    def as_of_ms(self) -> int:
        """Until when everything is known, by this machine's clock; 0 before every partition has said anything."""
        return min(self._known_ms.values(), default=0)

    async def run(self) -> None:
        """Follow until cancelled. Raises aiokafka's errors that waiting does not mend."""
        while True:
            await self.step()

    async def step(self) -> None:
        """Hand on what has come, or wait for a moment."""
        fetched = await self._client.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        numbers = count(1)  # Over all partitions: each may have a few.
        for where, records in fetched.items():
            for record in records:
                self._hand_on(self._stream_of[where.topic], record)
                if next(numbers) % TURN_RECORDS == 0:
                    await asyncio.sleep(0)
            self._known_ms[where] = max(self._known_ms[where], records[-1].timestamp)
        for where in self._known_ms:
            await self._look_at_end(where)

    def _hand_on(self, stream: str, record: Any) -> None:
        try:
            known = self._decode(stream, record.value)
        except ValueError as error:
            self.unreadable += 1
            logger.error("%s/%d@%d cannot be read: %s", record.topic, record.partition, record.offset, error)
            return
        self._take(stream, known)
        self.read += 1

    async def _look_at_end(self, where: TopicPartition) -> None:
        """A partition at its end is known until the moment at which the broker said where that is."""
        end, said_ms = self._client.last_stable_offset(where), self._client.last_poll_timestamp(where)
        if end is None or said_ms is None or await self._client.position(where) < end:
            return
        self._has_ended.add(where)
        self._known_ms[where] = max(self._known_ms[where], said_ms)
