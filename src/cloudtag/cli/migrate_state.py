"""How `cloudtag state migrate` goes: read all of format 1, judge its events anew, take back, write format 2."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.cli.failure import FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.kafka import CommandProducer
from cloudtag.config import Config
from cloudtag.engine.task_row import TASK_KEY, TaskRow
from cloudtag.policy.model import Policies
from cloudtag.processors import build
from cloudtag.replay.first_format import FirstRows, read_rows, withdrawals
from cloudtag.replay.restated import Restated, restated
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, group, publish
from streams.kafka.security import client_settings
from streams.state.migration import owner_of, read_first, write_anew

WRITER = "cloudtag state migrate"
TaskOf = tuple[str, int]
"""A processor and a partition."""


class Migrated(Struct):
    """What was done: events read, rows written, records taken back, and what stands as it was published."""

    events: int = 0
    rows: int = 0
    taken_back: int = 0
    left: list[Any] = []


async def migrate(config: Config, policies: Policies) -> Migrated:
    """Bring the changelogs of all processors from format 1 to format 2. Run again it begins anew and ends the same.

    Raises `TopicError` where the new topics are missing, `FailureError` where a worker has gone on from format 2
    already, or nothing is in format 1.
    """
    await topics.partitions(config, [config.changelog(name) for name in config.processors])
    first = await _read_all(config)
    if not any(rows.events or rows.published for rows in first.values()):
        raise FailureError("there are no rows in format 1: nothing is to be migrated")
    await _refuse_used(config)
    until_ms = max(rows.task.watermark_ms for rows in first.values())
    events = [event for rows in first.values() for event in rows.events]
    lateness_ms = config.lateness_seconds * 1000
    made = restated(
        events, policies, lambda key: partition_of(key, config.partitions), lateness_ms, config.live_since_ms, until_ms
    )
    done = Migrated(len(events))
    producer = CommandProducer(config)
    await producer.start()
    try:
        await _take_back(config, producer, policies, first, made, done)
        for (name, partition), rows in first.items():
            new = made.rows[name].get(partition, {})
            # Nothing of it is known to be sent: whoever opens the task publishes what it says.
            own = TaskRow(rows.task.watermark_ms, rows.task.newest_ms, _last_batch(new), 0)
            new[TASK_KEY] = msgspec.msgpack.encode(own)
            await write_anew(config, producer, name, partition, new, WRITER)
            done.rows += len(new)
    finally:
        await producer.stop()
    return done


async def _read_all(config: Config) -> dict[TaskOf, FirstRows]:
    settings, found = client_settings(config), dict[TaskOf, FirstRows]()
    for name in config.processors:
        topic = config.first_changelog(name)
        there = await topics.exists(config, topic)
        for partition in range(config.partitions):
            rows = await read_first(settings, (topic, partition)) if there else {}
            found[name, partition] = read_rows(rows)
    return found


async def _refuse_used(config: Config) -> None:
    """What workers wrote since is not to be written over."""
    for name in config.processors:
        for partition in range(config.partitions):
            owner = await owner_of(client_settings(config), (config.changelog(name), partition))
            if owner not in (None, WRITER):
                raise FailureError(
                    f"{config.changelog(name)}/{partition} belongs to {owner}: workers have gone on from it already"
                )


async def _take_back(
    config: Config,
    producer: CommandProducer,
    policies: Policies,
    first: dict[TaskOf, FirstRows],
    made: Restated,
    done: Migrated,
) -> None:
    codec, records = codec_of(config), []
    for (name, _), rows in first.items():
        horizon_ms = rows.task.watermark_ms - build(name, policies, 0).retention_ms
        outputs, left = withdrawals(rows.published, made.published_ids, horizon_ms)
        done.left += left
        for out in outputs:
            target = (config.topic(out.stream), partition_of(out.key, config.partitions))
            records.append((target, OutRecord(out.key.encode(), codec.encode(out.stream, out.record))))
    await publish(producer, group(records))
    done.taken_back = len(records)


def _last_batch(rows: dict[bytes, bytes]) -> int:
    return max((int.from_bytes(row[:8]) for row in rows.values()), default=0)
