"""The commands that speak to Kafka, on both brokers: topics, produce, tail, dead-letters."""

import asyncio
import json
import uuid

import pytest
from msgspec.structs import replace

from cloudtag.cli.kafka import read_to_end, sender
from cloudtag.config import Config
from cloudtag.contract.forwards import TimePassed
from cloudtag.contract.records import DeadLetter
from cloudtag.wire import decode, encode
from streams import topics
from streams.misplaced import Misplaced, Origin, headers_of
from streams.partition import partition_of
from streams.publisher import Record
from streams.topics import declared
from tests.brokers import broker, kafka_bootstrap, tansu_bootstrap

__all__ = ["broker", "kafka_bootstrap", "tansu_bootstrap"]

ORDER = (
    '{"stream":"orders","event_id":"e%d","occurred_at":"2025-03-03T10:00:00Z",'
    '"platform":"jd","order_id":"o1","buyer_id":"b%d","shop_id":"s","status":"placed"}'
)
UNTIL_MS = 1_742_860_800_000


@pytest.fixture
def config(broker: str, run, monkeypatch) -> Config:
    """An installation of its own on the broker, with its topics."""
    monkeypatch.setenv("KAFKA", broker)
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", f"cli-{uuid.uuid4().hex[:6]}-")
    monkeypatch.setenv("CLOUDTAG_PARTITIONS", "3")
    done = run("topics", "create")
    assert done.code == 0, done.err
    assert f"{len(declared(Config.read()))} created, 0 were there, 3 partitions each" in done.out
    return Config.read()


def held(config: Config, stream: str) -> list:
    async def read() -> list:
        return [record async for record in read_to_end(config, [config.topic(stream)])]

    return asyncio.run(read())


def test_creating_topics_again_changes_nothing(run, config):
    assert f"0 created, {len(declared(Config.read()))} were there" in run("topics", "create").out
    wrong = run("topics", "create", "--partitions", "5")
    assert wrong.code == 1
    assert "has 3 partitions where 5 are configured" in wrong.err


def test_topics_must_be_there(run, config, monkeypatch, tmp_path):
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", "nothing-")
    (tmp_path / "f").write_text(ORDER % (1, 1))
    done = run("produce", tmp_path / "f")
    assert done.code == 1
    assert "run `cloudtag topics create`" in done.err


def test_produce_keys_encodes_and_refuses(run, config, tmp_path):
    lines = [*(ORDER % (n, n) for n in range(20)), "{", '{"stream":"alerts"}', ""]
    (tmp_path / "f").write_text("\n".join(lines))
    done = run("produce", tmp_path / "f")
    assert done.code == 1
    assert f"{tmp_path / 'f'}:21 refused: not_json" in done.err
    assert "20 events sent, 2 lines refused (1 invalid_value, 1 not_json)" in done.err
    records = held(config, "orders")
    assert sorted(decode("orders", record.value).event_id for record in records) == sorted(f"e{n}" for n in range(20))
    for record in records:
        assert record.key.decode() == decode("orders", record.value).buyer_id
        assert record.partition == partition_of(record.key.decode(), 3)


def test_produce_until_tells_every_partition_the_time(run, config, tmp_path):
    (tmp_path / "f").write_text(ORDER % (1, 1))
    assert run("produce", tmp_path / "f", "--until", "2025-03-25").code == 0
    for processor in config.processors:
        stream = topics.ticks(processor)
        told = held(config, stream)
        assert sorted(record.partition for record in told) == [0, 1, 2]
        assert {decode(stream, record.value) for record in told} == {TimePassed(UNTIL_MS)}


def test_tail_prints_for_people_and_for_machines(run, config, tmp_path):
    (tmp_path / "f").write_text(ORDER % (1, 1))
    assert run("produce", tmp_path / "f").code == 0
    told = run("tail", "orders", "--from-start", "--limit", 1)
    assert told.code == 0
    assert "order_id=o1" in told.out
    line = run("tail", "orders", "--from-start", "--limit", 1, "--json")
    assert json.loads(line.out)["event_id"] == "e1"


def test_tail_shows_what_lies_in_the_wrong_partition_and_where_it_was(run, config, broker):
    event = decode_order()
    found = Misplaced("orders", event.buyer_id, 2, "null_key", 1)
    source = Origin("orders", config.topic("orders"), 1, 17, UNTIL_MS, "null_key", 1, None)
    value = encode("orders", event)

    async def put() -> None:
        async with sender(config) as out:
            await out.put((config.topic("misplaced-buyers"), 2), Record(b"forged", value))
            await out.put((config.topic("misplaced-buyers"), 2), Record(b"b1", value, headers_of(source, found)))

    asyncio.run(put())
    told = run("tail", "misplaced", "--from-start", "--limit", 1)
    assert told.code == 0
    assert f"null_key {config.topic('orders')}/1@17 key=None orders event_id=e1" in told.out
    assert "cannot be read: its headers do not say where it is from" in told.err


def test_dead_letters_are_listed_and_sent_again(run, config):
    good, bad = encode("orders", decode_order()), b"\x00\x00\x00\x00\x07unknown"
    letters = [letter(config, 0, good, "unknown_schema"), letter(config, 1, bad, "truncated")]

    async def bury() -> None:
        async with sender(config) as out:
            for n, one in enumerate([*letters, letters[0]]):
                target = (config.topic("dead-letters"), n % 3)
                await out.put(target, Record(b"orders", encode("dead-letters", one)))

    asyncio.run(bury())
    listed = run("dead-letters", "list")
    assert "2 dead letters" in listed.out
    assert "unknown_schema" in listed.out
    assert "1 dead letters" in run("dead-letters", "list", "--reason", "truncated").out
    assert "would be sent again" in run("dead-letters", "replay", "--dry-run").err
    assert held(config, "orders") == []
    assert "1 records sent again" in run("dead-letters", "replay", "--reason", "unknown_schema").err
    assert [(record.key, record.value) for record in held(config, "orders")] == [(b"b1", good)]


def test_a_cut_letter_is_told_of_and_never_sent(run, config):
    whole = letter(config, 0, encode("orders", decode_order()), "unknown_schema")
    cut = replace(whole, offset=1, value=whole.value[:5], value_bytes=len(whole.value), value_sha256="ab" * 32)

    async def bury() -> None:
        async with sender(config) as out:
            for one in (whole, cut):
                await out.put((config.topic("dead-letters"), 0), Record(b"orders", encode("dead-letters", one)))

    asyncio.run(bury())
    assert f"5 of {len(whole.value)}" in " ".join(run("dead-letters", "list").out.split())
    done = run("dead-letters", "replay")
    assert f"not sent, cut: {config.topic('orders')}/1 at 1, sha256 {'ab' * 32}" in done.err
    assert "1 records sent again" in done.err
    assert [record.value for record in held(config, "orders")] == [whole.value]


def decode_order():
    from cloudtag.wire import decode_json

    return decode_json(ORDER % (1, 1))[1]


def letter(config: Config, offset: int, value: bytes, reason: str) -> DeadLetter:
    return DeadLetter(
        topic=config.topic("orders"),
        partition=1,
        offset=offset,
        key=b"b1",
        value=value,
        reason=reason,
        error="as the test says",
        seen_at=UNTIL_MS,
    )
