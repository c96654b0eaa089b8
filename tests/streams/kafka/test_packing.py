"""What nobody but workers reads travels compressed, everything else as it is."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer import fetcher
from confluent_kafka import OFFSET_BEGINNING, Consumer
from confluent_kafka import TopicPartition as Place

from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS
from streams.kafka.codecs import CODECS
from streams.kafka.packing import WORTH_BYTES, Packing
from streams.kafka.producer import OutRecord, publish
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create
from streams.worker.app import private_topics
from tests.servers.clients import producing

_ATTRIBUTES_AT, _CODEC = 22, 0x07
MANY = [OutRecord(b"key %d" % number, b"what a row says " * 20) for number in range(50)]


def test_of_a_worker_changelogs_and_internal_records_are_packed_and_nothing_that_others_read() -> None:
    config = Config(topic_prefix="x-")
    private = private_topics(config, ("buyers", "links"))
    assert {config.changelog("buyers"), config.changelog("links"), *map(config.topic, INTERNAL)} == set(private)
    assert not {config.topic(stream) for stream in (*INPUTS, *OUTPUTS)} & set(private)


@pytest.mark.parametrize(("size", "is_packed"), [(WORTH_BYTES - 1, False), (WORTH_BYTES, True)])
def test_what_is_small_is_sent_as_it_is(size: int, is_packed: bool) -> None:
    packing = Packing(["rows"], "zstd")
    records = [OutRecord(b"k" * 8, b"v" * 100), OutRecord(None, b"v" * (size - 108)), OutRecord(b"", None)]
    assert (packing.batch("rows", records) is not None) is is_packed
    assert packing.batch("alerts", records) is None
    assert Packing(["rows"], "none").batch("rows", records) is None


def test_a_codec_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="brotli is none of none, gzip, snappy, lz4, zstd"):
        Packing(["rows"], "brotli")


@pytest.mark.parametrize("codec", CODECS.values())
async def test_packed_records_are_read_by_every_client(
    broker: str, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, topic = Config(brokers=broker), f"packed-{uuid.uuid4().hex[:8]}"
    await create(config, [Declared(topic, 2, 1, {})])
    async with producing(**client_settings(config)) as handle:
        written = await publish(handle, {(topic, 0): MANY, (topic, 1): MANY[:1]}, Packing([topic], codec))
    assert {target: sum(map(len, found)) for target, found in written.items()} == {(topic, 0): 50, (topic, 1): 1}
    codecs = set[str]()
    real = fetcher.MemoryRecords

    def noting(data: bytes) -> Any:
        codecs.add(CODECS[data[_ATTRIBUTES_AT] & _CODEC])
        return real(data)

    monkeypatch.setattr(fetcher, "MemoryRecords", noting)
    async with AIOKafkaConsumer(**client_settings(config), auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0), TopicPartition(topic, 1)])
        async with asyncio.timeout(60):
            found = [await consumer.getone() for _ in range(51)]
    assert [(r.key, r.value) for r in found if r.partition == 0] == [(r.key, r.value) for r in MANY]
    assert codecs == {codec, "none"}
    assert [bytes(value) for value in await asyncio.to_thread(read_by_librdkafka, broker, topic)] == [
        record.value for record in MANY
    ]


def read_by_librdkafka(broker: str, topic: str) -> list[Any]:
    """The values of partition 0, all of them."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": topic, "enable.auto.commit": False})
    try:
        consumer.assign([Place(topic, 0, OFFSET_BEGINNING)])
        return [message.value() for message in consumer.consume(len(MANY), timeout=60)]
    finally:
        consumer.close()
