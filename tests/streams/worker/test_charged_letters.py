"""Whatever becomes of a record that is refused, its partition pays for the letter: at reading and at judging alike."""

from types import SimpleNamespace
from typing import Any

import pytest

from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.types import PLATFORMS
from cloudtag.engine.task_result import TaskResult
from cloudtag.wire import Codec
from streams.worker.dead_letter_budget import DeadLetterBudget, LetterSource
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.refusals import ERRORS, refused
from streams.worker.worker_metrics import WorkerMetrics
from tests.streams.failing import HISTORY, NAME, Place
from tests.streams.test_every_await import SIZE, opened
from tests.streams.test_failing_steps import place

__all__ = ["place"]

KEY, VALUE = b"key", b"forty bytes of a record that was refused"


class Charged(DeadLetterBudget):
    """A budget without end that tells what it was charged with."""

    def __init__(self) -> None:
        super().__init__(1 << 40)
        self.charges: list[tuple[LetterSource, int]] = []

    def charge(self, intake: LetterSource, size_bytes: int) -> None:
        self.charges.append((intake, size_bytes))
        super().charge(intake, size_bytes)


def size_of(letter: DeadLetter) -> int:
    return len(letter.key or b"") + len(letter.value or b"")


STEPS = {
    "too_late": TaskResult(too_late=[1]),
    "erased": TaskResult(refused=[1]),
    "conflicting_event": TaskResult(conflicting=[1], replaced=[(1, HISTORY[0])]),
    "quarantined_key": TaskResult(aside=[1, 1]),
}


def test_every_reason_is_tried() -> None:
    assert STEPS.keys() == ERRORS.keys()


@pytest.mark.parametrize("reason", STEPS)
def test_a_fact_that_is_not_taken_in_is_charged_to_the_partition_it_was_read_from(reason: str) -> None:
    budget, config = Charged(), Config()
    reader = RecordReader(NAME, [], config, Codec(), Platforms(PLATFORMS, WorkerMetrics()), budget=budget)
    sources = [
        SimpleNamespace(topic="orders", partition=n, offset=5, key=KEY, value=VALUE, timestamp=1) for n in range(3)
    ]
    letters = refused(STEPS[reason], sources, reader)
    assert {letter.reason for letter in letters} == {reason}
    assert budget.charges == [(("orders", 1), size_of(letter)) for letter in letters]


async def test_a_record_that_alone_cannot_be_judged_is_charged_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, budget = await opened(place), Charged()
    runner._reader._budget = budget
    culprit = place.batches(SIZE)[0].content.facts[5]
    core = type(runner.tasks[0].core)
    advance = core.advance

    def fails(task: Any, facts: Any, reached_ms: int = 0) -> TaskResult:
        if culprit in list(facts):
            raise ZeroDivisionError("nobody foresaw it")
        return advance(task, facts, reached_ms)

    monkeypatch.setattr(core, "advance", fails)
    await place.judge(runner, place.batches(SIZE)[:1])
    letters = [one for one in await place.published() if isinstance(one, DeadLetter) and one.reason == "cannot_judge"]
    assert len(letters) == 1
    assert budget.charges == [((letters[0].topic, 0), size_of(letters[0]))]
    assert letters[0].value
