"""The commands that speak to Kafka, on both brokers: topics, produce, tail, dead-letters."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import cloudtag
from cloudtag.cli.kafka import read_to_end, sender
from cloudtag.config import Config
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import DeadLetter
from cloudtag.wire import Codec, decode, encode
from streams.kafka import topics
from streams.kafka.partitioner import Misplaced, partition_of
from streams.kafka.producer import OutRecord
from streams.kafka.topics import declared
from streams.worker.misplaced import Origin, headers_of
from tests.cli.conftest import Run

ORDER = (
    '{"stream":"orders","event_id":"e%d","occurred_at":"2025-03-03T10:00:00Z",'
    '"platform":"jd","order_id":"o1","buyer_id":"b%d","shop_id":"s","status":"placed"}'
)
UNTIL_MS = 1_742_860_800_000


@pytest.fixture
def config(broker: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation of its own on the broker, with its topics."""
    monkeypatch.setenv("KAFKA", broker)
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", f"cli-{uuid.uuid4().hex[:6]}-")
    monkeypatch.setenv("CLOUDTAG_PARTITIONS", "3")
    done = run("topics", "create")
    assert done.code == 0, done.err
    assert f"{len(declared(Config.read()))} created, 0 were there, 3 partitions each" in done.out
    return Config.read()


def order_of(record: Any) -> OrderChanged:
    order = decode("orders", record.value)
    assert isinstance(order, OrderChanged)
    return order


def held(config: Config, stream: str) -> list[Any]:
    async def read() -> list[Any]:
        return [record async for record in read_to_end(config, [config.topic(stream)])]

    return asyncio.run(read())


def test_creating_topics_again_changes_nothing(run: Run, config: Config) -> None:
    assert f"0 created, {len(declared(Config.read()))} were there" in run("topics", "create").out
    wrong = run("topics", "create", "--partitions", "5")
    assert wrong.code == 1
    assert "has 3 partitions where 5 are configured" in wrong.err


def test_whoever_sends_need_not_say_how_many_partitions_there_are(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CLOUDTAG_PARTITIONS")
    (tmp_path / "f").write_text("".join(ORDER % (n, n) + "\n" for n in range(20)))
    done = run("produce", tmp_path / "f")
    assert done.code == 0, done.err
    placed = {(record.key.decode(), record.partition) for record in held(config, "orders")}
    assert placed == {(f"b{n}", partition_of(f"b{n}", config.partitions)) for n in range(20)}


def test_topics_must_be_there(run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", "nothing-")
    (tmp_path / "f").write_text(ORDER % (1, 1))
    done = run("produce", tmp_path / "f")
    assert done.code == 1
    assert "run `cloudtag topics create`" in done.err


def test_produce_keys_encodes_and_refuses(run: Run, config: Config, tmp_path: Path) -> None:
    lines = [*(ORDER % (n, n) for n in range(20)), "{", '{"stream":"alerts"}', ""]
    (tmp_path / "f").write_text("\n".join(lines))
    done = run("produce", tmp_path / "f")
    assert done.code == 1
    assert f"{tmp_path / 'f'}:21 refused: not_json" in done.err
    assert "20 events sent, 2 lines refused (1 invalid_value, 1 not_json)" in done.err
    records = held(config, "orders")
    assert sorted(order_of(record).event_id for record in records) == sorted(f"e{n}" for n in range(20))
    for record in records:
        assert record.key.decode() == order_of(record).buyer_id
        assert record.partition == partition_of(record.key.decode(), 3)


def test_produce_until_tells_every_partition_the_time(run: Run, config: Config, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(ORDER % (1, 1))
    assert run("produce", tmp_path / "f", "--until", "2025-03-25").code == 0
    for processor in config.processors:
        stream = topics.watermarks(processor)
        told = held(config, stream)
        assert sorted(record.partition for record in told) == [0, 1, 2]
        assert {decode(stream, record.value) for record in told} == {WatermarkRecord(UNTIL_MS)}


def test_tail_prints_for_people_and_for_machines(run: Run, config: Config, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(ORDER % (1, 1))
    assert run("produce", tmp_path / "f").code == 0
    told = run("tail", "orders", "--from-start", "--limit", 1)
    assert told.code == 0
    assert "order o1" in told.out
    assert "[buyer b1]" in told.out
    line = run("tail", "orders", "--from-start", "--limit", 1, "--json")
    assert json.loads(line.out)["event_id"] == "e1"


def test_tail_shows_what_lies_in_the_wrong_partition_and_where_it_was(run: Run, config: Config, broker: str) -> None:
    event = decode_order()
    found = Misplaced("orders", event.buyer_id, 2, "null_key", 1)
    source = Origin("orders", config.topic("orders"), 1, 17, UNTIL_MS, "null_key", 1, None)
    value = encode("orders", event)

    async def put() -> None:
        async with sender(config) as out:
            await out.put((config.topic("misplaced-buyers"), 2), OutRecord(b"forged", value))
            await out.put((config.topic("misplaced-buyers"), 2), OutRecord(b"b1", value, headers_of(source, found)))

    asyncio.run(put())
    told = run("tail", "misplaced", "--from-start", "--limit", 1)
    assert told.code == 0
    assert told.out.startswith(f"null_key {config.topic('orders')}/1@17 key=None: ")
    assert "order o1" in told.out
    assert "cannot be read: its headers do not say where it is from" in told.err
    counted = run("tail", "misplaced", "--until-end", "--json")
    assert json.loads(counted.out)["event_id"] == "e1"
    assert "1 record, 1 could not be read" in counted.err


def test_tail_takes_every_stream_and_ends_at_the_ends_it_found(run: Run, config: Config, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("\n".join(ORDER % (n, n % 3) for n in range(30)))
    assert run("produce", tmp_path / "f").code == 0
    bury(config, [letter(config, 4, b"\x1b[2Jno record", "not_avro")])
    told = run("tail", "all", "--until-end", "--format", "replay")
    assert told.code == 0
    lines = [json.loads(line) for line in told.lines]
    assert sorted(line["event_id"] for line in lines if line["stream"] == "orders") == sorted(
        f"e{n}" for n in range(30)
    )
    assert [line["offset"] for line in lines if line["stream"] == "dead-letters"] == [4]
    assert "31 records" in told.err
    words = run("tail", "dead-letters", "--until-end")
    assert "dead letter" in words.out
    assert run("tail", "alerts", "--until-end").out == ""
    assert len(run("tail", "orders", "alerts", "--until-end", "--buyer", "b1").lines) == 10
    assert run("tail", "orders", "--until-end", "--shop", "other").out == ""
    assert run("tail", "nothing").code == 2


def test_what_tail_writes_is_what_was_sent(run: Run, config: Config, tmp_path: Path, week: tuple[Path, Path]) -> None:
    events, _ = week
    assert run("produce", events).code == 0
    told = run("tail", "inputs", "--until-end", "--format", "replay")
    (tmp_path / "tailed").write_text(told.out)
    found = [run("replay", path, "--final", "--until", "2025-03-20").lines for path in (events, tmp_path / "tailed")]
    assert sorted(found[0]) == sorted(found[1])
    done = run(
        "backtest", "--policy", Path(cloudtag.__file__).parent / "policy" / "packs", "--json", tmp_path / "tailed"
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["unread"] == 0


def test_nothing_in_a_record_reaches_the_terminal_as_an_order_to_it(run: Run, config: Config, tmp_path: Path) -> None:
    line = json.loads(ORDER % (1, 1)) | {"buyer_id": "b\u009b31m\u202e", "shop_id": "s\x1b]0;x\x07\nfake"}
    (tmp_path / "f").write_text(json.dumps(line))
    assert run("produce", tmp_path / "f").code == 0
    words = run("tail", "orders", "--until-end")
    assert len(words.lines) == 1
    replayed = run("tail", "orders", "--until-end", "--json")
    for out in (words.out, replayed.out):
        assert not [char for char in out.strip("\n") if not char.isprintable()]
    assert json.loads(replayed.out)["shop_id"] == line["shop_id"]
    assert json.loads(replayed.out)["buyer_id"] == line["buyer_id"]


def bury(config: Config, letters: list[DeadLetter]) -> None:
    """Put letters into their topic."""

    async def put() -> None:
        async with sender(config) as out:
            for n, one in enumerate(letters):
                target = (config.topic("dead-letters"), n % 3)
                await out.put(target, OutRecord(b"orders", encode("dead-letters", one)))

    asyncio.run(put())


def test_dead_letters_are_listed_with_what_they_hold(run: Run, config: Config) -> None:
    good = encode("orders", decode_order())
    bad = [
        letter(config, 0, good, "too_late"),
        letter(config, 1, b"\x00\x00\x00\x00\x07\xff\x1b[2J", "unknown_schema"),
        letter(config, 2, b"a text of some length \xe2\x80\xae", "not_avro"),
        letter(config, 3, b"", "empty"),
    ]
    bury(config, [*bad, bad[0]])
    listed = run("dead-letters", "list")
    assert "4 dead letters" in listed.out
    assert '"order_id":"o1"' in listed.out
    assert "hex 0000000007ff1b5b324a" in listed.out
    assert "text a text of some length \\u202e" in listed.out
    assert "\x1b" not in listed.out
    assert "days ago  waiting" in listed.out
    assert "1 dead letter ·" in run("dead-letters", "list", "--reason", "not_avro").out
    assert "0 dead letters" in run("dead-letters", "list", "--topic", "refunds").out
    assert "4 dead letters" in run("dead-letters", "list", "--topic", "orders", "--since", str(UNTIL_MS)).out
    assert "0 dead letters" in run("dead-letters", "list", "--since", str(UNTIL_MS + 1)).out
    told = [json.loads(line) for line in run("dead-letters", "list", "--json").lines]
    assert [line["form"] for line in told] == ["json", "hex", "text", "hex"]
    assert told[0]["payload"]["buyer_id"] == "b1"


def test_a_value_the_stream_refuses_is_shown_as_its_schema_reads_it(run: Run, config: Config) -> None:
    early = Codec().write("orders", replace(decode_order(), occurred_at=1))
    bury(config, [letter(config, 0, early, "invalid_value"), letter(config, 1, early[:-3], "truncated")])
    told = [json.loads(line) for line in run("dead-letters", "list", "--json").lines]
    assert told[0]["form"] == "avro"
    assert told[0]["payload"]["occurred_at"] == 1
    assert told[1]["form"] == "hex"


def test_dead_letters_are_sent_again_once(run: Run, config: Config) -> None:
    good, bad = encode("orders", decode_order()), b"\x00\x00\x00\x00\x07unknown"
    cut = replace(letter(config, 102, bad, "too_large"), value_bytes=99, value_sha256="ab" * 32)
    internal = replace(letter(config, 104, b"\xc1", "truncated"), topic=config.topic("waybill-uses"))
    elsewhere = replace(letter(config, 103, bad, "invalid_value"), topic=config.topic("alerts"))
    ready = [letter(config, 100, good, "unknown_schema"), letter(config, 101, bad, "truncated"), internal]
    bury(config, [*ready, cut, elsewhere])
    assert f"{len(bad)} of 99 bytes" in run("dead-letters", "list").out
    dry = run("dead-letters", "replay", "--dry-run")
    assert "3 would be sent again, 2 not" in dry.err
    assert held(config, "orders") == []
    sent = run("dead-letters", "replay", "--reason", "unknown_schema")
    assert "1 sent again, 0 not" in sent.err
    assert "@100 sent again as" in sent.out
    assert [(record.key, record.value) for record in held(config, "orders")] == [(b"b1", good)]
    again = run("dead-letters", "replay")
    assert "2 sent again, 3 not" in again.err
    assert "@100 not sent: sent again, not read yet" in again.out
    assert f"@102 not sent: cut: {len(bad)} of 99 bytes are kept, sha256 {'ab' * 32}" in again.out
    assert "@103 not sent: not from a topic that is judged" in again.out
    assert "0 sent again, 5 not" in run("dead-letters", "replay").err
    assert len(held(config, "orders")) == 2
    assert [record.value for record in held(config, "waybill-uses")] == [b"\xc1"]


def test_a_letter_that_is_refused_again_says_so_and_may_be_sent_once_more(run: Run, config: Config) -> None:
    bad = b"\x00\x00\x00\x00\x07unknown"
    bury(config, [letter(config, 7, bad, "unknown_schema")])
    assert run("dead-letters", "replay").code == 0
    (record,) = held(config, "orders")
    bury(config, [letter(config, record.offset, bad, "truncated", record.partition)])
    listed = run("dead-letters", "list").out
    assert f"refused again (truncated) as {config.topic('orders')}/{record.partition}@{record.offset}" in listed
    assert "waiting" in listed
    assert "1 sent again, 1 not" in run("dead-letters", "replay").err


def decode_order() -> OrderChanged:
    from cloudtag.wire import decode_json

    order = decode_json(ORDER % (1, 1))[1]
    assert isinstance(order, OrderChanged)
    return order


def letter(config: Config, offset: int, value: bytes, reason: str, partition: int = 1) -> DeadLetter:
    return DeadLetter(
        topic=config.topic("orders"),
        partition=partition,
        offset=offset,
        key=b"b1",
        value=value,
        reason=reason,
        error="as the test says",
        seen_at=UNTIL_MS,
    )
