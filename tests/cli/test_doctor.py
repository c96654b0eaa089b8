"""`cloudtag doctor` on both brokers: producers of librdkafka make every mistake, and each is found and named."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Producer

from cloudtag.config import Config
from cloudtag.contract.events import (
    BuyerContacted,
    ComplaintChanged,
    Event,
    InsuranceChanged,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    ReturnInspected,
    ReviewPosted,
)
from cloudtag.contract.records import DeadLetter
from cloudtag.parcels.numbers import canonical_number
from cloudtag.wire import Codec
from cloudtag.wire.varints import written
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.topics import declared
from tests.cli.conftest import Run

WRITE = Codec().write
"""Like a producer that checks nothing: what it has wrong is what the doctor is to find."""

COUNT = 40
HOUR = 3_600_000
LIBRARY = {"linger.ms": 20, "log_level": 2}


@pytest.fixture
def empty(broker: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation of its own on the broker, without any topic."""
    monkeypatch.setenv("KAFKA", broker)
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", f"dr-{uuid.uuid4().hex[:6]}-")
    monkeypatch.setenv("CLOUDTAG_PARTITIONS", "4")
    return Config.read()


@pytest.fixture
def config(empty: Config) -> Config:
    """The same with its topics."""
    asyncio.run(topics.create(empty))
    return empty


Sent = tuple[bytes | str | None, bytes, int | None]
"""Key, value, and partition or none."""


class Upstream:
    """Producers of one installation, each with settings of its own."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def send(self, stream: str, records: Iterable[Sent], **settings: Any) -> None:
        """Send (key, value, partition or none) with a librdkafka producer set as given."""
        made = {"bootstrap.servers": self._config.brokers, **LIBRARY}
        producer = Producer(made | {name.replace("_", "."): value for name, value in settings.items()})
        for key, value, partition in records:
            place: dict[str, Any] = {} if partition is None else {"partition": partition}
            producer.produce(self._config.topic(stream), value=value, key=key, **place)
        assert producer.flush(30) == 0

    def events(
        self, stream: str, made: Iterable[Event], key: Callable[[Any], str | bytes | None], **settings: Any
    ) -> None:
        self.send(stream, [(key(event), WRITE(stream, event), None) for event in made], **settings)


def now() -> int:
    return int(time.time() * 1000)


def diagnosis(run: Run, *options: object) -> tuple[int, list[dict[str, Any]]]:
    done = run("doctor", "--json", *options)
    assert done.err == ""
    return done.code, json.loads(done.out)["findings"]


def of(findings: list[dict[str, Any]], check: str, topic: str, severity: str = "bad") -> list[dict[str, Any]]:
    return [f for f in findings if (f["check"], f["topic"], f["severity"]) == (check, topic, severity)]


def ids(count: int = COUNT) -> list[tuple[str, str, str]]:
    return [(f"e{n}", f"o{n}", f"b{n}") for n in range(count)]


def test_every_mistake_of_a_producer_is_found_and_named(run: Run, config: Config) -> None:
    upstream, at = Upstream(config), now()
    orders = [OrderChanged(e, at, "Tabao", o, b, "s", status="placed") for e, o, b in ids()]
    upstream.events("orders", orders, lambda event: event.buyer_id, compression_codec="zstd")
    refunds = [RefundChanged(e, at, "jd", f"r{o}", o, b, "s") for e, o, b in ids()]
    upstream.events(
        "refunds", refunds, lambda event: event.order_id, compression_codec="lz4", partitioner="murmur2_random"
    )
    ahead = [ReviewPosted(e, at + 8 * HOUR, "jd", f"v{o}", o, b, "s", rating=1) for e, o, b in ids()]
    upstream.events("reviews", ahead, lambda event: None, compression_codec="snappy")
    same = [ComplaintChanged(o[:1], at, "jd", f"c{o}", b, "s", order_id=o) for _, o, b in ids()]
    upstream.events("complaints", same, lambda e: e.buyer_id, compression_codec="gzip", partitioner="murmur2_random")
    seconds = [WRITE("contacts", BuyerContacted(e, at, "jd", o, b, "s")) for e, o, b in ids()]
    seconds = [value.replace(written(at), written(at // 1000)) for value in seconds]
    upstream.send("contacts", [(b"b0", value, partition_of("b0", 4)) for value in seconds])
    upstream.send("logistics", [(b"w", json.dumps({"waybill_no": "w"}).encode(), None)] * 3)
    insurance = [WRITE("insurance", InsuranceChanged(e, at, "jd", f"c{o}", o, b, "s")) for e, o, b in ids()]
    upstream.send("insurance", [(b"b", b"\0\0\0\0\x07" + value[10:], None) for value in insurance])

    code, findings = diagnosis(run)
    name = config.topic
    assert code == 1
    (found,) = of(findings, "partition", name("orders"))
    assert "librdkafka's default partitioner (CRC32)" in found["text"]
    assert "partitioner=murmur2_random" in found["advice"]
    (found,) = of(findings, "platform", name("orders"))
    assert (found["figures"]["platform"], found["figures"]["meant"]) == ("Tabao", "taobao")
    (found,) = of(findings, "key", name("refunds"))
    assert "have order_id as key instead of buyer_id" in found["text"]
    (found,) = of(findings, "partition", name("refunds"))
    assert "key is order_id" in found["text"]
    assert [f["figures"]["kind"] for f in of(findings, "key", name("reviews"))] == ["none"]
    assert "UTC+8" in of(findings, "clock", name("reviews"))[0]["text"]
    assert of(findings, "event_id", name("complaints"))[0]["figures"]["records"] == COUNT
    assert not of(findings, "partition", name("complaints"))
    assert of(findings, "clock", name("contacts"))[0]["figures"]["kind"] == "seconds"
    assert of(findings, "framing", name("contacts"))[0]["figures"]["reason"] == "invalid_value"
    assert of(findings, "framing", name("logistics"))[0]["figures"]["framing"] == "JSON"
    (found,) = of(findings, "framing", name("insurance"))
    assert (found["figures"]["framing"], found["figures"]["reason"]) == ("registry frame", "unknown_schema")
    (found,) = of(findings, "feeds", name("inspections"), "warn")
    assert "switched_goods" in found["figures"]["blind"]
    assert run("doctor").code == 1


def test_the_codec_of_each_topic_is_told(run: Run, config: Config) -> None:
    codecs = {"orders": "zstd", "refunds": "lz4", "reviews": "snappy", "complaints": "gzip", "contacts": "none"}
    upstream = Upstream(config)
    for stream, codec in codecs.items():
        # A batch that grows by packing is sent as it is.
        upstream.send(stream, [(b"b", b"value " * 100, 0)] * 20, compression_codec=codec)
    _, findings = diagnosis(run)
    for stream, codec in codecs.items():
        (found,) = of(findings, "codec", config.topic(stream), "ok")
        assert found["text"] == f"packed with: {codec} (format 2)"
        assert found["figures"] == {f"{codec}, format 2": 20}


def test_sound_producers_end_with_nothing_bad(run: Run, config: Config) -> None:
    upstream, at = Upstream(config), now()
    good = {"partitioner": "murmur2_random", "compression_codec": "lz4"}
    orders = [OrderChanged(e, at, "taobao", o, b, "s", status="placed") for e, o, b in ids()]
    upstream.events("orders", orders, lambda event: event.buyer_id, **good)
    scans = [ParcelScanned(e, at, "jd", "sf", f"w{o}") for e, o, _ in ids()]
    upstream.events("logistics", scans, lambda event: canonical_number(event.waybill_no), **good)
    seen = [ReturnInspected(e, at, "jd", f"r{o}", o, b, "s") for e, o, b in ids()]
    upstream.events("inspections", seen, lambda event: event.buyer_id, **good)
    code, findings = diagnosis(run)
    assert [f for f in findings if f["severity"] == "bad"] == []
    assert code == 0
    told = run("doctor")
    assert told.code == 0
    assert "every record is where its key belongs" in told.out
    assert " 0 bad" in told.out


def test_a_sample_is_the_newest_records(run: Run, config: Config) -> None:
    upstream, at = Upstream(config), now()
    for batch, platform in enumerate(("nowhere", "jd")):
        made = [OrderChanged(f"e{batch}{e}", at, platform, o, b, "s") for e, o, b in ids(200)]
        upstream.events("orders", made, lambda event: event.buyer_id, partitioner="murmur2_random")
    assert of(diagnosis(run)[1], "platform", config.topic("orders"), "warn")
    done = run("doctor", "--json", "--sample", "40")
    told = json.loads(done.out)
    assert told["sampled"] == {config.topic("orders"): 40}
    assert of(told["findings"], "platform", config.topic("orders"), "ok")


def test_dead_letters_are_told_with_an_example(run: Run, config: Config) -> None:
    upstream = Upstream(config)
    upstream.send("orders", [(b"b", b"garbage", 1)] * 10)
    letter = DeadLetter(
        topic=config.topic("orders"), partition=1, offset=3, reason="not_avro", error="starts with 6761", seen_at=now()
    )
    upstream.send("dead-letters", [(b"k", WRITE("dead-letters", letter), 0)] * 2)
    (found,) = of(diagnosis(run)[1], "dead_letters", config.topic("orders"))
    assert found["figures"] == {"reason": "not_avro", "letters": 1, "records": 1, "sampled": 10}
    assert "starts with 6761" in found["text"]


def test_topics_that_are_missing_or_set_wrongly_are_told(run: Run, empty: Config) -> None:
    wanted = {topic.name.removeprefix(empty.topic_prefix): topic for topic in declared(empty)}
    for name, setting in (
        ("orders", {"message.timestamp.type": "CreateTime"}),
        ("tags", {"retention.ms": "3600000"}),
        ("shops", {"cleanup.policy": "compact"}),
    ):
        wanted[name] = changed(wanted[name], config=wanted[name].config | setting)
    wanted["reviews"] = changed(wanted["reviews"], partitions=3)
    del wanted["refunds"]
    asyncio.run(topics.create(empty, list(wanted.values())))
    code, findings = diagnosis(run)
    assert code == 1
    told = {f["topic"].removeprefix(empty.topic_prefix): f for f in findings if f["check"] == "topics"}
    assert "does not exist" in told["refunds"]["text"]
    assert "has 3 partitions where 4 are configured" in told["reviews"]["text"]
    assert (told["orders"]["severity"], told["tags"]["severity"]) == ("bad", "warn")
    assert "message.timestamp.type is CreateTime" in told["orders"]["text"]
    assert "retention.ms is 3600000" in told["tags"]["text"]
    shops = [f["text"] for f in of(findings, "topics", empty.topic("shops"))]
    assert any("cleanup.policy is compact" in text for text in shops)
    assert told["alerts"]["severity"] == "ok"


async def standing(config: Config) -> tuple[set[str], set[str]]:
    """The installation's topics, and the consumer groups there are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    try:
        groups = {group[0] for group in await admin.list_consumer_groups()}
        # Topics of other tests may still be on their way into the broker's answers.
        return {name for name in await admin.list_topics() if name.startswith(config.topic_prefix)}, groups
    finally:
        await admin.close()


def test_it_only_reads(run: Run, empty: Config) -> None:
    before = asyncio.run(standing(empty))
    code, findings = diagnosis(run)
    assert code == 1
    assert len(of(findings, "topics", empty.topic("orders"))) == 1
    assert asyncio.run(standing(empty)) == before
    asyncio.run(topics.create(empty))
    Upstream(empty).send("orders", [(b"b", b"v", None)])
    before = asyncio.run(standing(empty))
    diagnosis(run)
    assert asyncio.run(standing(empty)) == before


def test_a_codec_this_installation_lacks_is_told(config: Config, tmp_path: Path) -> None:
    Upstream(config).send("orders", [(b"b", b"value" * 100, 0)] * 5, compression_codec="zstd")
    (tmp_path / "cramjam.py").write_text("raise ImportError('not installed')\n")
    settings = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "cloudtag.cli", "doctor", "--json"]
    done = subprocess.run(command, env=settings, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    (found,) = of(json.loads(done.stdout)["findings"], "codec", config.topic("orders"))
    assert "5 of 5 records (100.0 %) are packed with zstd" in found["text"]
    assert "cramjam" in found["advice"]


def test_a_broker_that_is_away_and_wrong_usage_end_with_2_and_show_no_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_PASSWORD", "hunter2")
    monkeypatch.setenv("CLOUDTAG_KAFKA_SECURITY", "SASL_PLAINTEXT")
    monkeypatch.setenv("CLOUDTAG_KAFKA_USER", "doctor")
    away = run("doctor", "--brokers", "127.0.0.1:1", "--debug")
    assert away.code == 2
    assert "is the broker up?" in away.err
    monkeypatch.setenv("CLOUDTAG_SCHEMA_REGISTRY_URL", "ftp://user:hunter2@registry")
    wrong = run("doctor", "--brokers", "127.0.0.1:1")
    assert wrong.code == 2
    assert "CLOUDTAG_SCHEMA_REGISTRY_URL is an address alone" in wrong.err
    assert run("doctor", "--sample", "0").code == 2
    assert run("doctor", "--policies", "/nowhere", "--brokers", "127.0.0.1:1").code == 2
    assert "hunter2" not in away.out + away.err + wrong.out + wrong.err
