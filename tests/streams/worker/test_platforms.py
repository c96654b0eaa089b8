"""Events of platforms without a policy pack are counted where they are judged, under names that are bounded."""

from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from cloudtag.config import Config
from cloudtag.contract.events import AccountChanged
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import INPUTS
from cloudtag.contract.types import PLATFORMS
from cloudtag.policy.load import shipped
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.topics import internal, watermarks
from streams.transport.decoded import DecodedRecord
from streams.worker.misplaced import headers_of
from streams.worker.platforms import LONGEST_NAME, MOST_NAMES, Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.worker_metrics import OTHER, WorkerMetrics

SHOP, AT_MS = "shop-1", 1_772_409_600_000
CONFIG = Config(partitions=8)
HOME = partition_of(SHOP, 8)


def counted(metrics: WorkerMetrics) -> dict[tuple[str, str], float]:
    """By processor and name, without what is shown at zero."""
    found = metrics.registry.collect()
    return {
        (sample.labels["processor"], sample.labels["platform"]): sample.value
        for family in found
        if family.name == "cloudtag_unknown_platforms"
        for sample in family.samples
        if sample.name.endswith("_total") and sample.value
    }


def record(platform: str, partition: int = HOME, **other: Any) -> Any:
    value = Codec().write("accounts", AccountChanged("e1", AT_MS, platform, SHOP, "main", "exam_passed"))
    fields = {"topic": "accounts", "key": SHOP.encode(), "headers": (), "value": value} | other
    return ConsumerRecord(
        *(fields["topic"], partition, 17, AT_MS, 1, fields["key"], fields["value"], None),
        *(0, len(fields["value"]), fields["headers"]),
    )


def read(metrics: WorkerMetrics, found: Any) -> DecodedRecord:
    own = ["accounts", "tags", *internal("shops")]
    reader = RecordReader("shops", own, CONFIG, Codec(), Platforms(shipped().platforms, metrics))
    return reader.read(found.topic, found)


def test_every_platform_that_has_a_name_has_a_pack() -> None:
    assert shipped().platforms == {*PLATFORMS, "default"}


def test_every_input_says_its_platform() -> None:
    assert all("platform" in stream.struct.__struct_fields__ for stream in INPUTS.values())


@pytest.mark.parametrize("platform", [*PLATFORMS, "default"])
def test_a_platform_with_a_pack_is_not_counted(platform: str) -> None:
    metrics = WorkerMetrics()
    read(metrics, record(platform))
    assert counted(metrics) == {}


@pytest.mark.parametrize("platform", ["temu", "Taobao", "taobao ", "tao\nbao", "淘宝"])
def test_any_other_is_counted_and_judged_all_the_same(platform: str) -> None:
    metrics = WorkerMetrics()
    assert isinstance(read(metrics, record(platform)).fact, AccountChanged)
    read(metrics, record(platform))
    assert counted(metrics) == {("shops", platform): 2}


def test_what_is_passed_on_is_counted_where_it_is_judged_and_only_there() -> None:
    metrics, found = WorkerMetrics(), record("temu", (HOME + 1) % 8)
    moved = read(metrics, found).misplaced
    assert moved is not None
    assert counted(metrics) == {}
    read(metrics, record("temu", topic="misplaced-shops", headers=tuple(headers_of(found, moved))))
    assert counted(metrics) == {("shops", "temu"): 1}


def test_what_cannot_be_read_and_what_is_no_input_says_no_platform() -> None:
    metrics = WorkerMetrics()
    read(metrics, record("temu", value=b"junk"))
    read(
        metrics,
        record("temu", topic=watermarks("shops"), value=Codec().encode(watermarks("shops"), WatermarkRecord(AT_MS))),
    )
    assert counted(metrics) == {}


def test_so_many_names_are_told_apart_and_no_more() -> None:
    metrics = WorkerMetrics()
    platforms = Platforms(PLATFORMS, metrics)
    for number in range(MOST_NAMES + 5):
        platforms.see("buyers", f"p{number}")
    # The first ones keep their names, by whichever processor they are met.
    platforms.see("links", "p0")
    platforms.see("links", f"p{MOST_NAMES}")
    one_each = {("buyers", f"p{number}"): 1.0 for number in range(MOST_NAMES)}
    assert counted(metrics) == one_each | {("buyers", OTHER): 5, ("links", "p0"): 1, ("links", OTHER): 1}


def test_a_long_name_is_shown_by_its_beginning() -> None:
    metrics = WorkerMetrics()
    platforms = Platforms(PLATFORMS, metrics)
    platforms.see("buyers", "x" * LONGEST_NAME)
    platforms.see("buyers", "x" * 256)
    assert counted(metrics) == {("buyers", "x" * LONGEST_NAME): 2}


def test_the_count_is_there_before_there_is_one_to_count() -> None:
    metrics = WorkerMetrics()
    metrics.begin("buyers", ["orders"])
    assert (
        metrics.registry.get_sample_value(
            "cloudtag_unknown_platforms_total", {"processor": "buyers", "platform": OTHER}
        )
        == 0
    )
