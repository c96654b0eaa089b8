"""What keeps a loop from its turn is named, by the CPU it takes; what only waits is not."""

import asyncio
import time
from typing import Any

import pytest

from benchmarks import stalls as stalling
from benchmarks.stalls import STALL_SECONDS, Stalls


@pytest.fixture
def stalls(monkeypatch: pytest.MonkeyPatch) -> Stalls:
    """Looks at the loops of this test."""
    made = Stalls()
    timed = stalling.timed_run(made, asyncio.events.Handle._run)
    monkeypatch.setattr(asyncio.events.Handle, "_run", timed)
    return made


def work() -> None:
    """Take CPU for longer than a stall."""
    begun = time.thread_time()
    while time.thread_time() - begun < STALL_SECONDS * 1.5:
        pass


async def busy() -> None:
    await asyncio.sleep(0)
    work()


async def waiting() -> None:
    await asyncio.sleep(STALL_SECONDS * 2)


def causes(stalls: Stalls) -> dict[str, Any]:
    return {cause: found["count"] for cause, found in stalls.told().items()}


async def test_a_coroutine_and_a_callback_are_named_and_what_waits_is_not(stalls: Stalls) -> None:
    asyncio.get_running_loop().call_soon(work)
    await asyncio.gather(busy(), busy(), waiting())
    found = stalls.told()
    assert {cause: each["count"] for cause, each in found.items()} == {"work": 1, "busy": 2}
    assert all(each["longest_ms"] >= STALL_SECONDS * 1000 for each in found.values())
    assert stalls.told() == {}


def test_the_collector_is_named_by_its_generation(stalls: Stalls) -> None:
    stalls.collected("start", {"generation": 2})
    work()
    stalls.collected("stop", {"generation": 2})
    stalls.collected("start", {"generation": 0})
    stalls.collected("stop", {"generation": 0})
    assert causes(stalls) == {"the collector of garbage, generation 2": 1}
