"""What a group has acknowledged, where a broker refuses to say so: nobody takes that for nothing."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer import consumer as consumer_module
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from aiokafka.protocol.commit import OffsetFetchRequest, OffsetFetchResponse_v3

from cloudtag.config import Config
from streams.kafka import administering, group_leader
from streams.kafka.administering import committed
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create

DONE = 5
NOT_YET = [NotCoordinatorForGroupError, GroupLoadInProgressError, GroupCoordinatorNotAvailableError]


@dataclass
class Group:
    """A group that has acknowledged one partition of a topic, and nothing of another."""

    config: Config
    name: str
    done: TopicPartition
    other: TopicPartition

    def member(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**client_settings(self.config), group_id=self.name, enable_auto_commit=False)


@pytest.fixture
async def group(broker: str, monkeypatch: pytest.MonkeyPatch) -> Group:
    monkeypatch.setattr(consumer_module, "GroupCoordinator", consumer_module.GroupCoordinator)
    group_leader.use()
    name = f"acknowledged-{uuid.uuid4().hex[:8]}"
    found = Group(Config(brokers=broker), name, TopicPartition(name, 0), TopicPartition(name, 1))
    await create(found.config, [Declared(name, 2, 1)])
    async with found.member() as consumer:
        consumer.assign([found.done])
        await consumer.commit({found.done: DONE})
    return found


def refusing(monkeypatch: pytest.MonkeyPatch, error: type[KafkaError], times: int) -> list[Any]:
    """So many questions for offsets are refused, each as a whole: as brokers do by the later versions of the answer."""
    real, refused = AIOKafkaClient.send, list[Any]()

    async def send(client: AIOKafkaClient, node: Any, request: Any, **settings: Any) -> Any:
        answer = await real(client, node, request, **settings)
        if isinstance(request, OffsetFetchRequest) and len(refused) < times:
            refused.append(request)
            return OffsetFetchResponse_v3(0, [], error.errno)
        return answer

    monkeypatch.setattr(AIOKafkaClient, "send", send)
    return refused


@pytest.mark.parametrize("error", NOT_YET)
async def test_a_member_asks_again_where_the_question_is_refused(
    group: Group, monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]
) -> None:
    async with group.member() as consumer:
        refused = refusing(monkeypatch, error, 3)
        assert await consumer.committed(group.done) == DONE
        assert len(refused) == 3
        assert await consumer.committed(group.other) is None


async def test_a_member_without_the_right_to_know_does_not_begin_anew(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with group.member() as consumer:
        refusing(monkeypatch, GroupAuthorizationFailedError, 1)
        with pytest.raises(GroupAuthorizationFailedError):
            await consumer.committed(group.done)


@pytest.mark.parametrize("error", NOT_YET)
async def test_whoever_asks_for_a_group_does_so_again(
    group: Group, monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]
) -> None:
    refused = refusing(monkeypatch, error, 3)
    found = await committed(group.config, group.name, [group.done, group.other])
    assert (found, len(refused)) == ({group.done: DONE, group.other: -1}, 3)


async def test_one_that_is_never_told_is_an_error_and_not_nothing(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administering, "LISTED_SECONDS", 0.0)
    refusing(monkeypatch, GroupLoadInProgressError, 1_000)
    with pytest.raises(GroupCoordinatorNotAvailableError, match="nobody says what acknowledged-"):
        await committed(group.config, group.name, [group.done])
