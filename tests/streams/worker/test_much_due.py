"""Much may be due where much time has passed at once: it is judged in parts, and between two the worker comes round."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from cloudtag.contract.records import DeadLetter
from cloudtag.engine.task_result import TaskResult
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch
from streams.worker.runner import Runner
from tests.streams.failing import EVENTS, HISTORY, MOST_DUE, NAME, Place, oracle, told
from tests.streams.test_every_await import SIZE, opened
from tests.streams.test_failing_steps import place

__all__ = ["place"]

LATER_MS = max(event.occurred_at for event in HISTORY) + 400 * 86_400_000
DUE = oracle(EVENTS, LATER_MS)
MANY = 20


class Steps:
    """Counts what each step of a core judged because of the time, and how often the loop had come round before it."""

    def __init__(self, runner: Runner) -> None:
        self.core = runner.tasks[0].core
        self.judged: list[int] = []
        self.turns: list[int] = []
        self.fails_at: int | None = None
        self._turn = 0
        self._advance = self.core.advance
        self.core.advance = self.advance  # type: ignore[method-assign]

    def advance(self, facts: Iterable[Any], reached_ms: int = 0) -> TaskResult:
        if len(self.judged) == self.fails_at:
            raise ZeroDivisionError("nobody foresaw it")
        step = self._advance(facts, reached_ms)
        self.judged.append(step.timers)
        self.turns.append(self._turn)
        return step

    async def tick(self) -> None:
        while True:
            self._turn += 1
            await asyncio.sleep(0)


def time_passes() -> Batch:
    return Batch(NAME, 0, [], DecodedBatch(reached_ms=LATER_MS))


async def test_it_is_judged_in_parts_and_the_loop_comes_round_between_them(place: Place) -> None:
    runner = await opened(place)
    await place.judge(runner, place.batches(SIZE))
    steps = Steps(runner)
    ticking = asyncio.create_task(steps.tick())
    await place.judge(runner, [time_passes()])
    ticking.cancel()
    assert sum(steps.judged) > MANY
    assert max(steps.judged) <= MOST_DUE
    assert all(before < after for before, after in zip(steps.turns, steps.turns[1:], strict=False))
    assert told(await place.published()) == DUE


@pytest.mark.parametrize("part", [0, 1, 5])
async def test_what_time_brings_and_cannot_be_judged_pauses_the_partition_and_blames_no_record(
    place: Place, part: int
) -> None:
    runner = await opened(place)
    await place.judge(runner, place.batches(SIZE))
    steps = Steps(runner)
    steps.fails_at = part
    # A new core, opened over what is stored, fails no more: as a release that was mended.
    await place.judge(runner, [time_passes()])
    assert len(steps.judged) == part
    assert runner.tasks[0].core is not steps.core
    published = await place.published()
    assert [one for one in published if isinstance(one, DeadLetter) and one.reason == "cannot_judge"] == []
    assert told(published) == DUE
