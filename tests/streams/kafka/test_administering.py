"""A broker that answers and is not part of its cluster, for a moment or for long: how far it is waited for."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import InvalidReplicationFactorError, InvalidTopicError

from cloudtag.config import Config
from streams.kafka import administering, topics
from streams.kafka.topics import Declared, TopicError, check, create, installation

FENCED = "Unable to replicate the partition 1 time(s): All brokers are currently fenced"


@pytest.fixture
def config(one_bootstrap: str) -> Config:
    return Config(brokers=one_bootstrap, partitions=1, topic_prefix=f"a{uuid.uuid4().hex[:8]}-")


def unlisted(monkeypatch: pytest.MonkeyPatch, times: int) -> Iterator[int]:
    """The next answers about the cluster list no broker, as those of one whose controller has not let it in."""
    real, left = ClusterMetadata.update_metadata, iter(range(times))

    def update(cluster: ClusterMetadata, metadata: Any) -> None:
        if next(left, None) is not None:
            metadata.brokers = []
        real(cluster, metadata)

    monkeypatch.setattr(ClusterMetadata, "update_metadata", update)
    return left


def refusing(monkeypatch: pytest.MonkeyPatch, error: type[Any], times: int) -> list[str]:
    """The next requests for topics are refused; the names that were asked for, of all requests."""
    real, left, asked = AIOKafkaAdminClient.create_topics, iter(range(times)), list[str]()

    async def create_topics(admin: AIOKafkaAdminClient, new: list[Any], **settings: Any) -> Any:
        asked.extend(topic.name for topic in new)
        response = await real(admin, new, **settings)
        if next(left, None) is not None:
            response.topic_errors = [(topic.name, error.errno, FENCED) for topic in new]
        return response

    monkeypatch.setattr(AIOKafkaAdminClient, "create_topics", create_topics)
    return asked


async def test_a_cluster_that_lists_no_broker_yet_is_waited_for(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = unlisted(monkeypatch, 3)
    assert await installation(config)
    assert next(left, None) is None


async def test_one_that_lists_none_for_too_long_is_an_error(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(administering, "LISTED_SECONDS", 0.0)
    unlisted(monkeypatch, 1)
    with pytest.raises(TopicError, match="cannot ask the broker for its topics"):
        await check(config, ["nothing"])


async def test_copies_that_cannot_be_placed_for_a_moment_are_asked_for_again(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = refusing(monkeypatch, InvalidReplicationFactorError, 2)
    name = config.topic("orders")
    assert await create(config, [Declared(name, 1, 1)]) == [name]
    assert asked == [name] * 3


@pytest.mark.parametrize(("error", "seconds"), [(InvalidReplicationFactorError, 0.0), (InvalidTopicError, 10.0)])
async def test_what_is_refused_for_good_is_said(
    config: Config, monkeypatch: pytest.MonkeyPatch, error: type[Any], seconds: float
) -> None:
    monkeypatch.setattr(topics, "PLACED_SECONDS", seconds)
    name = config.topic("orders")
    # Twice at most: a deadline that is now has not passed yet.
    asked = refusing(monkeypatch, error, 1_000)
    with pytest.raises(TopicError, match=f"cannot create topic {name}: {error.__name__} {FENCED[:20]}"):
        await create(config, [Declared(name, 1, 1)])
    assert set(asked) == {name}
    assert len(asked) == 1 or error is InvalidReplicationFactorError
