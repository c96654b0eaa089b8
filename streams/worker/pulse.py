"""What watchdog and readiness need to know of a worker: does anything move, and is there anything to do."""

from contextlib import suppress

from faust.exceptions import ConsumerNotStarted

from streams.health.watchdog import Pulse
from streams.worker.app import Parts


def pulse(parts: Parts) -> Pulse:
    """The state of now; called on the worker's event loop."""
    app = parts.app
    progress = parts.changelogs.records_read + sum(runner.batches_done for runner in parts.runners.values())
    # Before the consumer thread has connected there is nothing to ask it.
    is_pending = bool(app.rebalancing)
    with suppress(ConsumerNotStarted):
        # What is paused has an alarm of its own; to end the worker would stop the partitions that do move.
        is_pending = is_pending or any(lag for tp, lag in app.batches.lag().items() if not app.batches.is_paused(tp))
    return Pulse(progress, is_pending)
