"""Metrics while several tasks are at work at once: each counts what happened, whoever else is under way."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from cloudtag.changelog.records import BID_KEY, OWNER_KEY
from cloudtag.config import Config
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, group, publish
from streams.kafka.security import client_settings
from streams.kafka.topics import create
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from streams.transport.consumer import BatchConsumer
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch, RecordRun
from streams.transport.thread import BatchConsumerThread, Fetched
from streams.worker.app import build
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.runner import Runner
from streams.worker.tasks import Tasks
from streams.worker.tools import Tools
from streams.worker.worker_metrics import WorkerMetrics
from tests.servers.clients import FixedHandle, producing
from tests.streams import toy

PARTITIONS = 3
LABELS = {"processor": toy.PROCESSOR}


class Together:
    """A client whose writes to the changelog wait until each partition has one under way."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._all_write = asyncio.Barrier(PARTITIONS)

    def create_batch(self) -> Any:
        return self._real.create_batch()

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any:
        sent = await self._real.send_batch(batch, topic, partition=partition)
        if topic.endswith("-state-2"):
            await self._all_write.wait()
        return sent


@pytest.fixture
async def config(one_bootstrap: str) -> Config:
    name = f"m{uuid.uuid4().hex[:8]}"
    config = Config(
        brokers=one_bootstrap,
        app_id=name,
        topic_prefix=f"{name}-",
        partitions=PARTITIONS,
    )
    await create(config)
    return config


def runner_of(config: Config, producer: FixedHandle, metrics: WorkerMetrics) -> Runner:
    changelogs = Changelogs(client_settings(config), producer, "me", 30)
    table = StateStore(toy.PROCESSOR, config.changelog(toy.PROCESSOR), MemoryStore(), changelogs)
    platforms = Platforms(PLATFORMS, metrics)
    tools = Tools(config, Codec(), producer, metrics, platforms, finish=lambda _: None)
    reader = RecordReader(toy.PROCESSOR, [], config, Codec(), platforms)
    return Runner(Tasks(toy.PROCESSOR, table, toy.CountingTask), [], reader, tools)


def batch_of(partition: int, config: Config) -> Batch:
    facts = [toy.event(number, shops=1)[2] for number in range(10 ** (partition + 1))]
    records = [SimpleNamespace(topic="t", partition=partition, offset=n) for n in range(len(facts))]
    run = RecordRun(TP(config.topic("abuses"), partition), len(facts), len(facts) - 1)
    return Batch(toy.PROCESSOR, partition, [run], DecodedBatch(facts, records))


async def one(batch: Batch) -> AsyncIterator[Batch]:
    yield batch


async def changelog_of(config: Config) -> list[Any]:
    consumer = AIOKafkaConsumer(**client_settings(config), auto_offset_reset="earliest")
    await consumer.start()
    try:
        topic = config.changelog(toy.PROCESSOR)
        consumer.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
        found: list[Any] = []
        # An owner, a row for each event, one for the shop they are of, and the task's own.
        while len(found) < 10 + 100 + 1000 + 3 * PARTITIONS:
            found += [record for records in (await consumer.getmany(timeout_ms=100)).values() for record in records]
        return found
    finally:
        await consumer.stop()


async def test_rows_and_bytes_are_those_of_the_changelog_although_all_tasks_write_at_once(config: Config) -> None:
    async with producing(bootstrap_servers=config.brokers, max_batch_size=1 << 20) as handle:
        metrics = WorkerMetrics()
        runner = runner_of(config, FixedHandle(Together(handle.client)), metrics)
        await runner.tasks.table.catch_up(range(PARTITIONS), lambda: True)
        for partition in range(PARTITIONS):
            runner.tasks.open(partition)
        batches = [batch_of(partition, config) for partition in range(PARTITIONS)]
        await asyncio.gather(*(runner.run(one(batch)) for batch in batches))
    rows = [record for record in await changelog_of(config) if record.key not in (BID_KEY, OWNER_KEY)]
    told = sum(len(record.key) + len(record.value or b"") for record in rows)
    assert metrics.registry.get_sample_value("cloudtag_changelog_rows_total", LABELS) == len(rows)
    assert metrics.registry.get_sample_value("cloudtag_changelog_bytes_total", LABELS) == told
    assert metrics.registry.get_sample_value("cloudtag_records_total", {**LABELS, "stream": "abuses"}) == 1110


async def test_records_on_their_way_between_the_threads_are_behind_still(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's position stands behind them already, and nobody has them yet."""
    fetched, go_on = Event(), Event()
    fetch = BatchConsumerThread._fetch_records

    async def held(thread: BatchConsumerThread, *args: Any, **kwargs: Any) -> Fetched:
        found = await fetch(thread, *args, **kwargs)
        if found.records and not go_on.is_set():
            fetched.set()
            while not go_on.is_set():  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.01)
        return found

    monkeypatch.setattr(BatchConsumerThread, "_fetch_records", held)
    partition = partition_of("shop-0", PARTITIONS)
    target = config.topic("abuses"), partition
    async with producing(bootstrap_servers=config.brokers) as handle:
        value = Codec().encode("abuses", toy.event(0, shops=1)[2])
        await publish(handle, group([(target, OutRecord(b"shop-0", value))] * 7))
    parts = build(config, toy.READS, toy.CountingTask, Codec(), PLATFORMS)
    try:
        await parts.app.start()
        async with asyncio.timeout(60):
            await asyncio.to_thread(fetched.wait)
            assert lag(parts.app.batches, target) == 7
            go_on.set()
            while lag(parts.app.batches, target):  # noqa: ASYNC110 - the worker goes on by itself
                await asyncio.sleep(0.01)
    finally:
        go_on.set()
        await parts.app.stop()


def lag(consumer: BatchConsumer, target: tuple[str, int]) -> int:
    return consumer.lag()[TP(*target)]
