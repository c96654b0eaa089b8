"""What is fetched is taken in parts: in between the log is not at its end, and a partition may be taken away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.sink import intake
from streams.sink.config import SinkConfig
from streams.sink.intake import Intake
from streams.sink.lags import end_of, lags
from streams.sink.partition_batches import IntakeRecord
from streams.sink.partitions import Partitions
from streams.sink.reader import Reader
from tests.streams.sink.log import SECRET, Log
from tests.warehouse.samples import alert

COUNT, PART = 7, 3


class Watching(Reader):
    """Asks something before each record that it reads."""

    def __init__(self, before: Any) -> None:
        super().__init__()
        self._before = before

    def read(self, stream: str, log: Any) -> IntakeRecord:
        self._before(log)
        return super().read(stream, log)


class Place:
    """One partition with records, and a client that reads it."""

    def __init__(self, log: Log, consumer: AIOKafkaConsumer, where: TopicPartition) -> None:
        def never() -> Any:
            raise AssertionError

        self.config = SinkConfig(log.bootstrap, never, SECRET, prefix=log.prefix, streams=("alerts",), poll_ms=5_000)
        self.consumer, self.where, self.partitions = consumer, where, Partitions(self.config)

    def intake(self, before: Any) -> Intake:
        return Intake(self.config, self.partitions, Watching(before))


@contextmanager
def in_between(do: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Something happens whenever the next part is about to be taken."""

    async def sleep(seconds: float) -> None:
        await do()
        await asyncio.sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "sleep", sleep)
        yield


@pytest.fixture
async def place(one_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(intake, "TAKEN_AT_ONCE", PART)
    log = Log(one_bootstrap)
    await log.create()
    await log.append(("alerts", alert(number)) for number in range(2 * COUNT))
    consumer = AIOKafkaConsumer(bootstrap_servers=log.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([where := TopicPartition(log.prefix + "alerts", 0)])
        yield Place(log, consumer, where)
    finally:
        await consumer.stop()


async def test_what_waits_to_be_taken_is_before_the_end_of_the_log(place: Place) -> None:
    """The client's own position is behind it: a batch ended there would be cut where the log is not."""
    ends, behind = [], []

    async def look() -> None:
        ends.append(await end_of(place.consumer, place.partitions, place.where))
        behind.append((await lags(place.consumer, place.partitions))[place.where])

    with in_between(look):
        await place.intake(lambda _: None).read(place.consumer)
    assert ends == [COUNT] * 3
    assert behind == [COUNT] * 3, "nothing of it is stored"
    partition = place.partitions.of(place.where)
    assert (partition.next_offset, partition.held_rows, place.partitions.waiting) == (COUNT, COUNT, {})
    assert await end_of(place.consumer, place.partitions, place.where) == COUNT


async def test_a_partition_that_is_taken_away_in_between_is_not_begun_anew(place: Place) -> None:
    """Else it would begin in the middle, and what comes again of before that would be passed over."""
    seen = list[int]()

    async def take_away() -> None:
        if seen:
            place.partitions.drop(place.where)

    with in_between(take_away):
        await place.intake(lambda record: seen.append(record.offset)).read(place.consumer)
    assert seen == list(range(PART))
    assert place.partitions.get(place.where) is None
    place.consumer.seek(place.where, 0)
    await place.intake(lambda _: None).read(place.consumer)
    assert place.partitions.of(place.where).held_rows == COUNT


async def test_what_cannot_be_read_now_is_fetched_again_from_there(place: Place) -> None:
    is_away = True

    def before(record: Any) -> None:
        if is_away and record.offset == PART + 1:
            raise OSError("the registry is away")

    reading = place.intake(before)
    await reading.read(place.consumer)
    assert (reading.is_failing(place.where), place.partitions.waiting) == (True, {})
    assert place.partitions.of(place.where).next_offset == await place.consumer.position(place.where) == PART + 1
    is_away = False
    place.consumer.resume(place.where)
    await reading.read(place.consumer)
    assert (reading.is_failing(place.where), place.partitions.of(place.where).held_rows) == (False, COUNT)
