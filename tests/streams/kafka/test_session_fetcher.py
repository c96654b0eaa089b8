"""A consumer with fetch sessions reads what one without reads: on every broker, and whatever becomes of the session."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.consumer import consumer as consumer_module

from cloudtag.config import Config
from streams.kafka import session_fetcher
from streams.kafka.fetch_pace import FetchPace
from streams.kafka.fetch_session import FIRST_EPOCH, FetchChanges, FetchSession
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create

PARTITIONS = 12
Offsets = dict[TopicPartition, list[int]]


@pytest.fixture
async def place(broker: str) -> AsyncIterator[tuple[Config, list[TopicPartition], AIOKafkaProducer]]:
    config = Config(brokers=broker)
    topic = f"sessions-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, PARTITIONS, 1, {})])
    producer = AIOKafkaProducer(**client_settings(config))
    await producer.start()
    yield config, [TopicPartition(topic, number) for number in range(PARTITIONS)], producer
    await producer.stop()


@pytest.fixture
async def consumer(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AIOKafkaConsumer]:
    monkeypatch.setattr(consumer_module, "Fetcher", consumer_module.Fetcher)
    session_fetcher.use()
    consumer = AIOKafkaConsumer(
        **client_settings(place[0]), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=100
    )
    await consumer.start()
    consumer.assign(place[1])
    yield consumer
    await consumer.stop()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[FetchChanges]:
    """What requests have said."""
    heard: list[FetchChanges] = []
    ask = FetchSession.ask

    def listen(session: FetchSession, wanted: Any) -> FetchChanges:
        heard.append(ask(session, wanted))
        return heard[-1]

    monkeypatch.setattr(FetchSession, "ask", listen)
    return heard


async def read(consumer: AIOKafkaConsumer, count: int, into: Offsets) -> None:
    async with asyncio.timeout(60):
        while count > 0:
            for tp, records in (await consumer.getmany(timeout_ms=1000)).items():
                into.setdefault(tp, []).extend(record.offset for record in records)
                count -= len(records)
    assert count == 0


async def send(producer: AIOKafkaProducer, tps: list[TopicPartition]) -> None:
    for tp in tps:
        await producer.send_and_wait(tp.topic, b"value", partition=tp.partition)


async def test_every_record_comes_once_and_in_order(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer
) -> None:
    _, tps, producer = place
    chance, sent, found = random.Random(4), dict.fromkeys(tps, 0), Offsets()
    for _ in range(12):
        some = chance.choices(tps, k=chance.randrange(1, 9))
        await send(producer, some)
        for tp in some:
            sent[tp] += 1
        await read(consumer, len(some), found)
    assert found == {tp: list(range(count)) for tp, count in sent.items() if count}


async def test_what_is_sought_or_paused_is_read_from_where_it_stands(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer
) -> None:
    _, (first, second, third, *_), producer = place
    found = Offsets()
    await send(producer, [first, first, second])
    await read(consumer, 3, found)
    consumer.seek(first, 1)
    consumer.pause(second)
    await send(producer, [second, third])
    await read(consumer, 2, found)
    consumer.resume(second)
    await read(consumer, 1, found)
    assert found == {first: [0, 1, 1], second: [0, 1], third: [0]}


@pytest.mark.parametrize("harm", ["lost", "miscounted", "unanswered"])
async def test_a_session_that_is_gone_is_begun_anew(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer, harm: str
) -> None:
    _, tps, producer = place
    found = Offsets()
    await send(producer, tps)
    await read(consumer, PARTITIONS, found)
    for session in consumer._fetcher._sessions.values():
        match harm:
            case "lost":
                session._id = 12345
            case "miscounted":
                session._epoch += 7
            case "unanswered":
                session._is_pending = True
    await send(producer, tps)
    await read(consumer, PARTITIONS, found)
    assert found == {tp: [0, 1] for tp in tps}


async def test_a_new_assignment_learns_where_all_its_logs_end(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer
) -> None:
    """A broker with a session does not repeat the end of a log at rest; what is unread would not be known."""
    _, tps, producer = place
    await send(producer, tps)
    await read(consumer, PARTITIONS, {})
    consumer.assign(tps[:2])
    consumer.seek(tps[0], 1)
    consumer.seek(tps[1], 1)
    async with asyncio.timeout(30):
        while None in [consumer.highwater(tp) for tp in tps[:2]]:
            await consumer.getmany(timeout_ms=50)
    assert [consumer.highwater(tp) for tp in tps[:2]] == [1, 1]


async def test_a_log_at_rest_is_known_until_the_last_answer(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer
) -> None:
    """What is known until when is asked of the client: `streams.view.follower` does."""
    _, tps, producer = place
    await send(producer, tps[:1])
    await read(consumer, 1, {})
    before = {tp: consumer.last_poll_timestamp(tp) for tp in tps}
    async with asyncio.timeout(30):
        while not all(consumer.last_poll_timestamp(tp) > before[tp] for tp in tps):
            await consumer.getmany(timeout_ms=50)
    assert {consumer.highwater(tp) for tp in tps[1:]} == {0}


async def test_it_tells_of_which_partitions_something_was_taken(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer], consumer: AIOKafkaConsumer
) -> None:
    """Whoever keeps positions asks of those alone."""
    _, tps, producer = place
    consumer._fetcher.taken()
    await send(producer, tps[3:5])
    await read(consumer, 2, {})
    assert consumer._fetcher.taken() == set(tps[3:5])
    assert consumer._fetcher.taken() == set()


@pytest.mark.kafka
async def test_apache_kafka_is_told_only_of_what_has_changed(
    kafka_bootstrap: str, said: list[FetchChanges], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "Fetcher", consumer_module.Fetcher)
    session_fetcher.use()
    config, topic = Config(brokers=kafka_bootstrap), f"sessions-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, PARTITIONS, 1, {})])
    tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    async with (
        AIOKafkaProducer(**client_settings(config)) as producer,
        AIOKafkaConsumer(**client_settings(config), enable_auto_commit=False, fetch_max_wait_ms=100) as consumer,
    ):
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        for _ in range(5):
            await send(producer, tps[:1])
            await read(consumer, 1, {})
        async with asyncio.timeout(30):
            while not said[-1].epoch:
                await consumer.getmany(timeout_ms=50)
    first, *later = [one for one in said if one.changed.keys() <= set(tps)]
    assert first.epoch == FIRST_EPOCH
    assert first.changed.keys() == set(tps)
    assert {tp for one in later if one.epoch for tp in one.changed} == {tps[0]}
    assert sum(one.epoch == FIRST_EPOCH for one in later) <= 1


async def test_a_busy_consumer_asks_less_often_and_reads_the_same(
    place: tuple[Config, list[TopicPartition], AIOKafkaProducer],
    consumer: AIOKafkaConsumer,
    said: list[FetchChanges],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, tps, producer = place
    found: Offsets = {}
    await send(producer, tps)
    await read(consumer, PARTITIONS, found)
    pauses: list[float] = []

    def wait(pace: FetchPace) -> float:
        """Of two questions before a round one is told to wait."""
        pauses.append(0.001 if len(pauses) % 2 == 0 else 0.0)
        return pauses[-1]

    monkeypatch.setattr(FetchPace, "wait", property(wait))
    said.clear()
    for _ in range(3):
        await send(producer, tps)
        await read(consumer, PARTITIONS, found)
    assert {tp: offsets for tp, offsets in found.items() if offsets != [0, 1, 2, 3]} == {}
    assert len(said) <= sum(not pause for pause in pauses), "while it waits nothing is asked"
