"""Several questions of one page: some at a time, each answered or told why not, and the page does not wait for ever."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.desk import engine_asking
from cloudtag.desk.engine_asking import MOST_AT_ONCE, asked_together
from cloudtag.desk.engine_words import TOOK_TOO_LONG
from cloudtag.detection.example import day, event
from cloudtag.serving.engine_way import EngineSaid
from tests.detectors.judged import events_of

COUNT = 2 * MOST_AT_ONCE + 1
QUESTIONS = {
    f"b{n}": events_of([event("verdicts", day(0), alert_id="a", buyer_id=f"b{n}", verdict="normal")])
    for n in range(COUNT)
}


class Counting:
    """The way to an engine that answers once nothing more is asked meanwhile."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.under_way = self.most = 0

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        assert len(events) == 1
        self.asked.append(key)
        self.under_way += 1
        before = -1
        while before != len(self.asked):
            before = len(self.asked)
            await asyncio.sleep(0)
        self.most = max(self.most, self.under_way)
        self.under_way -= 1
        return EngineSaid(not_asked=(key,))


def _visit(way: Any) -> Any:
    return SimpleNamespace(desk=SimpleNamespace(engine=way))


async def test_so_many_are_asked_at_once_and_no_more_and_each_has_its_own_answer() -> None:
    way = Counting()
    said = await asked_together(_visit(way), QUESTIONS)
    assert way.most == MOST_AT_ONCE
    assert {key: each.not_asked for key, each in said.items()} == {key: (key,) for key in QUESTIONS}
    assert list(said) == list(QUESTIONS)


async def test_once_the_time_is_over_no_further_question_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_asking, "TOGETHER_SECONDS", -1.0)
    way = Counting()
    said = await asked_together(_visit(way), QUESTIONS)
    assert {each.obstacle for each in said.values()} == {TOOK_TOO_LONG}
    assert way.asked == []
