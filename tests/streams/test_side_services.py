"""What runs beside the agents: watermark records for idle partitions, the metrics page."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.config import Config
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.local.probe import free_port
from cloudtag.wire import Codec
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create, watermarks
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from streams.worker.tasks import Tasks
from streams.worker.watermark_records import WatermarkPublisher
from streams.worker.worker_metrics import WorkerMetrics
from tests.servers.clients import FixedHandle, producing
from tests.streams import toy
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig


@pytest.fixture
async def producer(broker: str) -> AsyncIterator[FixedHandle]:
    async with producing(bootstrap_servers=broker) as handle:
        yield handle


def config_of(broker: str, **settings: Any) -> Config:
    return Config(brokers=broker, topic_prefix=f"s{uuid.uuid4().hex[:6]}-", partitions=2, **settings)


def tasks_of(config: Config, producer: FixedHandle) -> Tasks:
    store = MemoryStore()
    changelogs = Changelogs(client_settings(config), producer, "me", 30)
    table = StateStore(toy.PROCESSOR, config.changelog(toy.PROCESSOR), store, changelogs)
    return Tasks(toy.PROCESSOR, table, toy.CountingTask)


async def test_idle_partitions_are_told_the_time_on_a_live_clock(broker: str, producer: FixedHandle) -> None:
    config = config_of(broker, idle_watermark_seconds=1e-6, lateness_seconds=60)
    stream = watermarks(toy.PROCESSOR)
    await create(config, [Declared(config.topic(stream), 2, 1)])
    tasks = tasks_of(config, producer)
    task = tasks.open(1)
    publisher = WatermarkPublisher(config, Codec(), producer, WorkerMetrics())
    before = int(time.time() * 1000)
    assert await publisher.publish([tasks]) == 1
    told = (await read_all(config, stream, 1))[0]
    assert isinstance(told, WatermarkRecord)
    assert before - 60_000 <= told.occurred_at <= before
    task.core.advance((), told.occurred_at)
    assert task.core.watermark_ms == told.occurred_at


async def test_only_data_moves_time_on_a_data_clock(broker: str, producer: FixedHandle) -> None:
    config = config_of(broker, idle_watermark_seconds=1e-6, clock="data")
    tasks = tasks_of(config, producer)
    tasks.open(0)
    assert await WatermarkPublisher(config, Codec(), producer, WorkerMetrics()).publish([tasks]) == 0


async def test_busy_partitions_are_left_alone(broker: str, producer: FixedHandle) -> None:
    config = config_of(broker, idle_watermark_seconds=3600.0)
    tasks = tasks_of(config, producer)
    tasks.open(0)
    assert await WatermarkPublisher(config, Codec(), producer, WorkerMetrics()).publish([tasks]) == 0


async def test_a_worker_serves_its_metrics_on_loopback(one_bootstrap: str, tmp_path: Path) -> None:
    port = free_port()
    async with Rig.on(one_bootstrap, tmp_path, metrics_port=str(port)) as rig, Outputs(rig) as outputs:
        await rig.produce(range(1000), 10)
        rig.start_worker()
        await rig.until(lambda: outputs.total == 1000, "all events counted")
        await rig.until(lambda: asked(port, "/readyz") == READY, "it is ready")
        page = await fetch(port)
        assert "HTTP/1.0 200" in page
        for name in (
            "process_resident_memory_bytes",
            "python_info",
            "python_gc_collections_total",
            "cloudtag_ready 1.0",
        ):
            assert f"\n{name}" in page
        assert 'cloudtag_records_total{processor="shops",stream="abuses"} 500.0' in page
        assert 'cloudtag_tasks{processor="shops"} 4.0' in page
        for name in ("batch_seconds_count", "changelog_bytes_total", "outputs_total"):
            assert f"cloudtag_{name}" in page


async def fetch(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    page = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return page


async def read_all(config: Config, stream: str, partition: int) -> list[object]:
    consumer = AIOKafkaConsumer(**client_settings(config), auto_offset_reset="earliest")
    await consumer.start()
    try:
        tp = TopicPartition(config.topic(stream), partition)
        consumer.assign([tp])
        await consumer.seek_to_beginning(tp)
        async with asyncio.timeout(30):
            record = await consumer.getone()
        return [Codec().decode(stream, record.value)]
    finally:
        await consumer.stop()
