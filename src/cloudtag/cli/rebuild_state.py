"""How `cloudtag state rebuild` goes: state that is gone is made anew of the input topics, as far back as they go."""

from __future__ import annotations

from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct

from cloudtag.cli.failure import FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.kafka import CommandProducer, consumer, read_to_end, until_ends
from cloudtag.config import Config
from cloudtag.contract.standing import REVERSIBLE, latest
from cloudtag.contract.streams import INPUTS, INTERNAL
from cloudtag.engine.rows import RowCodec
from cloudtag.engine.task_row import TASK_KEY, TaskRow
from cloudtag.policy.model import Policies
from cloudtag.processors import build
from cloudtag.replay.reconciled import Reconciliation
from cloudtag.replay.restated import Restated, codec_for, restated
from cloudtag.wire import Undecodable
from streams.kafka import topics
from streams.kafka.administering import committed
from streams.kafka.dead_letters import STREAM as DEAD_LETTERS
from streams.kafka.partitioner import partition_of
from streams.kafka.security import client_settings
from streams.state.by_hand import read_log
from streams.state.migration import write_anew

WRITER = "cloudtag state rebuild"


class Rebuilt(Struct):
    """What was done: events read, rows written; of what was published, how much is the same, changed, new, left."""

    events: int
    rows: int
    same: int
    changed: int
    new: int
    left: list[Any]


async def rebuild(config: Config, policies: Policies) -> Rebuilt:
    """Make the state of all processors anew. Raises `FailureError` where there is state, or nothing was judged."""
    await _refuse_state(config)
    committed = await _committed(config)
    events = await _judged(config, committed)
    if not events:
        raise FailureError("no input was judged that is still there: nothing can be made of it")
    lateness_ms = config.lateness_seconds * 1000
    newest_ms = max(event.occurred_at for event in events)
    own = TaskRow(newest_ms - lateness_ms, newest_ms)
    made = restated(
        events,
        policies,
        lambda key: partition_of(key, config.partitions),
        lateness_ms,
        config.live_since_ms,
        own.watermark_ms,
    )
    told = Reconciliation(latest(await _records(config, REVERSIBLE)), policies.networks)
    for name, partitions in made.rows.items():
        _reconcile(told, codec_for(build(name, policies, lateness_ms)), partitions.values())
    rows = await _write(config, made, own)
    await _skip_internal(config)
    return Rebuilt(len(events), rows, told.same, told.changed, told.new, told.rest())


async def _refuse_state(config: Config) -> None:
    await topics.partitions(config, [config.changelog(name) for name in config.processors])
    for name in config.processors:
        for partition in range(config.partitions):
            log = await read_log(client_settings(config), (config.changelog(name), partition))
            if log.rows.get(TASK_KEY) is not None and log.owner != WRITER.encode():
                raise FailureError(f"{config.changelog(name)}/{partition} has state: only what is gone is made anew")


async def _committed(config: Config) -> dict[tuple[str, int], int]:
    wanted = [TopicPartition(config.topic(name), n) for name in INPUTS for n in range(config.partitions)]
    found = await committed(config, config.app_id, wanted)
    return {(tp.topic, tp.partition): offset for tp, offset in found.items()}


async def _judged(config: Config, committed: dict[tuple[str, int], int]) -> list[Any]:
    """The events that were judged and not refused. What is behind the committed offsets is for the workers."""
    codec, stream_of = codec_of(config), {config.topic(name): name for name in INPUTS}
    letters = await _records(config, (DEAD_LETTERS,))
    refused = {(letter.topic, letter.partition, letter.offset) for letter in letters}
    events = []
    async for record in read_to_end(config, list(stream_of)):
        place = (record.topic, record.partition, record.offset)
        if record.offset >= committed.get(place[:2], -1) or place in refused or record.value is None:
            continue
        try:
            events.append(codec.decode(stream_of[record.topic], record.value))
        except Undecodable:
            continue
    return events


async def _records(config: Config, streams: tuple[str, ...]) -> list[Any]:
    codec, stream_of = codec_of(config, max_bytes=64 << 20), {config.topic(name): name for name in streams}
    return [codec.decode(stream_of[one.topic], one.value) async for one in read_to_end(config, list(stream_of))]


def _reconcile(told: Reconciliation, codec: RowCodec, partitions: Any) -> None:
    for rows in partitions:
        for key, data in rows.items():
            row = codec.decode(key, data)
            if told.row(row):
                rows[key] = codec.encode(row, row.fresh)


async def _write(config: Config, made: Restated, own: TaskRow) -> int:
    producer, count = CommandProducer(config), 0
    await producer.start()
    try:
        for name in config.processors:
            for partition in range(config.partitions):
                rows = made.rows[name].get(partition, {})
                # Nothing is known to be sent: whoever opens the task publishes what it says.
                batch = max((int.from_bytes(row[:8]) for row in rows.values()), default=0)
                rows[TASK_KEY] = msgspec.msgpack.encode(TaskRow(own.watermark_ms, own.newest_ms, batch, 0))
                await write_anew(config, producer, name, partition, rows, WRITER)
                count += len(rows)
    finally:
        await producer.stop()
    return count


async def _skip_internal(config: Config) -> None:
    """What tasks told each other follows from the same events, and is in the rows, under other revisions."""
    ends: dict[TopicPartition, int] = {}
    async with consumer(config, [config.topic(name) for name in INTERNAL], is_from_start=True) as client:
        async for _ in until_ends(client):
            pass
        for tp in client.assignment():
            ends[tp] = await client.position(tp)
    group = AIOKafkaConsumer(**client_settings(config), group_id=config.app_id, enable_auto_commit=False)
    await group.start()
    try:
        group.assign(list(ends))
        await group.commit(ends)
    finally:
        await group.stop()
