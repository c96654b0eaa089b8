"""State in format 1, as a version before wrote it, brought to format 2: what stands in the end is what replay says."""

import gzip
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudtag.changelog.records import OWN
from cloudtag.cli.failure import FailureError
from cloudtag.cli.kafka import read_to_end
from cloudtag.cli.migrate_state import migrate
from cloudtag.config import Config
from cloudtag.contract.scope import unscoped
from cloudtag.contract.standing import is_taken_back, record_key
from cloudtag.contract.streams import OUTPUTS, READS
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import split_key
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import drive, judge
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.testing.standing import standing
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.kafka.producer import OutRecord, publish
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared
from streams.state.by_hand import read_log
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from tests.servers.clients import producing

SAMPLE = Path(__file__).parents[1] / "data" / "state-1" / "sample.msgpack.gz"
"""The changelogs of a version before ids had scopes, and of format 1; the events they are of, and some that came later.
Three buyers have namesakes in another network."""


def sample() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.msgpack.decode(gzip.decompress(SAMPLE.read_bytes()))
    return found


async def installed(broker: str) -> Config:
    """An installation as the version before left it."""
    config = Config(brokers=broker, topic_prefix=f"m{uuid.uuid4().hex[:6]}-", partitions=1)
    old = [Declared(config.first_changelog(name), 1, 1, {"cleanup.policy": "compact"}) for name in READS]
    await topics.create(config, old)
    await topics.create(config)
    codec, records = Codec(), {}
    for name, rows in sample()["changelog"].items():
        records[config.first_changelog(name), 0] = [OutRecord(key, value) for key, value in rows]
    for stream, value in sample()["published"]:
        record = codec.decode(stream, value)
        key = OUTPUTS[stream].key_of(record)
        records.setdefault((config.topic(stream), 0), []).append(OutRecord(key.encode(), value))
    async with producing(**client_settings(config)) as producer:
        await publish(producer, records)
    return config


async def stored(config: Config) -> dict[str, MemoryRows]:
    """What workers would find."""
    found = memory_rows()
    for name in READS:
        log = await read_log(client_settings(config), (config.changelog(name), 0))
        assert log.is_settled
        rows = {key: row for key, row in log.rows.items() if row and (key == TASK_KEY or not key.startswith(OWN))}
        found[name].apply(rows)
    return found


async def published(config: Config) -> list[Any]:
    topic_of, codec = {config.topic(name): name for name in OUTPUTS}, Codec()
    return [codec.decode(topic_of[one.topic], one.value) async for one in read_to_end(config, list(topic_of))]


async def test_what_is_migrated_goes_on_as_if_it_had_always_been_so(broker: str) -> None:
    config, codec = await installed(broker), Codec()
    events = [codec.decode(stream, value) for stream, value in sample()["events"]]
    before = await published(config)
    done = await migrate(config, shipped())
    assert done.rows > 300
    assert not done.left
    rows = await stored(config)
    twins = Counter(unscoped(split_key(key)[0])[1] for key in _files(rows["buyers"]))
    assert sum(count == 2 for count in twins.values()) >= 3
    # What stood under ids of before is taken back, each once.
    taken_back = [record for record in await published(config) if record not in before]
    assert all(map(is_taken_back, taken_back))
    assert {record_key(record) for record in taken_back} == {
        key for (_, key), record in standing(before).items() if hasattr(record, "status")
    }
    # Then workers open the tasks, and judge what comes.
    topology = Topology(shipped(), config.lateness_seconds * 1000, rows)
    told = [output.record for output in topology.open()]
    told += [record for _, record in drive(topology, shipped().networks, events[sample()["judged"] :])]
    wanted = [record for _, record in judge(list(events))]
    assert standing(told) == standing(wanted)
    assert standing([*before, *taken_back]).keys() & standing(told).keys() == set()


async def test_migrating_again_begins_anew_and_ends_the_same(tansu_bootstrap: str) -> None:
    config = await installed(tansu_bootstrap)
    await migrate(config, shipped())
    first = await stored(config)
    await migrate(config, shipped())
    again = await stored(config)
    assert {name: dict(rows.all_rows()) for name, rows in first.items()} == {
        name: dict(rows.all_rows()) for name, rows in again.items()
    }


async def test_what_workers_have_written_since_is_not_written_over(tansu_bootstrap: str) -> None:
    config = await installed(tansu_bootstrap)
    await migrate(config, shipped())
    async with producing(**client_settings(config)) as producer:
        changelogs = Changelogs(client_settings(config), producer, "a worker", 30)
        table = StateStore("buyers", config.changelog("buyers"), MemoryStore(), changelogs)
        await table.catch_up({0}, lambda: True)
    with pytest.raises(FailureError, match="belongs to a worker"):
        await migrate(config, shipped())


async def test_without_rows_in_format_1_there_is_nothing_to_migrate(tansu_bootstrap: str) -> None:
    config = Config(brokers=tansu_bootstrap, topic_prefix=f"m{uuid.uuid4().hex[:6]}-", partitions=1)
    await topics.create(config)
    with pytest.raises(FailureError, match="no rows in format 1"):
        await migrate(config, shipped())


def _files(rows: MemoryRows) -> set[bytes]:
    return {key for key in rows._files if key != OWN}
