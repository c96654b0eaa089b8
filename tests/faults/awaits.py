"""The named awaits of a process: where its own code waits, each a place at which it can be struck.

A place is told as ``Function>what is awaited``: the innermost function of `streams/` that waits, and what of others it
waits for. Every task of the process is driven from one suspension to the next (`tests.streams.stepwise`).
"""

from __future__ import annotations

import asyncio
from asyncio import base_events
from collections.abc import Callable
from typing import Any

from tests.streams.stepwise import Stepwise, _Driven, place_of


class Driver(Stepwise):
    """Tells of each suspension of our own code."""

    def __init__(self, waits: Callable[[str], None]) -> None:
        """`waits`: called with the place, before it is waited there."""
        super().__init__(0, lambda: None)
        self.is_armed = True
        self._waits = waits

    def due(self, work: Any) -> None:
        """Tell of it."""
        place = place_of(work)
        if not place.startswith(" "):
            self._waits(place.replace(" > ", ">"))


def watch_awaits(waits: Callable[[str], None]) -> None:
    """From now on every loop of this process tells of each place at which our own code waits."""
    driver, begin = Driver(waits), base_events.BaseEventLoop.__init__

    def start(loop: asyncio.AbstractEventLoop, made: Any, **options: Any) -> Any:
        if not hasattr(made, "cr_code"):
            return asyncio.Task(made, loop=loop, **options)
        task = asyncio.Task(_driven(driver, made), loop=loop, **options)
        # Where it is cancelled before it has begun, nobody else ends what it would have run.
        task.add_done_callback(lambda _: made.close())
        return task

    def begun(loop: Any) -> None:
        begin(loop)
        loop.set_task_factory(start)

    base_events.BaseEventLoop.__init__ = begun  # type: ignore[method-assign, assignment]


async def _driven(driver: Driver, made: Any) -> Any:
    return await _Driven(driver, made)
