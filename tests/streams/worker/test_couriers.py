"""Couriers that are waited for and not heard of: what is counted of them, and where."""

from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from cloudtag.config import Config
from cloudtag.contract.couriers import CourierAsked
from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.streams import READS
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.worker.couriers import Couriers
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.worker_metrics import WorkerMetrics

AT_MS = 1_772_409_600_000
CONFIG = Config(partitions=8)


def scan(**said: Any) -> ParcelScanned:
    return ParcelScanned("e1", AT_MS, "taobao", **{"carrier": "SF", "waybill_no": "W1", "scan": "accepted", **said})


def asked(courier: str = "sf", *, is_held: bool = True) -> CourierAsked:
    return CourierAsked(0, is_held, courier, "b1", "W1", AT_MS)


def record(offset: int = 7, partition: int = 0, value: bytes = b"", topic: str = "logistics") -> Any:
    return ConsumerRecord(topic, partition, offset, AT_MS, 1, b"W1", value, None, 2, len(value), ())


def counted(metrics: WorkerMetrics) -> dict[tuple[str, str], float]:
    """By what is counted and courier, without what is shown at zero."""
    return {
        (family.name, sample.labels["courier"]): sample.value
        for family in metrics.registry.collect()
        if family.name.startswith("cloudtag_courier_")
        for sample in family.samples
        if sample.name.endswith("_total") and sample.value
    }


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (scan(), {("cloudtag_courier_scans", "sf"): 1.0}),
        (scan(carrier="顺丰"), {("cloudtag_courier_scans", "sf"): 1.0}),
        (scan(carrier="our own van"), {}),
        (scan(carrier=None), {}),
        (scan(scan="label_created"), {}),
        (scan(time_is_local=True), {}),
        (asked(), {("cloudtag_courier_waits", "sf"): 1.0}),
        (asked(is_held=False), {}),
        (asked("our own van"), {}),
    ],
)
def test_what_is_counted(fact: Any, expected: dict[tuple[str, str], float]) -> None:
    metrics = WorkerMetrics()
    Couriers(metrics).see(fact, record())
    assert counted(metrics) == expected


def test_every_known_courier_is_shown_from_the_start() -> None:
    metrics = WorkerMetrics()
    Couriers(metrics)
    for name in ("cloudtag_courier_scans_total", "cloudtag_courier_waits_total"):
        assert metrics.registry.get_sample_value(name, {"courier": "sf"}) == 0


@pytest.mark.parametrize(("is_here", "count"), [(True, 1.0), (False, 0.0)])
def test_a_scan_is_counted_where_it_is_judged(*, is_here: bool, count: float) -> None:
    """One that is passed on is read again there."""
    metrics, home = WorkerMetrics(), partition_of("W1", 8)
    reader = RecordReader(
        "parcels", READS["parcels"], CONFIG, Codec(), Platforms(("taobao",), metrics), Couriers(metrics)
    )
    value, partition = Codec().encode("logistics", scan()), home if is_here else (home + 1) % 8
    reader.read("logistics", record(1, partition, value))
    assert metrics.registry.get_sample_value("cloudtag_courier_scans_total", {"courier": "sf"}) == count


def test_what_is_read_again_is_counted_once() -> None:
    metrics, home = WorkerMetrics(), partition_of("W1", 8)
    reader = RecordReader(
        "parcels", READS["parcels"], CONFIG, Codec(), Platforms(("taobao",), metrics), Couriers(metrics)
    )
    value = Codec().encode("logistics", scan())
    for offset in (3, 4, 5, 4, 5, 6):
        reader.read("logistics", record(offset, home, value))
    assert counted(metrics) == {("cloudtag_courier_scans", "sf"): 4.0}


def test_each_topic_and_partition_has_its_own_records() -> None:
    metrics = WorkerMetrics()
    couriers = Couriers(metrics)
    for place in (record(0), record(0, partition=1), record(0, topic="misplaced-parcels"), record(0)):
        couriers.see(scan(), place)
    assert counted(metrics) == {("cloudtag_courier_scans", "sf"): 3.0}
