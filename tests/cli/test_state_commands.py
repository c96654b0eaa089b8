"""`cloudtag state` on both brokers: what is shown of a key, and a key that is let go."""

import asyncio

import pytest

from cloudtag.config import Config
from cloudtag.contract.scope import scoped
from cloudtag.engine.rows import key_prefix, row_key
from streams.kafka.partitioner import partition_of
from streams.kafka.security import client_settings
from streams.state.by_hand import read_log
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore
from tests.cli.conftest import Run
from tests.cli.test_kafka_commands import config
from tests.servers.clients import producing

__all__ = ["config"]

ID, KEY = "b1", scoped("taobao", "b1")


@pytest.fixture
def aside(config: Config) -> Config:
    """A buyer with two rows is set aside, another is not."""

    async def write() -> None:
        async with producing(**client_settings(config)) as producer:
            changelogs = Changelogs(client_settings(config), producer, "a worker", 30)
            table = StateStore("buyers", config.changelog("buyers"), MemoryStore(), changelogs)
            for key in (ID, "b2"):
                partition = partition_of(key, config.partitions)
                await table.catch_up({partition}, lambda: True)
                rows = {row_key(scoped("taobao", key), name): (7).to_bytes(8) + bytes(13) for name in ("o1", "o2")}
                await table.put_many(partition, rows)
                if key == ID:
                    await table.set_aside(partition, key_prefix(KEY), "no row")

    asyncio.run(write())
    return config


def test_keys_set_aside_and_rows_are_shown_and_let_go(run: Run, aside: Config) -> None:
    partition = partition_of(ID, aside.partitions)
    (line,) = run("state", "show").lines
    assert line.startswith(f"{partition}: {KEY} is set aside: no row (offset ")
    shown = run("state", "show", ID, "--network", "taobao")
    assert f"{partition}: o1 21 bytes, batch 7, timer 0" in shown.lines
    assert len(shown.lines) == 3
    assert run("state", "show", ID, "--network", "jd").lines == []
    assert run("state", "release", "b2", "--network", "taobao").code == 1
    done = run("state", "release", ID, "--network", "taobao")
    assert (done.code, done.err) == (0, "")
    assert run("state", "show").lines == []
    log = asyncio.run(read_log(client_settings(aside), (aside.changelog("buyers"), partition)))
    assert log.by_hand
    again = run("state", "release", ID, "--network", "taobao")
    assert again.code == 1
    assert f"{ID} is not set aside" in again.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "b1"), "buyers need --network"),
        (("show", "n1", "--processor", "parcels", "--network", "jd"), "parcels are the same in every network"),
        (("show", "b1", "--processor", "nobody"), "there is no processor 'nobody'"),
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("KAFKA", "127.0.0.1:1")
    done = run("state", *words)
    assert done.code == 2
    assert told in done.err


def test_without_state_in_format_1_nothing_is_migrated(run: Run, config: Config) -> None:
    done = run("state", "migrate")
    assert config.partitions == 3
    assert done.code == 1
    assert "nothing is to be migrated" in done.err
