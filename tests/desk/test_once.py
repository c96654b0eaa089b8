"""What one form says is one event: when it comes twice at once, and again after nobody knew whether it had arrived."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.desk.publishing import NotSentError
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld


def _acts(world: DeskWorld) -> list[Any]:
    return [event for event in world.pipeline.sent if type(event).__name__ != "AuditEntry"]


def test_a_form_that_comes_twice_at_once_is_one_act(acted: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    acted.pipeline.holds = True
    form = mei.get(case).form(f"{case}/verdict") | {"verdict": "normal"}
    asked, both, real_names = 0, asyncio.Event(), acted.desk.asking.names

    async def names(keys: list[str]) -> Any:
        nonlocal asked
        found = await real_names(keys)
        asked += 1
        if asked == 2:
            both.set()
        return found

    async def publish(events: Sequence[Struct]) -> None:
        async with asyncio.timeout(30):
            await both.wait()  # until both know whom the verdict is about
        for _ in range(100):  # turns for the other one to come as far as it can
            await asyncio.sleep(0)
        await acted.pipeline.publish(events)

    monkeypatch.setattr(acted.desk.asking, "names", names)
    monkeypatch.setattr(acted.desk, "publish", publish)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: mei.send(f"{case}/verdict", form), range(2)))
    assert answers[0].status == 303
    assert answers[0].location == answers[1].location
    assert len(_acts(acted)) == 1


def test_what_may_have_arrived_is_sent_again_as_the_same_event(
    acted: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    acted.pipeline.holds = True
    form = mei.get(case).form(f"{case}/verdict") | {"verdict": "normal"}

    async def arrives_unheard(events: Sequence[Struct]) -> None:
        await acted.pipeline.publish(events)
        raise NotSentError("not within 30 s")

    with monkeypatch.context() as broken:
        broken.setattr(acted.desk, "publish", arrives_unheard)
        assert mei.send(f"{case}/verdict", form).status == 503
    acted.seconds += 5
    assert mei.send(f"{case}/verdict", form).status == 303
    first, again = _acts(acted)
    assert first == again
