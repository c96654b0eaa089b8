"""Records answers on their stream while whoever asked goes on; what is lost is counted."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from msgspec import Struct

logger = logging.getLogger(__name__)

MOST_WAITING = 20_000
"""Records that may wait for the broker; further ones are lost, and counted."""
TOGETHER = 100
"""Published at a time."""
AGAIN_SECONDS = 1.0


class RecordPublisher(Protocol):
    """The way to the broker."""

    async def publish(self, records: Sequence[Struct]) -> None:
        """Return when the broker has all of them. Raises ``NotAcknowledgedError``."""


class NotAcknowledgedError(Exception):
    """The broker has not said that it has the records; it may have them all the same."""


class GroupCommit:
    """Publishes what several ask for at one time together: while one batch is under way, the next one gathers."""

    def __init__(self, publisher: RecordPublisher) -> None:
        self._publisher = publisher
        self._waiting: list[tuple[Sequence[Struct], asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def publish(self, records: Sequence[Struct]) -> None:
        """Return when the broker has all of them. Raises ``NotAcknowledgedError``."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, done))
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())
        await done

    async def _run(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                await self._publisher.publish([record for records, _ in together for record in records])
            except Exception as error:
                # Each of those who wait is told.
                failure = error
            for _, done in together:
                if done.done():
                    continue
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)


class DecisionRecorder:
    """Publishes what it is given, in order, while it `run`s."""

    def __init__(self, publisher: RecordPublisher, most: int = MOST_WAITING) -> None:
        """`most`: so many records may wait."""
        self._publisher = publisher
        self._most = most
        self._waiting: deque[Struct] = deque()
        self._has_come = asyncio.Event()
        self.recorded = 0
        self.lost = 0

    @property
    def waiting(self) -> int:
        """Records that the broker does not have yet."""
        return len(self._waiting)

    def put(self, record: Struct) -> bool:
        """Let a record be published; whether it is not lost at once."""
        if len(self._waiting) >= self._most:
            self.lost += 1
            return False
        self._waiting.append(record)
        self._has_come.set()
        return True

    async def run(self) -> None:
        """Publish until cancelled; what the broker does not take is tried again."""
        while True:
            await self._has_come.wait()
            self._has_come.clear()
            while self._waiting:
                await self._publish_some()

    async def finish(self, seconds: float) -> None:
        """Publish what waits, for so long at most; the rest is lost, and counted."""
        try:
            async with asyncio.timeout(seconds):
                while self._waiting:
                    await self._publish_some()
        except TimeoutError:
            self.lost += len(self._waiting)
            logger.error("%d decisions were given and are not recorded", len(self._waiting))
            self._waiting.clear()

    async def _publish_some(self) -> None:
        some = [*islice(self._waiting, TOGETHER)]
        try:
            await self._publisher.publish(some)
        except NotAcknowledgedError as error:
            logger.warning("decisions wait for the broker: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)
            return
        for _ in some:
            self._waiting.popleft()
        self.recorded += len(some)
