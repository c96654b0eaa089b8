"""Bad input never stops a partition and never vanishes; a bug stops the worker and acknowledges nothing."""

import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.contract.events import AbuseFound
from cloudtag.wire import Codec
from streams.partition import partition_of
from streams.publisher import Record
from streams.security import client_settings
from tests.brokers import broker, kafka_bootstrap, tansu_bootstrap
from tests.streams import toy
from tests.streams.rig import Outputs, Rig

__all__ = ["broker", "kafka_bootstrap", "tansu_bootstrap"]

SHOP = "shop-0"
DAY_MS = 86_400_000


def good(event_id: str, at_ms: int = toy.FIRST_MS) -> bytes:
    return Codec().encode("abuses", AbuseFound(event_id, at_ms, "taobao", SHOP))


async def test_bad_records_become_dead_letters_and_the_partition_goes_on(broker: str, tmp_path: Path) -> None:
    large = b"\xc3\x01" + bytes(5 << 20)
    soon = int(time.time() * 1000) + 3 * DAY_MS
    values = [
        (good("a"), None),
        (good("b")[:-3], "truncated"),
        (b"\xc3\x01" + b"\x00" * 8 + good("c")[10:], "unknown_schema"),
        (b"not avro at all", "not_avro"),
        (None, "empty"),
        (large, "too_large"),
        (good("d", soon), "from_the_future"),
        (good("e"), None),
    ]
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        target = (rig.config.topic("abuses"), partition_of(SHOP, rig.config.partitions))
        await rig.produce_raw([(target, Record(SHOP.encode(), value)) for value, _ in values])
        worker = rig.start_worker()
        bad = [(value, reason) for value, reason in values if reason]
        await rig.until(lambda: len(letters.records) == len(bad), "all bad records buried")
        await rig.until(lambda: outputs.counts == {SHOP: 2}, "the good records counted")
        assert await rig.stop(worker) == 0
        got = {(letter.value, letter.reason) for letter in letters.records}  # type: ignore[attr-defined]
        assert got == set(bad)
        assert {letter.topic for letter in letters.records} == {target[0]}  # type: ignore[attr-defined]


async def test_a_lane_that_fails_ends_the_worker_and_nothing_of_its_batch_is_acknowledged(
    broker: str, tmp_path: Path
) -> None:
    async with Rig.on(broker, tmp_path, batch_records="10") as rig, Outputs(rig) as outputs:
        target = (rig.config.topic("abuses"), partition_of(SHOP, rig.config.partitions))
        before = [Record(SHOP.encode(), good(f"e{number}")) for number in range(50)]
        await rig.produce_raw([(target, record) for record in before])
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == 50, "the good records counted")
        await rig.produce_raw([(target, Record(SHOP.encode(), good(toy.POISON))), (target, before[0])])
        await rig.ended(worker)
        assert worker.returncode not in (0, None)
        assert await committed(rig, target) == 50


async def test_a_failing_lane_does_not_hold_the_end_up(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig:
        target = (rig.config.topic("abuses"), partition_of(SHOP, rig.config.partitions))
        await rig.produce_raw([(target, Record(SHOP.encode(), good(toy.POISON)))])
        worker = rig.start_worker()
        await rig.ended(worker)
        assert "fails on purpose" in rig.log(worker)
        assert await committed(rig, target) is None


async def committed(rig: Rig, target: tuple[str, int]) -> int | None:
    consumer = AIOKafkaConsumer(**client_settings(rig.config), group_id=rig.config.app_id, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(*target)])
        offset: int | None = await consumer.committed(TopicPartition(*target))
    finally:
        await consumer.stop()
    return offset


@pytest.mark.parametrize("setting", [{"CLOUDTAG_PARTITIONS": "5"}])
async def test_a_worker_refuses_topics_that_do_not_fit(broker: str, tmp_path: Path, setting: dict[str, str]) -> None:
    async with Rig.on(broker, tmp_path) as rig:
        worker = rig.start_worker(partitions=setting["CLOUDTAG_PARTITIONS"])
        await rig.ended(worker)
        assert worker.returncode != 0
        assert "4 partitions where 5 are configured" in rig.log(worker)
