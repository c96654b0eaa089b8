"""A follower reads all that is there, knows until when it knows, and does not take a silent broker for a quiet one."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.cli.decide.state import DecideState
from cloudtag.cli.kafka import consumer
from cloudtag.config import Config
from cloudtag.decide.recorder import NotAcknowledgedError
from cloudtag.local.broker import Tansu
from cloudtag.policy.load import shipped
from cloudtag.wire import Codec
from streams.kafka.producer import OutRecord, publish
from streams.kafka.topics import create
from streams.view.follower import TURN_RECORDS, TopicFollower
from tests.decisions.alerts import an_alert
from tests.servers.clients import FixedHandle, producing

STREAMS = ("alerts", "consequences")


def config_of(broker: str) -> Config:
    return Config(brokers=broker, topic_prefix=f"f{uuid.uuid4().hex[:6]}-", partitions=3)


@pytest.fixture
async def producer(broker: str) -> AsyncIterator[FixedHandle]:
    async with producing(bootstrap_servers=broker) as handle:
        yield handle


class Following:
    """A follower with what it was given."""

    def __init__(self, client: Any, config: Config) -> None:
        self.got: list[Any] = []
        names = {config.topic(stream): stream for stream in STREAMS}
        self.follower = TopicFollower(client, names, Codec().decode, lambda _, record: self.got.append(record))

    async def until_caught_up(self, count: int) -> None:
        async with asyncio.timeout(60):
            while not (self.follower.is_caught_up and len(self.got) + self.follower.unreadable >= count):
                await self.follower.step()


async def test_it_reads_all_and_knows_until_when(broker: str, producer: FixedHandle) -> None:
    config = config_of(broker)
    await create(config)
    publisher = KafkaPublisher(config, producer, Codec())
    records = [an_alert(f"a{number}") for number in range(50)]
    await publisher.publish(records)
    names = [config.topic(stream) for stream in STREAMS]
    async with consumer(config, names, is_from_start=True) as client:
        following = Following(client, config)
        assert (following.follower.is_caught_up, following.follower.as_of_ms) == (False, 0)
        await following.until_caught_up(50)
        assert following.got == records
        known = following.follower.as_of_ms
        assert known > 0
        async with asyncio.timeout(60):
            while following.follower.as_of_ms <= known:
                await following.follower.step()
        await publish(producer, {(names[0], 0): [OutRecord(b"k", b"no record")]})
        await publisher.publish([an_alert("a51")])
        await following.until_caught_up(52)
        assert (following.follower.unreadable, following.follower.read) == (1, 51)


async def test_a_broker_that_is_gone_is_no_quiet_one() -> None:
    with Tansu() as broker:
        config = config_of(broker.bootstrap)
        await create(config)
        async with consumer(config, [config.topic(s) for s in STREAMS], is_from_start=True) as client:
            following = Following(client, config)
            await following.until_caught_up(0)
            await asyncio.to_thread(broker.stop)
            await following.follower.step()
            known = following.follower.as_of_ms
            for _ in range(5):
                await following.follower.step()
            assert following.follower.as_of_ms == known


async def test_what_the_broker_does_not_acknowledge_is_said() -> None:
    with Tansu() as broker:
        config = config_of(broker.bootstrap)
        await create(config)
        # When it ends, the client waits so long for what was not acknowledged.
        async with producing(bootstrap_servers=broker.bootstrap, request_timeout_ms=2_000) as handle:
            publisher = KafkaPublisher(config, handle, Codec(), seconds=0.5)
            await publisher.publish([an_alert()])
            await asyncio.to_thread(broker.stop)
            with pytest.raises(NotAcknowledgedError):
                await publisher.publish([an_alert()])


def test_a_view_that_is_full_is_not_known_any_more() -> None:
    state = DecideState(Config(view_bytes=1 << 20), shipped())
    for number in range(3000):
        state.take("alerts", an_alert(f"a{number}"))
        if state.obstacle == "more stands than CLOUDTAG_VIEW_BYTES holds":
            break
    assert number < 2999
    held = len(state.view)
    state.take("alerts", an_alert("one more"))
    assert len(state.view) == held


@pytest.mark.parametrize("partitions", [1, 3])
async def test_whoever_shares_the_loop_gets_a_turn_however_records_are_spread(
    broker: str, producer: FixedHandle, partitions: int
) -> None:
    config = replace(config_of(broker), partitions=partitions)
    await create(config)
    records = [replace(an_alert(f"a{number}"), buyer_id=f"b{number}") for number in range(4 * TURN_RECORDS)]
    await KafkaPublisher(config, producer, Codec()).publish(records)
    names = [config.topic(stream) for stream in STREAMS]
    async with consumer(config, names, is_from_start=True) as client:
        following = Following(client, config)
        most_in_a_turn = 0

        async def watch() -> None:
            nonlocal most_in_a_turn
            before = 0
            while True:
                most_in_a_turn, before = max(most_in_a_turn, len(following.got) - before), len(following.got)
                await asyncio.sleep(0)

        watching = asyncio.ensure_future(watch())
        await following.until_caught_up(len(records))
        watching.cancel()
    assert 0 < most_in_a_turn <= TURN_RECORDS
