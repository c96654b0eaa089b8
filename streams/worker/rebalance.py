"""What happens between an assignment and the first batch: rows are read, tasks opened."""

import logging
from collections.abc import Collection, Iterable
from typing import Any

import faust
from faust.tables.recovery import RebalanceAgain

from cloudtag.config import Config
from streams.state.changelog import RecoveryGivenUpError
from streams.state.state_store import NoStateError
from streams.worker.runner import Runner
from streams.worker.worker_metrics import WorkerMetrics

logger = logging.getLogger(__name__)


class NotTogetherError(RuntimeError):
    """The topics of a task were given to different workers."""


def together(topics: Iterable[str], assigned: Collection[tuple[str, int]]) -> set[int]:
    """The partitions assigned of every one of the topics. Raises ``NotTogetherError`` where they are not the same."""
    shares = {topic: {partition for name, partition in assigned if name == topic} for topic in topics}
    first, *others = shares.items()
    for topic, partitions in others:
        if partitions != first[1]:
            raise NotTogetherError(f"partitions {sorted(first[1])} of {first[0]}, but {sorted(partitions)} of {topic}")
    return first[1]


class RestoreOnAssignment:
    """Brings this worker's partitions up to date. Faust awaits it (``on_rebalance_complete``) before records flow.

    A rebalance that begins in the meantime makes it give up; Faust then calls it again for the new assignment.
    """

    def __init__(
        self,
        config: Config,
        app: faust.App,
        runners: dict[str, Runner],
        metrics: WorkerMetrics,
    ) -> None:
        self._config = config
        self._app = app
        self._runners = runners
        self._metrics = metrics

    async def __call__(self, *_: Any, **__: Any) -> None:
        """Take over what is assigned now. Raises Faust's ``RebalanceAgain``."""
        begun = self._app.rebalancing_count
        for runner in self._runners.values():
            await runner.pauses.stop()
        assigned = {(tp.topic, tp.partition) for tp in self._app.consumer.assignment()}
        try:
            for runner in self._runners.values():
                await self._restore(runner, together(runner.topics, assigned), begun)
        except RecoveryGivenUpError:
            raise RebalanceAgain from None
        if self._app.rebalancing_count != begun:
            raise RebalanceAgain

    async def _restore(self, runner: Runner, partitions: set[int], begun: int) -> None:
        tasks, table = runner.tasks, runner.tasks.table
        tasks.keep_only(partitions)
        known = {partition for partition in partitions if tasks.is_live(partition)}
        try:
            read = await table.catch_up(sorted(partitions), lambda: self._app.rebalancing_count == begun)
        except (RecoveryGivenUpError, NoStateError):
            raise
        except Exception as error:
            # One of them stands in the way of all: each is recovered on its own, and those that can be go on at once.
            for partition in partitions:
                runner.pause(partition, error)
            read = {}
        for partition, count in read.items():
            self._metrics.count("restored_rows", count, tasks.processor)
            # A task that stayed here and whose changelog nobody else has written to goes on as it is.
            if partition not in known or count:
                await runner.open(partition)
        self._metrics.set("tasks", len(partitions), tasks.processor)
        if partitions:
            logger.info("%s judges %s, %d rows read", tasks.processor, sorted(partitions), sum(read.values()))
