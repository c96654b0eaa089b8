"""One bad thing never stops everybody: a bug on some facts, on what is stored, or on a whole release."""

import subprocess
import urllib.request
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.contract.events import AbuseFound
from cloudtag.contract.records import DeadLetter
from cloudtag.local.probe import free_port
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord
from streams.kafka.security import client_settings
from streams.worker.tasks import ALLOWED
from tests.streams import toy
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig

PAUSED = (503, "partitions are paused\n")
SICK, WELL = "shop-0", "shop-1"
"""Two shops of different partitions."""


def good(event_id: str, shop: str = SICK) -> OutRecord:
    return OutRecord(shop.encode(), Codec().encode("abuses", AbuseFound(event_id, toy.FIRST_MS, "taobao", shop)))


def target(rig: Rig, shop: str) -> tuple[str, int]:
    return rig.config.topic("abuses"), partition_of(shop, rig.config.partitions)


async def send(rig: Rig, shop: str, *event_ids: str) -> None:
    await rig.produce_raw([(target(rig, shop), good(event_id, shop)) for event_id in event_ids])


def metric(port: int, line: str) -> float | None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return next((float(row.split()[-1]) for row in text.splitlines() if row.startswith(line)), None)


def paused(rig: Rig, port: int, shop: str) -> float | None:
    partition = target(rig, shop)[1]
    return metric(port, f'cloudtag_paused{{partition="{partition}",processor="{toy.PROCESSOR}"}}')


def test_the_shops_are_of_two_partitions() -> None:
    assert partition_of(SICK, 4) != partition_of(WELL, 4)


async def test_facts_that_cannot_be_judged_become_dead_letters_and_all_others_count(
    broker: str, tmp_path: Path
) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        ids = [toy.POISON, *(f"e{n}" for n in range(60)), f"{toy.POISON}-2", *(f"f{n}" for n in range(40))]
        await send(rig, SICK, *ids)
        await send(rig, WELL, "w")
        worker = rig.start_worker()
        await rig.until(lambda: outputs.counts == {SICK: 100, WELL: 1}, "all others counted")
        await rig.until(lambda: len(letters.records) >= 2, "the two buried")
        await send(rig, SICK, "after")
        await rig.until(lambda: outputs.counts[SICK] == 101, "the partition goes on")
        assert await rig.stop(worker) == 0
        assert await committed(rig, target(rig, SICK)) == len(ids) + 1
        buried = {one.offset: one for one in letters.records if isinstance(one, DeadLetter)}
        assert sorted(buried) == [0, 61]
        assert {one.reason for one in buried.values()} == {"cannot_judge"}
        assert "RuntimeError: the toy task fails on purpose" in buried[0].error
        assert buried[61].value == good(ids[61]).value
        # A mended release, and the letters sent again: as if there had been no bug.
        await rig.produce_raw([(target(rig, SICK), OutRecord(one.key, one.value)) for one in buried.values()])
        mended = rig.start_worker(toy_is_mended=True)
        await rig.until(lambda: outputs.counts == {SICK: 103, WELL: 1}, "the refused ones counted")
        assert await rig.stop(mended) == 0


async def test_a_release_that_fails_at_too_much_pauses_the_partition_and_loses_nothing(
    broker: str, tmp_path: Path
) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        bad = [f"{toy.POISON}-{n}" for n in range(ALLOWED + 3)]
        await send(rig, SICK, *bad)
        await send(rig, WELL, "w0")
        worker, port = await watched(rig)
        await rig.until(lambda: "too_many_refused" in rig.log(worker), "the partition is paused")
        await send(rig, WELL, "w1")
        await rig.until(lambda: outputs.counts.get(WELL) == 2, "the other partition goes on")
        assert paused(rig, port, SICK) == 1
        await rig.until(lambda: paused(rig, port, WELL) == 0, "the other is shown, and not as paused")
        await rig.until(lambda: asked(port, "/readyz") == PAUSED, "it is not ready")
        assert asked(port, "/healthz") == READY
        assert (
            metric(port, f'cloudtag_pauses_total{{processor="{toy.PROCESSOR}",reason="too_many_refused"}}') or 0
        ) > 0
        assert await rig.stop(worker) == 0
        offsets = {one.offset for one in letters.records if isinstance(one, DeadLetter)}
        assert offsets == set(range(ALLOWED))
        assert await committed(rig, target(rig, SICK)) is None
        mended, port = await watched(rig, toy_is_mended=True)
        await rig.until(lambda: outputs.counts == {SICK: len(bad), WELL: 2}, "everything counted")
        await rig.until(lambda: asked(port, "/readyz") == READY, "it is ready")
        await rig.until(lambda: paused(rig, port, SICK) == 0, "nothing is paused")
        assert await rig.stop(mended) == 0


async def test_what_is_stored_and_cannot_be_judged_pauses_its_partition_and_blames_no_record(
    broker: str, tmp_path: Path
) -> None:
    async with Rig.on(broker, tmp_path, stall_seconds="10") as rig, Outputs(rig) as outputs:
        await send(rig, SICK, "e0", toy.STUCK)
        worker, port = await watched(rig)
        await rig.until(lambda: outputs.counts == {SICK: 2}, "the fact is held")
        await send(rig, SICK, "e1", "e2")
        await rig.until(lambda: "what is stored cannot be judged" in rig.log(worker), "the partition is paused")
        # Tried in vain for longer than the watchdog waits for a worker in which nothing moves.
        await rig.until(lambda: rig.log(worker).count("is paused (cannot_judge)") >= 6, "tried again and again")
        await send(rig, WELL, "w")
        await rig.until(lambda: outputs.counts.get(WELL) == 1, "the other partition goes on")
        assert paused(rig, port, SICK) == 1
        assert await rig.stop(worker) == 0
        assert await committed(rig, target(rig, SICK)) == 2
        async with Outputs(rig, "dead-letters") as letters:
            mended, port = await watched(rig, toy_is_mended=True)
            await rig.until(lambda: outputs.counts == {SICK: 4, WELL: 1}, "everything counted")
            assert await rig.stop(mended) == 0
            assert not letters.records


async def watched(rig: Rig, *, toy_is_mended: bool = False) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    worker = rig.start_worker(metrics_port=str(port), toy_is_mended=toy_is_mended)
    await rig.until(lambda: "Worker ready" in rig.log(worker), "the worker is ready")
    return worker, port


async def committed(rig: Rig, target: tuple[str, int]) -> int | None:
    consumer = AIOKafkaConsumer(**client_settings(rig.config), group_id=rig.config.app_id, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(*target)])
        offset: int | None = await consumer.committed(TopicPartition(*target))
    finally:
        await consumer.stop()
    return offset
