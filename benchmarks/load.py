"""The stream every rung is given: simulated once, encoded once, written to a fresh broker for every run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer

from benchmarks.profiles import Profile
from cloudtag.config import Config
from cloudtag.contract.events import AccountChanged
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INPUTS, READS, STREAM_OF
from cloudtag.parcels.spelling import canonical_key
from cloudtag.simulate import Profile as World
from cloudtag.simulate import simulate
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import BatchClient, OutRecord, group, publish
from streams.kafka.security import client_settings

BATCH_BYTES = 900_000
QUIET_MS = 7 * 86_400_000
"""Event time that passes after the last event: longer than anything in the stream is waited for."""


@dataclass(frozen=True)
class Load:
    """Events in order of delivery, their records by stream and partition, and when the stream is over."""

    events: list[Any]
    records: list[tuple[tuple[str, int], OutRecord]]
    until_ms: int

    def counts(self) -> dict[str, int]:
        """Records by stream."""
        return dict(Counter(stream for (stream, _), _ in self.records))

    def of_buyers(self, share: float) -> Load:
        """The first part of what buyers' files are made of, for a job that only counts per buyer."""
        wanted = set(READS["buyers"])
        records = [item for item in self.records if item[0][0] in wanted]
        return Load([], records[: int(len(records) * share)], self.until_ms)


def make(profile: Profile, fraud_share: float | None = None) -> Load:
    """The profile's stream. Equal profiles give equal bytes. `fraud_share`: of all refunds (none: as shipped).

    Left out are a few stories of half a year before: a plain loop reads topics at different paces, and would take
    what it reads last of them for too old to matter. The worker reads by event time.
    """
    read = {stream for streams in READS.values() for stream in streams}
    codec = Codec()
    world = World(events=profile.events, seed=profile.seed, fraud_share=fraud_share)
    events = [
        event
        for event in simulate(world).events()
        if STREAM_OF[type(event)] in read and (event.occurred_at >= world.starts_at or type(event) is AccountChanged)
    ]
    records = []
    for event in events:
        stream = STREAM_OF[type(event)]
        key = canonical_key(INPUTS[stream].key, getattr(event, INPUTS[stream].key))
        place = (stream, partition_of(key, profile.partitions))
        records.append((place, OutRecord(key.encode(), codec.encode(stream, event))))
    return Load(events, records, max(event.occurred_at for event in events) + QUIET_MS)


async def write(config: Config, load: Load) -> None:
    """Put a load on the broker's fresh topics."""
    await topics.create(config)
    await _publish(config, [((config.topic(stream), p), record) for (stream, p), record in load.records])


async def pass_time(config: Config, until_ms: int) -> None:
    """Tell every partition of every processor that event time has reached `until_ms`."""
    value = Codec().encode(topics.watermarks("buyers"), WatermarkRecord(until_ms))
    await _publish(
        config,
        [
            ((config.topic(topics.watermarks(processor)), partition), OutRecord(None, value))
            for processor in config.processors
            for partition in range(config.partitions)
        ],
    )


@dataclass(frozen=True)
class OneClient:
    """A producer's handle whose client is never replaced: a run in which the broker refuses it is void."""

    client: BatchClient

    async def renew(self, failed: BatchClient) -> None:
        """Raise ``RuntimeError``."""
        raise RuntimeError(f"the broker takes nothing from {failed} any more")


async def _publish(config: Config, records: list[tuple[tuple[str, int], OutRecord]]) -> None:
    producer = AIOKafkaProducer(**client_settings(config), max_batch_size=BATCH_BYTES, max_request_size=1 << 24)
    await producer.start()
    try:
        await publish(OneClient(producer), group(records))
    finally:
        await producer.stop()
