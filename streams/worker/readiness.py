"""When a worker is ready: its partitions are assigned, their state is restored, and records move."""

import time

from streams.health.watchdog import StallJudge
from streams.worker.app import Parts
from streams.worker.pulse import pulse

BLOCKED_SECONDS = 30.0
"""Records are pending and none is finished for so long: not ready, long before the watchdog ends the worker."""


class WorkerReadiness:
    """Asked on the worker's event loop, again and again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._blocked_seconds = min(BLOCKED_SECONDS, parts.config.stall_seconds / 4)
        self._judge = self._new_judge()

    def __call__(self) -> str | None:
        """Why the worker is not ready, or none."""
        app = self._parts.app
        if app.should_stop:
            return "stopping"
        # Before the first rebalance the consumer must not be touched: see `BatchApp.batches`.
        if not app.rebalancing_count:
            return "waiting for partitions"
        if app.rebalancing:
            self._judge = self._new_judge()
            return "rebalancing or restoring state"
        if not app.batches.flow_active:
            return "paused"
        if any(task.is_paused for runner in self._parts.runners.values() for task in runner.tasks):
            return "partitions are paused"
        if self._parts.budget.held:
            return "too many dead letters: partitions are not read on"
        if any(map(app.batches.is_out, app.batches.assignment())):
            return "records of partitions cannot be fetched or read"
        now = time.monotonic()
        self._judge.beat(pulse(self._parts), now)
        return "records are pending and none is finished" if self._judge.verdict(now) else None

    def _new_judge(self) -> StallJudge:
        return StallJudge(float("inf"), self._blocked_seconds, time.monotonic())
