"""Runs a worker to its end in this process: until it is asked to stop, or until something fails."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any

import faust
from prometheus_client import GCCollector, PlatformCollector, ProcessCollector

from cloudtag.contract.what_ifs import ASKED_OF
from cloudtag.gc_tuning import collect_rarely
from streams.health.beat import Health, beating
from streams.health.serving import served
from streams.health.watchdog import Watchdog
from streams.kafka import bounded_batches, codecs, topics
from streams.kafka.log_throttle import throttle_logs
from streams.kafka.waiting import when_broker_answers
from streams.worker.app import Parts
from streams.worker.gauges import refresh
from streams.worker.idle_check import IDLE_SECONDS, IdleCheck
from streams.worker.pulse import pulses
from streams.worker.readiness import WorkerReadiness
from streams.worker.tasks import Tasks
from streams.worker.watermark_records import WatermarkPublisher
from streams.worker.what_ifs import WhatIfAnswers

logger = logging.getLogger(__name__)

OK, FAILED = 0, 1
GAUGES_SECONDS = 2.0
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Worker(faust.Worker):
    """Faust's worker without its terminal decorations and its grip on the process's name."""

    def _setproctitle(self, info: str, *, ident: str = "cloudtag") -> None:
        """The process keeps its name."""

    def _setup_logging(self) -> None:
        """The process's own log stays as it is; where it has none, Faust makes one."""
        if not logging.root.handlers:
            super()._setup_logging()

    def on_setup_root_logger(self, logger: logging.Logger, level: int) -> None:
        """No spinner: it would have every debug message made, to turn at each."""


def run_worker(parts: Parts, *, loglevel: str = "INFO") -> int:
    """Run until SIGTERM or SIGINT (0), or until the worker fails (1). Blocks; needs the main thread. A broker that is
    away at the start is waited for.

    Raises before anything starts: ``streams.kafka.topics.TopicError`` when a topic is missing or has the wrong
    partitions,
    ``streams.kafka.codecs.MissingCodecError`` when some compressed records could not be read.
    """
    throttle_logs()
    collect_rarely()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    health = Health()
    try:
        codecs.check()
        bounded_batches.bound(parts.config.unpacked_batch_bytes)
        with _served(parts, health), beating(loop, health, WorkerReadiness(parts)):
            if not loop.run_until_complete(_checked(parts)):
                return OK
            _add_tasks(parts)
            return _run(parts, loop, loglevel)
    finally:
        parts.store.close()


async def _checked(parts: Parts) -> bool:
    """Wait for a broker and check its topics; false when the process is asked to end meanwhile."""
    names = _topics_of(parts)
    check = asyncio.ensure_future(when_broker_answers(parts.config, lambda: topics.check(parts.config, names)))
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, check.cancel)
    try:
        await check
    except asyncio.CancelledError:
        return False
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)
    return True


def _served(parts: Parts, health: Health) -> AbstractContextManager[int | None]:
    registry = parts.metrics.registry
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    parts.metrics.follow("ready", lambda: health.obstacle is None)
    return served(parts.config, registry, health)


def _run(parts: Parts, loop: asyncio.AbstractEventLoop, loglevel: str) -> int:
    watchdog = Watchdog(lambda: pulses(parts), parts.config.stall_seconds)
    # Before the app, which may hang while it starts.
    loop.run_until_complete(watchdog.start())
    worker = Worker(parts.app, watchdog, loglevel=loglevel, loop=loop, quiet=True, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else FAILED
    except Exception:
        logger.exception("The worker has failed")
    return FAILED


def _topics_of(parts: Parts) -> list[str]:
    names = [topic for agent in parts.app.agents.values() for topic in agent.get_topic_names()]
    names += [runner.tasks.table.topic for runner in parts.runners.values()]
    return [*names, *map(parts.config.topic, topics.WHAT_IFS if _asked(parts) else ())]


def _add_tasks(parts: Parts) -> None:
    """What runs beside the agents once the first assignment is taken over."""
    watermarks = WatermarkPublisher(parts.config, parts.codec, parts.app, parts.metrics)

    async def publish_watermarks() -> None:
        await watermarks.publish(runner.tasks for runner in parts.runners.values())

    async def gauges() -> None:
        for runner in parts.runners.values():
            runner.tasks.trim()
        refresh(parts)

    idle_check = IdleCheck(parts.changelogs, parts.runners.values())
    _every(parts, IDLE_SECONDS, idle_check, idle_check.stop)
    _every(parts, parts.config.idle_watermark_seconds / 2, publish_watermarks)
    _every(parts, GAUGES_SECONDS, gauges)
    if asked := _asked(parts):
        parts.app.task(WhatIfAnswers(parts.config, asked, parts.codec, parts.app).run)


def _asked(parts: Parts) -> dict[str, Tasks]:
    """The tasks that answer what would follow, by processor."""
    return {name: parts.runners[name].tasks for name in ASKED_OF if name in parts.runners}


async def _nothing() -> None:
    pass


def _every(
    parts: Parts,
    seconds: float,
    do: Callable[[], Coroutine[Any, Any, None]],
    stop: Callable[[], Coroutine[Any, Any, None]] = _nothing,
) -> None:
    async def loop() -> None:
        try:
            while not parts.app.should_stop:
                await parts.app.sleep(seconds)
                if not parts.app.should_stop and not parts.app.rebalancing:
                    await do()
        finally:
            await stop()

    parts.app.task(loop)
