"""Tells of answers that no longer hold, once what stands is known."""

import asyncio
import logging

from cloudtag.cli.decide.state import DecideState
from cloudtag.config import Config
from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.decide.recorder import NotAcknowledgedError, RecordPublisher
from streams.kafka.partitioner import partition_of
from streams.view import decide_metrics as metrics
from streams.view.group_share import GroupShare

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
TURN_ANSWERS = 20
"""Looked at in one turn of the event loop: less than a millisecond of it."""
TURN_PAUSE_SECONDS = 0.002
"""Left between two turns to those who ask: after a start, all answers that are remembered are looked at."""
AGAIN_SECONDS = 1.0


class ChangeTeller:
    """Looks at the answers of its own share whenever something they may rest on has changed."""

    def __init__(self, config: Config, state: DecideState, share: GroupShare, publisher: RecordPublisher) -> None:
        self._partitions = config.partitions
        self._state = state
        self._share = share
        self._publisher = publisher
        self._rounds = -1

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            if self._state.obstacle is None:
                await self._tell()
            is_more = self._state.obstacle is None and self._state.watch.due
            await asyncio.sleep(TURN_PAUSE_SECONDS if is_more else LOOK_SECONDS)

    async def _tell(self) -> None:
        watch = self._state.watch
        if self._share.rounds != self._rounds:
            # What others were to tell of, and what happened while nobody looked.
            self._rounds = self._share.rounds
            watch.touch_all()
        changes = watch.look(TURN_ANSWERS, self._is_mine)
        if not changes:
            return
        try:
            await self._publisher.publish(changes)
        except NotAcknowledgedError as error:
            logger.warning("answers that no longer hold wait for the broker: %s", error)
            watch.put_back(changes)
            await asyncio.sleep(AGAIN_SECONDS)
            return
        for change in changes:
            watch.tell(change)
            metrics.CHANGES.labels(change.was, change.answer).inc()

    def _is_mine(self, given: DecisionGiven) -> bool:
        return self._share.has(partition_of(given.buyer_id, self._partitions))
