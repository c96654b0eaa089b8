"""Every topic of an installation, declared in one place, and the command that creates them."""

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import InvalidReplicationFactorError, KafkaError, TopicAlreadyExistsError, for_code

from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS, READS, SURFACES
from cloudtag.contract.what_ifs import ANSWERS, QUESTIONS
from streams.kafka.administering import administering
from streams.kafka.producer import LARGEST_RECORD_BYTES

logger = logging.getLogger(__name__)

DAY_MS = 86_400_000
INPUT_DAYS = 30
"""Long enough to replay a month after a mistake."""
FORWARD_DAYS = 7
"""Internal records are only needed until they are judged."""
OUTPUT_DAYS = 90
DEAD_LETTER_DAYS = 180
WHAT_IFS = (QUESTIONS, ANSWERS)
"""Questions to workers about what would follow, and their answers: of no use after a moment, and about buyers."""
WHAT_IF_MS = 3_600_000
REPLAYED = "dead-letters-replayed"
"""Which dead letters were sent again (`cloudtag dead-letters replay`), under the place each came from."""
TOMBSTONE_DAYS = 7
"""How long a deleted row stays visible in a changelog; a disk older than that must not be trusted."""
FREEZE_MS = 3_600_000
"""For so long no record of a changelog is compacted: longer than a worker that was frozen and wakes may have slept."""
VISIBLE_SECONDS = 30.0
PLACED_SECONDS = 10.0
"""How long a broker may say that there are too few of them for a topic's copies before that is believed."""
REQUEST_PARTITIONS = 1_000
"""Brokers refuse requests for very many new partitions at once (Apache Kafka: more than 10,000)."""
MISSING = "topic {name} does not exist, or this user may not see it; run `cloudtag topics create`"
BROKER_TIME = {"message.timestamp.type": "LogAppendTime"}
"""A record's timestamp is when the broker took it in: what counts as the future and where the sink cuts rest on it."""


class TopicError(RuntimeError):
    """A topic cannot be created, or does not look as declared; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A topic as it should be."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str] = field(default_factory=dict)


def declared(config: Config) -> list[Declared]:
    """All topics of an installation."""
    return [
        Declared(name, config.partitions, config.replication, settings)
        for name, settings in _names_and_settings(config)
    ]


def watermarks(processor: str) -> str:
    """The stream of a processor's watermark records."""
    return f"watermarks-{processor}"


def misplaced(processor: str) -> str:
    """The stream of input records that were found in the wrong partition, for the processor that reads them."""
    return f"misplaced-{processor}"


def internal(processor: str) -> list[str]:
    """What a processor reads beside its streams. One that reads no input has nothing misplaced."""
    reads_input = any(stream in INPUTS for stream in READS.get(processor, ()))
    return [watermarks(processor), misplaced(processor)] if reads_input else [watermarks(processor)]


def all_misplaced(config: Config) -> list[str]:
    """The streams of misplaced records of an installation."""
    return [misplaced(name) for name in config.processors if misplaced(name) in internal(name)]


def _names_and_settings(config: Config) -> Iterator[tuple[str, dict[str, str]]]:
    for stream in INPUTS.values():
        yield config.topic(stream.name), _kept(None if stream.is_kept else INPUT_DAYS)
    for name in OUTPUTS:
        is_letters = name == "dead-letters"
        yield config.topic(name), _kept(DEAD_LETTER_DAYS if is_letters else OUTPUT_DAYS)
    for name in SURFACES:
        yield config.topic(name), _kept(OUTPUT_DAYS)
    yield config.topic(REPLAYED), _compacted()
    for name in WHAT_IFS:
        yield config.topic(name), {**_kept(1), "retention.ms": str(WHAT_IF_MS), "segment.ms": str(WHAT_IF_MS)}
    for name in INTERNAL:
        yield config.topic(name), _kept(FORWARD_DAYS)
    for processor in config.processors:
        for name in internal(processor):
            # A misplaced record is input still: nobody but this topic will bring it to where it is judged.
            yield config.topic(name), _kept(INPUT_DAYS if name == misplaced(processor) else FORWARD_DAYS)
        # Compacted only: a changelog that also deletes by age would forget quiet buyers.
        yield config.changelog(processor), _state()


def _kept(days: int | None) -> dict[str, str]:
    """For so many days; without end where none are given."""
    return {
        "cleanup.policy": "delete",
        **BROKER_TIME,
        "retention.ms": "-1" if days is None else str(days * DAY_MS),
        **({"retention.bytes": "-1"} if days is None else {}),
        "max.message.bytes": str(LARGEST_RECORD_BYTES),
    }


def _compacted() -> dict[str, str]:
    return {
        "cleanup.policy": "compact",
        **BROKER_TIME,
        "delete.retention.ms": str(TOMBSTONE_DAYS * DAY_MS),
        "max.message.bytes": str(LARGEST_RECORD_BYTES),
    }


def _state() -> dict[str, str]:
    return {
        "cleanup.policy": "compact",
        **BROKER_TIME,
        "delete.retention.ms": str(TOMBSTONE_DAYS * DAY_MS),
        "min.compaction.lag.ms": str(FREEZE_MS),
        "max.message.bytes": str(1 << 20),
    }


async def create(config: Config, topics: list[Declared] | None = None) -> list[str]:
    """Create what is missing and wait until the broker shows it; returns the names that were new.

    Raises ``TopicError`` when a topic exists with another number of partitions.
    """
    wanted = declared(config) if topics is None else topics
    async with administering(config) as admin:
        made = await _create_missing(admin, wanted)
        await _wait_visible(admin, wanted)
    return made


async def check(config: Config, names: list[str]) -> None:
    """Raise ``TopicError`` unless all topics exist with the configured number of partitions."""
    async with administering(config) as admin:
        _compare(await _partitions_of(admin), [Declared(name, config.partitions, 1) for name in names])


async def exists(config: Config, name: str) -> bool:
    """Whether there is a topic of that name."""
    async with administering(config) as admin:
        return name in await _partitions_of(admin)


async def partitions(config: Config, names: list[str]) -> dict[str, int]:
    """How many partitions each topic has. Raises ``TopicError`` for one that does not exist."""
    async with administering(config) as admin:
        found = await _partitions_of(admin)
    for name in names:
        if name not in found:
            raise TopicError(MISSING.format(name=name))
    return {name: found[name] for name in names}


async def installation(config: Config) -> str:
    """Which installation this is: the id of the cluster, or its brokers' addresses where it has none, and the prefix.

    Raises ``TopicError``.
    """
    async with administering(config) as admin:
        try:
            cluster = (await admin.describe_cluster()).get("cluster_id") or ",".join(sorted(config.bootstrap()))
        except KafkaError as error:
            raise TopicError(f"cannot ask the broker for its cluster: {error!r}") from error
    return f"{cluster}/{config.topic_prefix}"


async def as_found(config: Config, names: list[str]) -> Config:
    """The settings with as many partitions as the topics have: who sends records need not know how many.

    Raises ``TopicError`` for a topic that does not exist, or where two of them differ.
    """
    counts = await partitions(config, names)
    first, *others = counts.items()
    for name, count in others:
        if count != first[1]:
            raise TopicError(
                f"topic {name} has {count} partitions and {first[0]} {first[1]}; all must have the same number"
            )
    return msgspec.structs.replace(config, partitions=first[1])


async def _create_missing(admin: AIOKafkaAdminClient, wanted: list[Declared]) -> list[str]:
    existing = await _partitions_of(admin)
    missing = [topic for topic in wanted if topic.name not in existing]
    for some in _requests(missing):
        deadline = time.monotonic() + PLACED_SECONDS
        while refused := await _refused(admin, some):
            name, error, reason = refused[0]
            # Brokers that are just coming up, or were not heard for a moment, are counted as not there.
            if any(why is not InvalidReplicationFactorError for _, why, _ in refused) or time.monotonic() > deadline:
                raise TopicError(f"cannot create topic {name}: {error.__name__} {reason}".strip())
            await asyncio.sleep(0.1)
    return [topic.name for topic in missing]


async def _refused(admin: AIOKafkaAdminClient, topics: list[Declared]) -> list[tuple[str, type[Exception], str]]:
    """Ask for these topics; which are not there now, the error and what the broker says of it."""
    response = await admin.create_topics(
        [NewTopic(t.name, t.partitions, t.replication, topic_configs=t.config) for t in topics]
    )
    found = [
        (name, for_code(code), " ".join(map(str, reason))) for name, code, *reason in response.topic_errors if code
    ]
    return [refused for refused in found if refused[1] is not TopicAlreadyExistsError]


def _requests(topics: list[Declared]) -> Iterator[list[Declared]]:
    """The topics in as few parts as brokers take: each has one topic, or at most `REQUEST_PARTITIONS` partitions."""
    some: list[Declared] = []
    for topic in topics:
        if some and sum(one.partitions for one in some) + topic.partitions > REQUEST_PARTITIONS:
            yield some
            some = []
        some.append(topic)
    if some:
        yield some


async def _wait_visible(admin: AIOKafkaAdminClient, wanted: list[Declared]) -> None:
    deadline = time.monotonic() + VISIBLE_SECONDS
    while True:
        found = await _partitions_of(admin)
        if all(topic.name in found for topic in wanted):
            return _compare(found, wanted)
        if time.monotonic() > deadline:
            missing = sorted(topic.name for topic in wanted if topic.name not in found)
            raise TopicError(f"the broker does not show {missing[0]} after {VISIBLE_SECONDS:.0f} s")
        await asyncio.sleep(0.1)


async def _partitions_of(admin: AIOKafkaAdminClient) -> dict[str, int]:
    try:
        described = await admin.describe_topics()
    except KafkaError as error:
        raise TopicError(f"cannot ask the broker for its topics: {error!r}") from error
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


def _compare(found: dict[str, int], wanted: list[Declared]) -> None:
    for topic in wanted:
        count = found.get(topic.name)
        if count is None:
            raise TopicError(MISSING.format(name=topic.name))
        if count != topic.partitions:
            raise TopicError(
                f"topic {topic.name} has {count} partitions where {topic.partitions} are configured; "
                "every topic must have the same number, and it cannot be changed later"
            )
