"""An engine that holds facts and answers what would follow over topics of its own, for desks in other threads."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from msgspec import Struct

from cloudtag.cli.engine_way import TopicEngineWay, answers_listener
from cloudtag.cli.kafka import CommandProducer
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.contract.what_ifs import ASKED_OF, NO_ANSWER
from cloudtag.policy.load import shipped
from cloudtag.serving.engine_way import EngineSaid, EngineWay
from cloudtag.testing.cluster import Cluster
from cloudtag.wire import Codec
from streams.kafka.topics import create
from streams.worker.tasks import RunningTask
from streams.worker.what_ifs import WhatIfAnswers
from tests.desk.browser import Answer


class Tasks(dict[int, RunningTask]):
    """The task of one partition, as the worker holds it."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


class Elsewhere:
    """The way to the engine, in the loop of a thread of its own: the desk's server runs in another one."""

    def __init__(self, way: EngineWay, loop: asyncio.AbstractEventLoop) -> None:
        self._way, self._loop = way, loop

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        asked: Coroutine[Any, Any, EngineSaid] = self._way.ask(key, events)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))


@contextmanager
def engine(bootstrap: str, tasks: Any) -> Iterator[EngineWay]:
    """An engine that holds facts, and answers over topics of its own."""
    config = Config(brokers=bootstrap, partitions=1, topic_prefix=f"preview-{time.time_ns()}-", decide_judge_seconds=20)
    loop, ready, done = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    made: list[EngineWay] = []

    async def run() -> None:
        await create(config)
        async with AsyncExitStack() as stack:
            producer = CommandProducer(config)
            await producer.start()
            stack.push_async_callback(producer.stop)
            listener = await stack.enter_async_context(answers_listener(config))
            way = TopicEngineWay(config, listener, Codec(), producer)
            made.append(Elsewhere(way, loop))
            running = [asyncio.ensure_future(way.run())]
            running.append(asyncio.ensure_future(WhatIfAnswers(config, tasks, Codec(), producer).run()))
            ready.set()
            await done.wait()
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    yield made[0]
    loop.call_soon_threadsafe(done.set)
    thread.join(60)
    loop.close()


class Deaf:
    """The way to an engine that never answers about one buyer or shop."""

    def __init__(self, way: EngineWay | None, key: str) -> None:
        self._way, self._key = way, key

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        if key == self._key or self._way is None:
            return EngineSaid(obstacle=NO_ANSWER)
        return await self._way.ask(key, events)


class Saying:
    """The way to an engine that always says the same."""

    def __init__(self, said: EngineSaid) -> None:
        self._said = said

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        del key, events
        return self._said


def held(events: Sequence[Any]) -> dict[str, Tasks]:
    cluster = Cluster(shipped(), 0)
    """The worker's tasks once these events were judged."""
    for each in (event for event in events if STREAM_OF[type(event)] in INPUTS):
        cluster.append(each)
    cluster.drain()
    return {name: Tasks({0: RunningTask(0, cluster.tasks[name])}) for name in ASKED_OF}


def shown(answer: Answer) -> str:
    """The part of a page that says what would follow."""
    assert answer.status == 200, answer.text
    part = answer.text[answer.text.index('id="preview"') :]
    return part[: part.index("</section>")]
