"""Misplaced records count once where they belong: while workers die, beside forged ones, and when they are late."""

import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from cloudtag.contract.events import AbuseFound
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, Target
from streams.kafka.topics import misplaced
from streams.worker.misplaced import PREFIX
from tests.streams import toy
from tests.streams.rig import Outputs, Rig

SHOPS = 40
EVENTS = 5_000


def scattered(rig: Rig, numbers: Iterable[int]) -> list[tuple[Target, OutRecord]]:
    """Events by turns in every partition, without a key: nearly all lie where they do not belong."""
    config, codec = rig.config, Codec()
    made = ((number, *toy.event(number, SHOPS)) for number in numbers)
    return [
        ((config.topic(stream), number % config.partitions), OutRecord(None, codec.encode(stream, event)))
        for number, stream, _, event in made
    ]


@pytest.mark.fault
async def test_workers_killed_in_the_middle_of_passing_on_lose_and_double_nothing(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path, batch_records="20") as rig, Outputs(rig) as outputs:
        for round_ in range(3):
            await rig.produce_raw(scattered(rig, range(round_ * EVENTS, (round_ + 1) * EVENTS)))
            before = outputs.total
            worker = rig.start_worker("same")
            await rig.until(lambda seen=before: outputs.total > seen, "the worker counts")  # type: ignore[misc]
            await rig.stop(worker, signal.SIGKILL)
            assert outputs.total < (round_ + 1) * EVENTS, "ended too late to show anything"
        worker = rig.start_worker("same")
        expected = toy.expected(range(3 * EVENTS), SHOPS)
        await rig.until(lambda: outputs.total == sum(expected.values()), "all events counted")
        await rig.settled(outputs)
        assert outputs.counts == expected
        assert "wrong partition" in rig.log(worker)
        assert "set the key to shop_id" in rig.log(worker)


async def test_what_others_write_to_the_internal_topic_ends_as_dead_letters(broker: str, tmp_path: Path) -> None:
    shop = "shop-0"
    good = Codec().encode("abuses", AbuseFound("e1", toy.FIRST_MS, "taobao", shop))
    headers = {"stream": "abuses", "topic": "t", "partition": "0", "offset": "0", "timestamp": str(toy.FIRST_MS)}
    told = [(PREFIX + name, value.encode()) for name, value in {**headers, "cause": "key", "hops": "1"}.items()]
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        home = partition_of(shop, rig.config.partitions)
        there = (rig.config.topic(misplaced(toy.PROCESSOR)), home)
        bad = [OutRecord(None, b"garbage"), OutRecord(None, good, told[1:]), OutRecord(None, b"garbage", told)]
        await rig.produce_raw([(there, record) for record in (*bad, OutRecord(None, good, told))])
        worker = rig.start_worker()
        await rig.until(lambda: outputs.counts == {shop: 1}, "the good record counted")
        await rig.until(lambda: len(letters.records) == len(bad), "all bad records buried")
        await rig.settled(outputs, letters)
        reasons = sorted(letter.reason for letter in letters.records)  # type: ignore[attr-defined]
        assert reasons == ["no_origin", "no_origin", "not_avro"]
        assert await rig.stop(worker) == 0


async def test_a_record_from_the_future_is_one_dead_letter_and_names_its_place(broker: str, tmp_path: Path) -> None:
    shop, soon = "shop-0", int(time.time() * 1000) + 3 * 86_400_000
    value = Codec().encode("abuses", AbuseFound("e1", soon, "taobao", shop))
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        partitions = rig.config.partitions
        wrong = (partition_of(shop, partitions) + 1) % partitions
        after = Codec().encode("abuses", AbuseFound("e2", toy.FIRST_MS, "taobao", shop))
        target = (rig.config.topic("abuses"), wrong)
        await rig.produce_raw([(target, OutRecord(b"key", value)), (target, OutRecord(b"key", after))])
        worker = rig.start_worker()
        await rig.until(lambda: outputs.counts == {shop: 1}, "the record behind it counted")
        places = [(one.reason, one.topic, one.partition, one.offset, one.key) for one in letters.records]  # type: ignore[attr-defined]
        assert places == [("from_the_future", *target, 0, b"key")]
        assert await rig.stop(worker) == 0
