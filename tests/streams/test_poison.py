"""Bad input never stops a partition and never vanishes."""

import time
from pathlib import Path

import pytest

from cloudtag.contract.events import AbuseFound
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord
from tests.streams import toy
from tests.streams.rig import Outputs, Rig

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
        await rig.produce_raw([(target, OutRecord(SHOP.encode(), value)) for value, _ in values])
        worker = rig.start_worker()
        bad = [(value, reason) for value, reason in values if reason]
        await rig.until(lambda: len(letters.records) == len(bad), "all bad records buried")
        await rig.until(lambda: outputs.counts == {SHOP: 2}, "the good records counted")
        assert await rig.stop(worker) == 0
        got = {(letter.value, letter.reason) for letter in letters.records}  # type: ignore[attr-defined]
        assert got == set(bad)
        assert {letter.topic for letter in letters.records} == {target[0]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("setting", [{"CLOUDTAG_PARTITIONS": "5"}])
async def test_a_worker_refuses_topics_that_do_not_fit(broker: str, tmp_path: Path, setting: dict[str, str]) -> None:
    async with Rig.on(broker, tmp_path) as rig:
        worker = rig.start_worker(partitions=setting["CLOUDTAG_PARTITIONS"])
        await rig.ended(worker)
        assert worker.returncode != 0
        assert "4 partitions where 5 are configured" in rig.log(worker)
