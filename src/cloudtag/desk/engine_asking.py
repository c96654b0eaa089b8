"""The engine is asked what would follow: about one buyer, or about several at once and not for long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.desk.engine_words import NO_WAY, TOOK_TOO_LONG
from cloudtag.desk.visit import Visit
from cloudtag.serving.engine_way import EngineSaid

MOST_AT_ONCE = 8
"""So many questions of one page are under way at a time."""
TOGETHER_SECONDS = 3.0
"""After so long no further question of one page is begun."""


async def asked_of_engine(visit: Visit, events: Sequence[Any]) -> EngineSaid:
    """What would follow from events of one key. Nothing is kept of them."""
    if visit.desk.engine is None:
        return EngineSaid(obstacle=NO_WAY)
    return await visit.desk.engine.ask(INPUTS[STREAM_OF[type(events[0])]].key_of(events[0]), events)


async def asked_together(visit: Visit, questions: Mapping[str, Sequence[Any]]) -> dict[str, EngineSaid]:
    """What would follow of each of several questions by name: some at a time, and the page does not wait for ever.

    Each is answered, or says why not.
    """
    turn, loop = asyncio.Semaphore(MOST_AT_ONCE), asyncio.get_running_loop()
    ends = loop.time() + TOGETHER_SECONDS

    async def ask(events: Sequence[Any]) -> EngineSaid:
        async with turn:
            if loop.time() > ends:
                return EngineSaid(obstacle=TOOK_TOO_LONG)
            return await asked_of_engine(visit, events)

    said = await asyncio.gather(*map(ask, questions.values()))
    return dict(zip(questions, said, strict=True))
