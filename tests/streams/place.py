"""A processor's runner on a broker, its batches cut by hand: what it writes there is read again to the end."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from faust.types import TP

from cloudtag.cli.kafka import read_to_end
from cloudtag.config import Config
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.kafka import topics
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
from tests.servers.clients import FixedHandle, producing
from tests.streams import toy


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
    config = Config(brokers=tansu_bootstrap, topic_prefix=prefix, partitions=2)
    await topics.create(config)
    async with producing(**client_settings(config), acks="all") as producer:
        yield Place(config, producer)
