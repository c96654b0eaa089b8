"""Partitions whose records cannot be read or taken apart wait alone; the others go on."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from faust.types import TP
from msgspec import Struct

from cloudtag.local.probe import free_port
from cloudtag.wire.registry import RegistryUnavailable
from streams.kafka.security import client_settings
from streams.transport.decoded import DecodedRecord
from streams.transport.partition_buffers import PartitionBuffers
from tests.streams.probe import asked
from tests.streams.rig import Outputs, Rig
from tests.streams.transport.test_partition_buffers import GROUPS, A, B, Rec
from tests.streams.worker.test_pauses import SICK, WELL, good, metric, send, target

OUT = (503, "records of partitions cannot be fetched or read\n")


class BadName(str):
    """The name of a header that is not UTF-8, as other clients may send it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe\xfd"


@pytest.mark.kafka
async def test_a_record_no_client_can_take_apart_holds_up_its_partition_only(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    async with Rig.on(kafka_bootstrap, tmp_path) as rig, Outputs(rig) as outputs:
        topic, partition = target(rig, SICK)
        await send(rig, SICK, "before")
        async with AIOKafkaProducer(**client_settings(rig.config)) as producer:
            record = good("bad")
            headers = [(BadName("name"), b"value")]
            batch = producer.create_batch()
            # The compiled builder insists on names that are text.
            batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1 << 20)
            batch.append(timestamp=None, key=record.key, value=record.value, headers=headers)
            await (await producer.send_batch(batch, topic, partition=partition))
        port = free_port()
        worker = rig.start_worker(metrics_port=str(port))
        await rig.until(lambda: f"{topic}/{partition} cannot be fetched" in rig.log(worker), "the alarm is raised")
        await send(rig, WELL, "w0", "w1")
        await rig.until(lambda: outputs.counts.get(WELL) == 2, "the other partition goes on")
        await rig.until(lambda: asked(port, "/readyz") == OUT, "it is not ready")
        line = 'cloudtag_input_paused{{partition="{}",stream="abuses"}}'
        assert metric(port, line.format(partition)) == 1
        await rig.until(lambda: metric(port, line.format(target(rig, WELL)[1])) == 0, "the other is shown as well")
        assert await rig.stop(worker) == 0


class Place(Struct):
    """What stands in for a fact: where it was read."""

    topic: str
    offset: int


def test_a_record_that_cannot_be_read_now_waits_and_nothing_overtakes_it() -> None:
    is_away = True

    def read(topic: str, record: Rec) -> DecodedRecord:
        if topic == "a" and record.offset == 1 and is_away:
            raise RegistryUnavailable("away")
        return DecodedRecord(record.at_ms, Place(topic, record.offset))

    buffers = PartitionBuffers(GROUPS, {"g": read}, 100)
    buffers.add(A, [Rec(n, 10 + n) for n in range(3)])
    buffers.add(B, [Rec(n, 20 + n) for n in range(3)])
    got: list[Struct] = []
    while buffers.clocks():
        got += buffers.next_batch(("g", 0)).content.facts
    assert got == [Place("a", 0), Place("b", 0), Place("b", 1), Place("b", 2)]
    assert list(buffers.faults()) == [A]
    assert buffers.buffered(A) == 2
    buffers.retry()
    buffers.add(A, [Rec(3, 13)])
    assert not buffers.clocks()
    is_away = False
    buffers.retry()
    assert not buffers.faults()
    assert buffers.next_batch(("g", 0)).content.facts == [Place("a", 1), Place("a", 2), Place("a", 3)]


@pytest.mark.parametrize("first", [0, 1])
def test_a_partition_may_begin_with_a_record_that_cannot_be_read(first: int) -> None:
    def read(topic: str, record: Rec) -> DecodedRecord:
        if record.offset >= first:
            raise RegistryUnavailable("away")
        return DecodedRecord(record.at_ms, Place(topic, record.offset))

    buffers = PartitionBuffers(GROUPS, {"g": read}, 100)
    buffers.add(TP("a", 0), [Rec(n, n + 1) for n in range(2)])
    assert bool(buffers.clocks()) == bool(first)
    assert buffers.below_low_water({A}) == {A}
