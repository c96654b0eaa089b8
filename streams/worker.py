"""Runs a worker to its end in this process: until it is told to stop, or until something fails."""

import asyncio
import logging

import faust

from streams import topics
from streams.app import Parts

logger = logging.getLogger(__name__)

OK, FAILED = 0, 1


class Worker(faust.Worker):  # type: ignore[misc]
    """Faust's worker without its terminal decorations and its grip on the process's logging."""

    def _setproctitle(self, info: str, *, ident: str = "cloudtag") -> None:
        """The process keeps its name."""


def run_worker(parts: Parts, *, loglevel: str = "INFO") -> int:
    """Run until SIGTERM or SIGINT (0), or until the worker fails (1). Blocks; needs the main thread."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    names = [topic for agent in parts.app.agents.values() for topic in agent.get_topic_names()]
    names += [runner.lanes.table.topic for runner in parts.runners.values()]
    loop.run_until_complete(topics.check(parts.config, names))
    worker = Worker(parts.app, loglevel=loglevel, loop=loop, quiet=True, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else FAILED
    except Exception:
        logger.exception("The worker has failed")
        return FAILED
    finally:
        parts.store.close()
    return OK
