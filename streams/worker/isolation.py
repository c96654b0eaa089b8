"""Finds the records of a batch that cannot be judged, by halving it, so that the others are judged.

A core that raised may have folded half of the batch, so it is thrown away; a new one is opened over the stored rows,
which hold everything that was durable before and nothing of what failed. A record that fails alone is dead-lettered:
its fact is in no row, so the outcome is that of the facts without it, and sending it again after a mend makes it what
it would have been. Unless time alone fails the task: then the fault lies with what is stored, every
record would be blamed in turn, and the partition is paused instead.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from streams.transport.decoded import DecodedBatch
from streams.worker.pauses import CannotJudgeError, StuckError, TooManyError
from streams.worker.tasks import RunningTask

logger = logging.getLogger(__name__)

Settle = Callable[[RunningTask, DecodedBatch], Awaitable[None]]
"""Judges what was read of records, and makes all of it durable. Raises ``CannotJudgeError``."""


class RecordIsolation:
    """Judges a batch in parts. ``renew`` opens the task's core anew, ``refuse`` publishes the
    dead letter of a record, given with what went wrong."""

    def __init__(
        self,
        settle: Settle,
        renew: Callable[[RunningTask], Awaitable[None]],
        refuse: Callable[[Any, str], Awaitable[None]],
        lateness_ms: int,
    ) -> None:
        self._settle = settle
        self._renew = renew
        self._letter = refuse
        self._lateness_ms = lateness_ms

    async def judge(self, task: RunningTask, content: DecodedBatch) -> None:
        """Judge every record of a batch that can be judged; the task's core must be fresh. What the batch holds besides
        facts is settled last.

        Raises ``StuckError`` or ``TooManyError`` when the records are not to blame, and whatever storing and
        publishing raise.
        """
        pairs = [
            (record, fact)
            for record, fact in zip(content.sources, content.facts, strict=True)
            if (record.topic, record.offset) not in task.refused
        ]
        waiting = [pairs] if pairs else []
        while waiting:
            part = waiting.pop()
            try:
                await self._settle(task, DecodedBatch([fact for _, fact in part], [record for record, _ in part]))
            except CannotJudgeError as error:
                await self._renew(task)
                if len(part) > 1:
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]
                else:
                    await self._refuse(task, *part[0], error)
        if content.letters or content.reached_ms or not pairs:
            await self._rest(task, DecodedBatch(letters=content.letters, reached_ms=content.reached_ms))

    async def _rest(self, task: RunningTask, rest: DecodedBatch) -> None:
        try:
            await self._settle(task, rest)
        except CannotJudgeError as error:
            await self._renew(task)
            when = f"at {rest.reached_ms}" if rest.reached_ms else "not even with no fact at all"
            raise StuckError(f"what is stored cannot be judged, {when}") from error.__cause__ or error

    async def _refuse(self, task: RunningTask, record: Any, fact: Any, error: CannotJudgeError) -> None:
        cause = error.__cause__ or error
        reached_ms = max(0, fact.occurred_at - self._lateness_ms)
        try:
            task.core.advance((), reached_ms)
        except Exception as stuck:
            raise StuckError(f"what is stored cannot be judged, at {reached_ms}") from stuck
        finally:
            # Whatever time brought was only a question: nothing of it was made durable.
            await self._renew(task)
        if task.allowance < 1:
            raise TooManyError(
                f"the last is {record.topic}/{record.partition} at {record.offset}: {cause!r}"
            ) from cause
        task.allowance -= 1
        logger.error("%s/%d at %d cannot be judged", record.topic, record.partition, record.offset, exc_info=cause)
        await self._letter(record, f"{type(cause).__name__}: {cause}")
        task.refused.add((record.topic, record.offset))
