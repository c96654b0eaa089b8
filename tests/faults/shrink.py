"""A failing schedule with as few faults as still make it fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.faults.schedule import Schedule

TRIES = 12
Fails = Callable[[Schedule], Awaitable[bool]]
"""Plays a schedule and says whether it fails."""


async def shrink(schedule: Schedule, fails: Fails, tries: int = TRIES) -> Schedule:
    """Leave out one fault after the other while what is left fails; plays at most so many."""
    left = list(schedule.faults)
    while left and tries:
        without = schedule.without(left.pop())
        if not without.faults:
            break
        tries -= 1
        if await fails(without):
            schedule = without
    return schedule
