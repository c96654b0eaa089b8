"""Takes the sample: which topics there are, how they are set, and their latest records."""

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaClient
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import BrokerResponseError, IncompatibleBrokerVersion

from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS
from cloudtag.doctor.sample import Sample, TopicSample
from streams.kafka import bounded_batches, topics
from streams.kafka.administering import administering
from streams.kafka.security import client_settings
from streams.sampling.reader import Taken, TopicReader

DEAD_LETTERS = "dead-letters"


async def take(config: Config, limit: int) -> Sample:
    """The topics of an installation, with the newest `limit` records of each input and of the dead letters.

    Reads only: all topics are asked for at once, because asking for one by name may create it. Raises aiokafka's
    errors when no broker answers, ``KafkaAccessError``.
    """
    wanted = topics.declared(config)
    described, settings = await _describe(config, [topic.name for topic in wanted])
    is_read = {config.topic(stream) for stream in (*INPUTS, DEAD_LETTERS)}
    found = {}
    bounded_batches.bound(config.unpacked_batch_bytes)
    client = AIOKafkaClient(**client_settings(config))
    try:
        await client.bootstrap()
        reader = TopicReader(client, await client.fetch_all_metadata())
        for name, partitions in described.items():
            taken = await reader.latest(name, limit) if name in is_read else Taken()
            found[name] = TopicSample(
                name=name,
                partitions=len(partitions),
                replication=min((len(partition["replicas"]) for partition in partitions), default=0),
                held=sum(map(len, taken.spans.values())),
                written=sum(span.end for span in taken.spans.values()),
                settings=settings.get(name),
                batches=taken.batches,
                records=taken.records,
                faults=taken.faults,
            )
    finally:
        await client.close()
    return Sample(wanted, found)


async def _describe(config: Config, names: list[str]) -> tuple[dict[str, list[Any]], dict[str, dict[str, str]]]:
    """The partitions and the settings of those topics that exist."""
    async with administering(config) as admin:
        described = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
        there = {name: described[name] for name in names if described.get(name)}
        return there, await _settings(admin, there)


async def _settings(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the broker says of topics' settings; topics it will not speak of are absent."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    try:
        answers = await admin.describe_configs(wanted) if wanted else []
    except (BrokerResponseError, IncompatibleBrokerVersion):
        return {}
    return {
        name: {entry[0]: entry[1] for entry in entries if entry[1] is not None}
        for answer in answers
        for code, _, _, name, entries in answer.resources
        if not code
    }
