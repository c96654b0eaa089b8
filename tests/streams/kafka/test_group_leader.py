"""Whoever joins a group is handed partitions, also where its leader leaves just then: on every broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.consumer import consumer as consumer_module
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocol, ConsumerProtocolMemberAssignment
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    MemberIdRequired,
    NotCoordinatorError,
    RebalanceInProgressError,
)
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, SyncGroupRequest

from cloudtag.config import Config
from streams.kafka import group_leader
from streams.kafka.topics import Declared, create

pytestmark = pytest.mark.fault
PARTITIONS = 2
PATIENCE_SECONDS = 60.0
AGAIN = (MemberIdRequired.errno, CoordinatorLoadInProgressError.errno, NotCoordinatorError.errno)
"""Who joins tries again: with the name it was given, or when a broker that has just begun is ready."""


@dataclass
class Member:
    """A member of a group that does what it is told, request by request."""

    client: AIOKafkaClient
    node: int
    group: str
    topic: str
    session_ms: int
    id: str = ""
    generation: int = -1

    async def ask(self, request: Any) -> Any:
        return await self.client.send(self.node, request)

    async def join(self) -> Any:
        """Join, or join anew; the answer names everybody where this one leads."""
        metadata = RoundRobinPartitionAssignor.metadata({self.topic}).encode()
        answer: Any = None
        while answer is None or answer.error_code in AGAIN:
            times = (self.session_ms, self.session_ms)
            protocols = [(RoundRobinPartitionAssignor.name, metadata)]
            request = JoinGroupRequest(self.group, *times, self.id, None, ConsumerProtocol.PROTOCOL_TYPE, protocols)
            answer = await self.ask(request)
            self.id, self.generation = answer.member_id, answer.generation_id
        assert (answer.error_code, answer.leader_id) == (0, self.id)
        return answer

    async def hand_out(self, parts: dict[str, bytes]) -> None:
        answer = await self.ask(SyncGroupRequest(self.group, self.generation, self.id, None, list(parts.items())))
        assert answer.error_code == 0

    async def sees_another(self) -> None:
        """Wait until somebody else joins; by asking it stays a member meanwhile."""
        while (await self.beat()) != RebalanceInProgressError.errno:  # noqa: ASYNC110 - the broker tells who asks
            await asyncio.sleep(0.01)

    async def beat(self) -> int:
        code: int = (await self.ask(HeartbeatRequest(self.group, self.generation, self.id))).error_code
        return code

    async def leave(self) -> None:
        assert (await self.ask(LeaveGroupRequest(self.group, self.id))).error_code == 0


@pytest.fixture
async def leader(broker: str, request: pytest.FixtureRequest) -> AsyncIterator[Member]:
    """The only member of a new group, which leads it. Apache Kafka takes no shorter session than this."""
    session_ms = 6_000 if request.node.callspec.params["broker"] == "kafka" else 2_000
    name = f"led-{uuid.uuid4().hex[:8]}"
    await create(Config(brokers=broker), [Declared(name, PARTITIONS, 1, {})])
    client = AIOKafkaClient(bootstrap_servers=broker)
    await client.bootstrap()
    try:
        member = Member(client, await _coordinator(client, name), name, name, session_ms)
        await member.join()
        await member.hand_out({member.id: b"all"})
        yield member
    finally:
        await client.close()


async def _coordinator(client: AIOKafkaClient, group: str) -> int:
    while True:
        try:
            node: int = await client.coordinator_lookup(CoordinationType.GROUP, group)
        except CoordinatorNotAvailableError:
            await asyncio.sleep(0.05)
        else:
            return node


@asynccontextmanager
async def joining(leader: Member, broker: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of the leader's group; it joins while the test goes on."""
    monkeypatch.setattr(consumer_module, "GroupCoordinator", consumer_module.GroupCoordinator)
    group_leader.use()
    times = {"session_timeout_ms": leader.session_ms, "rebalance_timeout_ms": leader.session_ms}
    consumer = AIOKafkaConsumer(
        *(leader.topic,), bootstrap_servers=broker, group_id=leader.group, heartbeat_interval_ms=300, **times
    )
    starting = asyncio.create_task(consumer.start())
    try:
        yield consumer
        await starting
    finally:
        starting.cancel()
        await asyncio.wait({starting})
        await consumer.stop()


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_true():  # noqa: ASYNC110 - the client tells nobody
            await asyncio.sleep(0.02)


def have_all(*consumers: AIOKafkaConsumer) -> bool:
    """Whether each partition is one consumer's."""
    found = sorted(tp.partition for consumer in consumers for tp in consumer.assignment())
    return found == list(range(PARTITIONS))


@pytest.mark.parametrize("others", [1, pytest.param(3, marks=pytest.mark.long)])
async def test_a_leader_that_leaves_while_others_join_is_followed_by_one_of_them(
    broker: str, leader: Member, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        begun = [await stack.enter_async_context(joining(leader, broker, monkeypatch)) for _ in range(others)]
        await leader.sees_another()
        await leader.leave()
        await until(lambda: have_all(*begun))


@pytest.mark.long
@pytest.mark.parametrize("broker", ["tansu"], indirect=True)
async def test_a_leader_that_is_slow_keeps_its_seat(
    broker: str, leader: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits in vain asks, and no more comes of it. Apache Kafka lets nobody wait before the leader has come."""
    answers, ids = list[bool](), list[str]()
    is_member, send = group_leader.LedCoordinator._is_member, GroupCoordinator._send_req

    async def listen(coordinator: group_leader.LedCoordinator, member: str) -> bool:
        answers.append(await is_member(coordinator, member))
        return answers[-1]

    async def watch(coordinator: GroupCoordinator, request: Any) -> Any:
        if isinstance(request, JoinGroupRequest):
            ids.append(request._member_id)
        return await send(coordinator, request)

    monkeypatch.setattr(group_leader.LedCoordinator, "_is_member", listen)
    monkeypatch.setattr(GroupCoordinator, "_send_req", watch)
    async with joining(leader, broker, monkeypatch) as consumer:
        while not answers:
            await leader.beat()
            await asyncio.sleep(0.05)
        everybody = [member for member, *_ in (await leader.join()).members]
        all_of_it = ConsumerProtocolMemberAssignment(0, [(leader.topic, list(range(PARTITIONS)))], b"").encode()
        await leader.hand_out(dict.fromkeys(everybody, all_of_it))
        await until(lambda: have_all(consumer))
    assert (all(answers), len(everybody), leader.id in ids) == (True, 2, False)


def test_the_more_often_it_has_waited_the_less_often_it_asks() -> None:
    asked = [waited for waited in range(20) if group_leader._is_asked(waited)]
    assert asked == [1, 2, 4, 8, 16]
