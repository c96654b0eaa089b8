"""`cloudtag forget` on a real broker and a real warehouse: told, erased, counted; and stored by no sink again."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from cloudtag.cli.forget import what_stays
from cloudtag.cli.kafka import read_to_end
from cloudtag.cli.sink import _sink_config
from cloudtag.config import Config
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.wire import decode
from streams.kafka.topics import declared
from streams.sink import Sink
from tests.cli.conftest import Run
from tests.streams.sink.log import until

PEOPLE = {"audit"}
SILENT = {"logistics", "shops", "accounts", "violations", "abuses", "courier-hours", "dead-letters-replayed", *PEOPLE}
SECRET = "sixteen bytes and more"
ORDER = (
    '{"stream":"orders","event_id":"e%s","occurred_at":"2026-03-03T10:00:00Z","status":"paid",'
    '"platform":"jd","order_id":"o%s","buyer_id":"%s","shop_id":"s","address_hash":"home-%s"}\n'
)


@pytest.fixture
def config(one_bootstrap: str, warehouse_url: str, database: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Config:
    name = f"forget_{uuid.uuid4().hex[:6]}"
    monkeypatch.setenv("KAFKA", one_bootstrap)
    monkeypatch.setenv("CLICKHOUSE", f"{warehouse_url}/{database}")
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", f"{name}-")
    monkeypatch.setenv("CLOUDTAG_APP_ID", name)
    monkeypatch.setenv("CLOUDTAG_PARTITIONS", "2")
    monkeypatch.setenv("CLOUDTAG_HASH_SECRET", SECRET)
    monkeypatch.setenv("CLOUDTAG_SESSION_TIMEOUT_SECONDS", "6")
    assert run("topics", "create").code == 0
    return Config.read()


def sink_all(config: Config) -> None:
    """Run a sink until everything on the broker is stored."""

    async def work() -> None:
        sink, stop = Sink(_sink_config(config)), asyncio.Event()
        running = asyncio.create_task(sink.run(stop))

        async def is_done() -> bool:
            return await sink.behind() == 0

        await until(is_done)
        stop.set()
        await running

    asyncio.run(work())


def requests(config: Config) -> list[Any]:
    async def read() -> list[Any]:
        return [decode("erasures", r.value) async for r in read_to_end(config, [config.topic("erasures")])]

    return asyncio.run(read())


def rows_about(config: Config, table: str, buyer: str) -> int:
    from cloudtag.cli.clickhouse import connect, database_of

    sql = f"SELECT count() FROM {database_of(config)}.{table} FINAL WHERE buyer_key = {{key:String}}"
    key = Pseudonymizer(SECRET.encode()).buyer("jd", buyer)
    return int(connect(config).query(sql, parameters={"key": key}).result_rows[0][0])


@pytest.fixture
def stored(config: Config, run: Run, tmp_path: Path) -> Config:
    """Two buyers with an order each, in the warehouse."""
    lines = tmp_path / "orders.jsonl"
    lines.write_text("".join(ORDER % (n, n, buyer, n) for n, buyer in enumerate(("anna", "bert"))))
    assert run("produce", lines).code == 0
    sink_all(config)
    return config


def test_a_dry_run_tells_what_is_held_and_changes_nothing(run: Run, stored: Config) -> None:
    done = run("forget", "anna", "--platform", "jd", "--dry-run")
    assert done.code == 0, done.err
    assert "orders" in done.out
    assert "identities" in done.out
    assert "nothing was published or erased" in done.err
    assert (requests(stored), rows_about(stored, "orders", "anna")) == ([], 1)


def test_who_is_not_sure_changes_nothing(process: Run, stored: Config) -> None:
    done = process("forget", "anna", "--platform", "jd", stdin=b"n\n")
    assert done.code == 1
    assert (requests(stored), rows_about(stored, "orders", "anna")) == ([], 1)


def test_a_forgotten_buyer_is_told_erased_and_counted(run: Run, stored: Config) -> None:
    done = run("forget", "anna", "--platform", "jd", "--yes")
    assert done.code == 0, done.err
    assert "held after the erasure: no row about the buyer in any table" in done.out
    assert "go when they are 30 days old" in done.err
    assert [(r.buyer_id, r.platform) for r in requests(stored)] == [("anna", "jd")]
    assert (rows_about(stored, "orders", "anna"), rows_about(stored, "orders", "bert")) == (0, 1)


def test_every_topic_that_may_name_a_buyer_is_told(config: Config) -> None:
    told = " ".join(what_stays(config))
    for topic in declared(config):
        name = topic.name.removeprefix(config.topic_prefix)
        # Shops, couriers, parcels, who looked at what: no buyer is named there, nor by time that passes, nor by places
        # in topics.
        is_silent = name in SILENT or name.startswith("watermarks-")
        assert (f" {topic.name}," in told or f" {topic.name} " in told) is not is_silent, name


def test_no_sink_stores_the_buyer_again(
    run: Run, stored: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("forget", "anna", "--platform", "jd", "--yes").code == 0
    sink_all(stored)
    again = tmp_path / "again.jsonl"
    again.write_text("".join(ORDER % (n, n, buyer, n) for n, buyer in ((7, "anna"), (8, "bert"))))
    assert run("produce", again).code == 0
    sink_all(stored)
    # Another sink that reads the whole log from its beginning.
    monkeypatch.setenv("CLOUDTAG_APP_ID", f"{stored.app_id}-other")
    sink_all(Config.read())
    assert (rows_about(stored, "orders", "anna"), rows_about(stored, "orders", "bert")) == (0, 2)
    assert run("forget", "anna", "--platform", "jd", "--dry-run").out.startswith("held now: no row")


def test_another_secret_is_told_before_anything_happens(
    run: Run, stored: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDTAG_HASH_SECRET", "another secret of some length")
    done = run("forget", "anna", "--platform", "jd", "--yes")
    assert done.code == 2
    assert "another CLOUDTAG_HASH_SECRET" in done.err
    assert requests(stored) == []


def test_without_a_warehouse_the_request_is_published_all_the_same(
    run: Run, stored: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLICKHOUSE")
    done = run("forget", "bert", "--platform", "jd", "--yes")
    assert done.code == 0, done.err
    assert "its sink erases the rows" in done.err
    assert [r.buyer_id for r in requests(stored)] == ["bert"]
    sink_all_again = Config.read(clickhouse_url=stored.clickhouse_url)
    sink_all(sink_all_again)
    assert rows_about(stored, "orders", "bert") == 0
