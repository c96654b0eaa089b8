"""Every wait of our own code is told by its name, whatever stands between it and the event loop."""

import asyncio
from asyncio import base_events
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

import pytest

from tests.faults.awaits import watch_awaits


class Wrapped:
    """Awaited by its method, as an agent of Faust is."""

    def __await__(self) -> Generator[Any, Any, str]:
        return ours().__await__()


async def ours() -> str:
    await asyncio.sleep(0.001)
    return "done"


async def numbers() -> AsyncIterator[int]:
    await asyncio.sleep(0)
    yield 1


async def by_wrapper() -> str:
    return await Wrapped()


async def by_generator() -> int:
    async for number in numbers():
        return number
    return 0


async def by_tasks() -> list[str]:
    return list(await asyncio.gather(ours(), ours()))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(base_events.BaseEventLoop, "__init__", base_events.BaseEventLoop.__init__)
    places: list[str] = []
    watch_awaits(places.append)
    return places


@pytest.mark.parametrize(
    ("work", "answer", "waits"),
    [
        (ours, "done", {"ours>sleep"}),
        (by_wrapper, "done", {"ours>sleep"}),
        (by_generator, 1, {"numbers>sleep"}),
        (by_tasks, ["done", "done"], {"by_tasks>gather", "ours>sleep"}),
    ],
)
def test_each_wait_is_told_and_the_answer_is_the_same(
    seen: list[str], work: Callable[[], Any], answer: Any, waits: set[str]
) -> None:
    assert asyncio.run(work()) == answer
    assert set(seen) == waits


def test_what_fails_or_is_cancelled_ends_as_it_would_have(seen: list[str]) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("its own")

    async def cancelled() -> None:
        never_begun, begun = asyncio.create_task(ours()), asyncio.create_task(asyncio.Event().wait())
        await asyncio.sleep(0)
        for task in (asyncio.create_task(ours()), never_begun, begun):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with pytest.raises(LookupError, match="its own"):
        asyncio.run(fails())
    asyncio.run(cancelled())
    assert "ours>sleep" in seen
