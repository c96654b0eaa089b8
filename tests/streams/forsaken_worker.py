"""A toy worker whose client loses the task that keeps it in its group, as an assertion inside of the client does.

`DIES_AFTER_JOINING=1`: once it has judged something. Otherwise before anything is assigned to it.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiokafka.consumer.group_coordinator import GroupCoordinator

from streams.worker.runner import Runner
from tests.streams.toy_worker import main

COMMITTED_SECONDS = 3.0
"""Within so long what was judged is committed, on most machines: then there is nothing left that could fail."""
ROUTINE = "_GroupCoordinator__coordination_routine"


async def die_at_once(coordinator: Any) -> None:
    assert coordinator is None, "made to fail"


def after_the_first_batch(routine: Any) -> Any:
    is_judged = [False]
    done = Runner._done

    def note(runner: Runner, *args: Any) -> None:
        done(runner, *args)
        is_judged[0] = True

    Runner._done = note  # type: ignore[method-assign, assignment]

    async def die_later(coordinator: Any) -> None:
        work = asyncio.ensure_future(routine(coordinator))
        while not (work.done() or is_judged[0]):  # noqa: ASYNC110 - another thread judges
            await asyncio.sleep(0.05)
        await asyncio.sleep(COMMITTED_SECONDS)
        work.cancel()
        assert coordinator is None, "made to fail"

    return die_later


if __name__ == "__main__":
    is_late = os.environ.get("DIES_AFTER_JOINING") == "1"
    routine = after_the_first_batch(getattr(GroupCoordinator, ROUTINE)) if is_late else die_at_once
    setattr(GroupCoordinator, ROUTINE, routine)
    sys.exit(main())
