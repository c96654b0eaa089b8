"""State that is gone, made anew of the input topics: in the end everything is as if it had never been gone."""

import asyncio
import uuid
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.cli.failure import FailureError
from cloudtag.cli.rebuild_state import rebuild
from cloudtag.config import Config
from cloudtag.contract.standing import is_taken_back, latest
from cloudtag.contract.streams import OUTPUTS, PUBLISHED_OF, STREAM_OF
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import drive, judge
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.testing.standing import standing
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.kafka.producer import OutRecord, publish
from streams.kafka.security import client_settings
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from tests.servers.clients import producing
from tests.streams.test_migration import sample, stored

ARRIVED = 25
"""Events judged at a time before the state was lost."""


def events() -> list[Any]:
    codec = Codec()
    return [codec.decode(stream, value) for stream, value in sample()["events"]]


async def judged(broker: str, count: int, gone: int = 0) -> tuple[Config, list[Any]]:
    """An installation that has judged so many events and lost its state; of its input the first are gone as well."""
    config = Config(brokers=broker, topic_prefix=f"r{uuid.uuid4().hex[:6]}-", partitions=1)
    await topics.create(config)
    topology = Topology(shipped(), config.lateness_seconds * 1000, memory_rows())
    topology.open()
    told = []
    for start in range(0, count, ARRIVED):
        told += [output.record for output in topology.feed(events()[start : min(start + ARRIVED, count)])]
    codec, records, ends = Codec(), dict[tuple[str, int], list[OutRecord]](), dict[TopicPartition, int]()
    for number, event in enumerate(events()[gone:], gone):
        stream = STREAM_OF[type(event)]
        topic = config.topic(stream)
        written = records.setdefault((topic, 0), [])
        written.append(OutRecord(b"k", codec.encode(stream, event)))
        if number < count:
            ends[TopicPartition(topic, 0)] = len(written)
    for record in told:
        stream = PUBLISHED_OF[type(record)].name
        records.setdefault((config.topic(stream), 0), []).append(OutRecord(b"k", codec.encode(stream, record)))
    async with producing(**client_settings(config)) as producer:
        await publish(producer, records)
    group = AIOKafkaConsumer(**client_settings(config), group_id=config.app_id, enable_auto_commit=False)
    await group.start()
    group.assign(list(ends))
    await group.commit(ends)
    await group.stop()
    return config, [record for record in told if PUBLISHED_OF[type(record)].name in OUTPUTS]


async def test_what_is_made_anew_goes_on_as_if_it_had_never_been_gone(broker: str) -> None:
    count = sample()["judged"]
    config, before = await judged(broker, count)
    done = await rebuild(config, shipped())
    assert done.events >= count - 10
    assert done.same > 0
    topology = Topology(shipped(), config.lateness_seconds * 1000, await stored(config))
    told = [*before, *(output.record for output in topology.open())]
    told += [record for _, record in drive(topology, shipped().networks, events()[count:])]
    assert standing(told) == standing(record for _, record in judge(events()))
    with pytest.raises(FailureError, match="has state"):
        await taken_over(config)


async def taken_over(config: Config) -> None:
    async with producing(**client_settings(config)) as producer:
        changelogs = Changelogs(client_settings(config), producer, "a worker", 30)
        await StateStore("buyers", config.changelog("buyers"), MemoryStore(), changelogs).catch_up({0}, lambda: True)
    await rebuild(config, shipped())


async def test_what_cannot_be_judged_anew_stands_as_it_was_published(tansu_bootstrap: str) -> None:
    count = sample()["judged"]
    config, before = await judged(tansu_bootstrap, count, gone=count // 2)
    done = await rebuild(config, shipped())
    stood = {key for key, record in latest(before).items() if not is_taken_back(record)}
    assert done.left
    topology = Topology(shipped(), config.lateness_seconds * 1000, await stored(config))
    told = [output.record for output in topology.open()]
    after = latest([*before, *told])
    assert {key for key in stood if is_taken_back(after[key])} == set()


async def test_without_input_that_was_judged_there_is_nothing_to_rebuild(tansu_bootstrap: str) -> None:
    config = Config(brokers=tansu_bootstrap, topic_prefix=f"r{uuid.uuid4().hex[:6]}-", partitions=1)
    await topics.create(config)
    with pytest.raises(FailureError, match="nothing can be made of it"):
        await asyncio.wait_for(rebuild(config, shipped()), 60)
