"""What watchdog and readiness need to know of a worker: does anything move, and is there anything to do."""

from collections.abc import Iterator
from contextlib import suppress

from faust.exceptions import ConsumerNotStarted

from streams.health.watchdog import NO_MEMBER, OTHER_PROTOCOL, UNASSIGNED, Pulse
from streams.worker.app import Parts

NO_FETCH = "a fetch is under way and has not come back"


def pulses(parts: Parts) -> Iterator[Pulse]:
    """All that must move or have an end; called on the worker's event loop."""
    yield pulse(parts)
    app = parts.app
    # Whoever was never assigned anything sees no records either, and would wait for them for good. One that was
    # assigned nothing, because others have all, has been told so.
    yield Pulse(0, not app.rebalancing_count, UNASSIGNED)
    with suppress(ConsumerNotStarted):
        thread = app.batches.thread
        yield Pulse(0, thread.has_left_group, NO_MEMBER)
        if thread.is_refused:
            yield Pulse(0, is_pending=True, stall=OTHER_PROTOCOL, is_over=True)
        yield Pulse(thread.fetches_done, thread.fetches_begun > thread.fetches_done, NO_FETCH)


def pulse(parts: Parts) -> Pulse:
    """Whether records move; called on the worker's event loop."""
    app = parts.app
    progress = parts.changelogs.records_read + sum(runner.batches_done for runner in parts.runners.values())
    # Before the consumer thread has connected there is nothing to ask it.
    is_pending = bool(app.rebalancing)
    with suppress(ConsumerNotStarted):
        # What is paused has an alarm of its own; to end the worker would stop the partitions that do move.
        is_pending = is_pending or any(lag for tp, lag in app.batches.lag().items() if not app.batches.is_paused(tp))
    return Pulse(progress, is_pending)
