"""A task through which misplaced records only pass learns nothing from them, and the task they belong to does."""

import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from faust.types import TP
from msgspec import Struct

from cloudtag.cli.kafka import read_to_end
from cloudtag.config import Config
from cloudtag.contract.events import AbuseFound
from cloudtag.contract.types import PLATFORMS
from cloudtag.engine.task_result import TaskResult
from cloudtag.wire import Codec, decode
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.security import client_settings
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch, RecordRun
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.runner import Runner
from streams.worker.tasks import Tasks
from streams.worker.tools import Tools
from streams.worker.worker_metrics import WorkerMetrics
from tests.servers.brokers import tansu_bootstrap
from tests.servers.clients import FixedHandle, producing
from tests.streams import toy
from tests.streams.worker.test_misplaced import record

__all__ = ["tansu_bootstrap"]

SHOP = "shop-0"
EVENT = AbuseFound("e1", toy.FIRST_MS, "taobao", SHOP)
VALUE = Codec().encode("abuses", EVENT)


class TooLateTask(toy.CountingTask):
    """Holds nothing: to it everything is too late."""

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        return TaskResult(too_late=[number for number, _ in enumerate(facts)])


@dataclass
class Place:
    """A processor's runner on a broker, its batches cut by hand."""

    config: Config
    producer: FixedHandle
    metrics: WorkerMetrics = field(default_factory=WorkerMetrics)
    reader: RecordReader = field(init=False)

    async def runner(self, make_task: Any = toy.CountingTask) -> Runner:
        changelogs = Changelogs(client_settings(self.config), self.producer, "owner", 30.0)
        topic = self.config.changelog(toy.PROCESSOR)
        table = StateStore(toy.PROCESSOR, topic, MemoryStore(), changelogs)
        partitions = range(self.config.partitions)
        await table.catch_up(partitions, lambda: True)
        own = [self.config.topic(name) for name in (*toy.READS[toy.PROCESSOR], *topics.internal(toy.PROCESSOR))]
        platforms = Platforms(PLATFORMS, self.metrics)
        tools = Tools(self.config, Codec(), self.producer, self.metrics, platforms, finish=lambda batch: None)
        self.reader = RecordReader(toy.PROCESSOR, own, self.config, Codec(), platforms)
        runner = Runner(Tasks(toy.PROCESSOR, table, make_task), own, self.reader, tools)
        for one in partitions:
            await runner.open(one)
        return runner

    async def judge(self, runner: Runner, found: Any) -> None:
        content = DecodedBatch()
        content.add(found, self.reader.read(found.topic, found))
        chunk = RecordRun(TP(found.topic, found.partition), 1, found.offset)
        batch = Batch(toy.PROCESSOR, found.partition, [chunk], content)

        async def batches() -> AsyncIterator[Batch]:
            yield batch

        await runner.run(batches())

    async def held(self, stream: str) -> list[Any]:
        return [one async for one in read_to_end(self.config, [self.config.topic(stream)])]

    def counted(self, name: str, *labels: str) -> float:
        return self.metrics.names[name].labels(*labels)._value.get()  # type: ignore[no-any-return, union-attr]


@pytest.fixture
async def place(tansu_bootstrap: str) -> AsyncIterator[Place]:
    prefix = f"tasks-{uuid.uuid4().hex[:6]}-"
    config = Config(brokers=tansu_bootstrap, topic_prefix=prefix, partitions=2, processors=(toy.PROCESSOR,))
    await topics.create(config)
    async with producing(**client_settings(config), acks="all") as producer:
        yield Place(config, producer)


def lying_wrong(config: Config, value: bytes) -> Any:
    wrong = 1 - partition_of(SHOP, config.partitions)
    found = record("abuses", wrong, b"order-1", value, timestamp=toy.FIRST_MS + 5)
    return replace(found, topic=config.topic("abuses"))


async def test_time_passes_where_a_record_belongs_and_not_where_it_lay(place: Place) -> None:
    runner = await place.runner()
    found = lying_wrong(place.config, VALUE)
    there, home = runner.tasks[found.partition], runner.tasks[1 - found.partition]
    before = there.active_at, home.active_at
    await place.judge(runner, found)
    assert (there.core.watermark_ms, there.active_at) == (0, before[0])
    assert place.counted("misplaced", "shops", "abuses", "key") == 1
    assert place.counted("records", "shops", "abuses") == 0
    (moved,) = await place.held("misplaced-shops")
    assert (moved.partition, moved.key, moved.value) == (home.partition, SHOP.encode(), VALUE)
    await place.judge(runner, moved)
    assert home.core.watermark_ms == toy.FIRST_MS
    assert home.active_at > before[1]
    assert place.counted("records", "shops", "misplaced-shops") == 1
    assert [decode("consequences", one.value).subject_id for one in await place.held("consequences")] == [SHOP]  # type: ignore[attr-defined]


async def test_a_bad_record_leaves_a_lane_as_idle_as_it_was(place: Place) -> None:
    runner = await place.runner()
    task = runner.tasks[1 - partition_of(SHOP, 2)]
    before = task.active_at
    await place.judge(runner, lying_wrong(place.config, b"garbage"))
    assert task.active_at == before
    assert len(await place.held("dead-letters")) == 1


async def test_what_is_too_late_where_it_belongs_names_the_place_it_first_had(place: Place) -> None:
    runner = await place.runner(TooLateTask)
    found = lying_wrong(place.config, VALUE)
    await place.judge(runner, found)
    (moved,) = await place.held("misplaced-shops")
    await place.judge(runner, moved)
    (letter,) = [decode("dead-letters", one.value) for one in await place.held("dead-letters")]
    place_of = (letter.topic, letter.partition, letter.offset)  # type: ignore[attr-defined]
    assert place_of == (found.topic, found.partition, found.offset)
    told = (letter.reason, letter.key, letter.value, letter.seen_at)  # type: ignore[attr-defined]
    assert told == ("too_late", b"order-1", VALUE, toy.FIRST_MS + 5)
