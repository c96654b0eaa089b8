"""Topics are declared once, created idempotently, and checked before a worker starts."""

import uuid

import pytest
from aiokafka.partitioner import DefaultPartitioner

from cloudtag.config import Config
from cloudtag.contract.streams import CONTRACTS, INTERNAL, READS
from streams.kafka.partitioner import partition_of
from streams.kafka.topics import REPLAYED, Declared, TopicError, check, create, declared


def test_every_stream_and_every_processor_has_its_topics() -> None:
    config = Config(topic_prefix="x-", partitions=3, replication=2)
    names = {topic.name for topic in declared(config)}
    assert names == {
        *(f"x-{stream}" for stream in (*CONTRACTS, *INTERNAL)),
        f"x-{REPLAYED}",
        "x-what-ifs",
        "x-what-if-answers",
        *(f"x-watermarks-{name}" for name in READS),
        *(f"x-misplaced-{name}" for name in ("buyers", "parcels", "shops")),
        *(f"x-cloudtag-{name}-state-2" for name in READS),
    }
    assert {(topic.partitions, topic.replication) for topic in declared(config)} == {(3, 2)}


def test_state_is_compacted_and_never_deleted_by_age() -> None:
    config = Config()
    for topic in declared(config):
        is_state = topic.name.endswith("-state-2") or topic.name == REPLAYED
        assert topic.config["cleanup.policy"] == ("compact" if is_state else "delete")
        assert ("retention.ms" in topic.config) is not is_state


def test_master_data_are_kept_without_end_and_never_compacted() -> None:
    """Compaction keeps one record per key: a shop's second account would erase the first."""
    kept = {topic.name for topic in declared(Config()) if topic.config.get("retention.ms") == "-1"}
    assert kept == {"shops", "accounts", "violations", "abuses", "erasures", "appeals"}


async def test_creating_twice_creates_once(broker: str) -> None:
    config = Config(brokers=broker, partitions=3, topic_prefix=f"t{uuid.uuid4().hex[:6]}-")
    wanted = [Declared(config.topic("orders"), 3, 1), Declared(config.topic("refunds"), 3, 1)]
    assert await create(config, wanted[:1]) == [config.topic("orders")]
    assert await create(config, wanted) == [config.topic("refunds")]
    assert await create(config, wanted) == []
    await check(config, [topic.name for topic in wanted])


async def test_a_topic_with_other_partitions_is_refused(broker: str) -> None:
    config = Config(brokers=broker, partitions=3, topic_prefix=f"t{uuid.uuid4().hex[:6]}-")
    await create(config, [Declared(config.topic("orders"), 2, 1)])
    with pytest.raises(TopicError, match="2 partitions where 3 are configured"):
        await create(config, [Declared(config.topic("orders"), 3, 1)])
    with pytest.raises(TopicError, match="cloudtag topics create"):
        await check(config, [config.topic("refunds")])


def test_keys_go_where_kafkas_own_partitioner_sends_them() -> None:
    for number in range(500):
        key = f"买家-{number}"
        assert partition_of(key, 8) == DefaultPartitioner()(key.encode(), list(range(8)), list(range(8)))
